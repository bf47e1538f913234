import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../scripts/setup/places.mjs";
import { browserForTests } from "../support/browser.ts";
import { contrasts } from "./contrasts.ts";
import { gitHub, jira, loaded, openSettings, type SettingsStage } from "./settings-stage.ts";
import { servePanels, type PanelServer } from "./stage.ts";
import { themes } from "./themes.ts";

const pictures = join(root, "out", "screenshots", "settings");

describe("webviews: the settings panel's looks", () => {
  const browser = browserForTests();
  let server: PanelServer;
  let stage: SettingsStage;
  before(async () => {
    server = await servePanels();
    await mkdir(pictures, { recursive: true });
  });
  after(async () => server.close());
  afterEach(async () => {
    assert.deepEqual(await stage.complaints(), []);
    await stage.close();
  });

  async function readable(selectors: string[]): Promise<void> {
    const ratios = await stage.page.evaluate(contrasts, selectors);
    assert.equal(ratios.length, selectors.length);
    assert.deepEqual(
      ratios.filter(({ ratio }) => ratio < 4.5),
      [],
    );
  }
  const picture = (name: string) => stage.page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });

  for (const [name, theme] of Object.entries(themes)) {
    it(`${name}: every text can be read`, async () => {
      stage = await openSettings(browser(), server, { theme });
      await stage.button(jira.name).waitFor();
      await readable([
        "h1",
        ".lead",
        ".nav-entry",
        ".name",
        ".row-facts bdi",
        ".row-message",
        ".badge-ok",
        ".badge-failed",
        ".badge-untried",
      ]);
      await picture(`list-${name}`);

      await stage.button("Add Connection").click();
      await stage.page.getByRole("radio", { name: /Jira Cloud/ }).check();
      await stage.button("Add and Test").click();
      await readable([
        ".choice-name",
        ".choice-help",
        ".field label",
        ".field-help",
        ".field-error",
        ".rights code",
        ".rights dd",
        "input[type=text]",
      ]);
      await picture(`add-${name}`);
      await stage.button("All connections").click();
      await stage.page.getByRole("alertdialog").waitFor();
      await readable([".dialog h2", ".dialog p"]);
      await picture(`dialog-${name}`);
      await stage.page.getByRole("button", { name: "Discard" }).click();

      await stage.button(gitHub.name).click();
      await stage.field("Name").fill("Mine");
      await stage.field("Address").fill("https://ghe.example.org/api/v3");
      stage.show({ ...loaded, connections: [{ ...gitHub, version: 4, name: "Theirs" }, jira] });
      await stage.button("Make Secret").click();
      await stage.page.getByText("Copy the secret now").waitFor();
      await readable([
        ".status-message",
        ".facts dt",
        ".chip",
        ".conflict th",
        ".conflict td",
        ".field-note",
        ".copied code",
        ".once p",
        ".back",
        "summary",
      ]);
      await picture(`connection-${name}`);
    });
  }

  it("fits a narrow column", async () => {
    stage = await openSettings(browser(), server, { context: { viewport: { width: 420, height: 800 } } });
    await stage.button(jira.name).waitFor();
    const fits = () => stage.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    assert.equal(await fits(), true);
    await picture("narrow-list");
    await stage.button(jira.name).click();
    await stage.button("Delete Connection").waitFor();
    assert.equal(await fits(), true);
    await picture("narrow-connection");
  });

  it("can be gone through by keyboard alone, from the list to a saved change", async () => {
    stage = await openSettings(browser(), server);
    const { keyboard } = stage.page;
    const focused = () =>
      stage.page.evaluate(() => {
        const inner = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
        return inner?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "";
      });
    await stage.button(gitHub.name).waitFor();
    const seen: string[] = [];
    while (seen.at(-1) !== gitHub.name) {
      await keyboard.press("Tab");
      seen.push((await focused()).trim());
      assert.ok(seen.length < 20, seen.join(", "));
    }
    assert.deepEqual(seen.slice(0, 2), ["Connections", "Add Connection"]);
    await keyboard.press("Enter");
    await stage.page.getByRole("heading", { level: 1, name: gitHub.name }).waitFor();
    await keyboard.press("Tab");
    await keyboard.press("Tab");
    await keyboard.type("Mine");
    await keyboard.press("Enter");
    await stage.page.waitForFunction(() => document.querySelector("[aria-live]")?.textContent === "Saved");
    assert.equal(Reflect.get(Object(stage.asked.at(0)?.input), "name"), "Mine");
  });
});
