import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../scripts/setup/places.mjs";
import { AppError } from "../../shared/errors.ts";
import { browserForTests } from "../support/browser.ts";
import { contrasts } from "./contrasts.ts";
import { bob, people, projects, site } from "./settings-directory.ts";
import { openSettings, type SettingsStage, type SettingsStageOptions } from "./settings-stage.ts";
import { servePanels, type PanelServer } from "./stage.ts";
import { themes } from "./themes.ts";

const pictures = join(root, "out", "screenshots", "settings");

describe("webviews: the looks of people and projects in the settings", () => {
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

  const heading = (name: string) => stage.page.getByRole("heading", { level: 1, name, exact: true });
  const picture = (name: string) => stage.page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  async function readable(selectors: string[]): Promise<void> {
    const ratios = await stage.page.evaluate(contrasts, selectors);
    assert.equal(ratios.length, selectors.length);
    assert.deepEqual(
      ratios.filter(({ ratio }) => ratio < 4.5),
      [],
    );
  }
  const refused: SettingsStageOptions["handlers"] = {
    call: () => {
      throw new AppError("invalid_input", "See the fields.", {
        errors: [{ path: "memberships.1.tenantId", message: "There is no such tenant." }],
      });
    },
  };

  for (const [name, theme] of Object.entries(themes)) {
    it(`${name}: every text can be read`, async () => {
      stage = await openSettings(browser(), server, {
        theme,
        state: people,
        place: { page: "people", item: "" },
        handlers: refused,
      });
      await heading("People").waitFor();
      await readable([".name", ".row-facts bdi", ".row-message"]);
      await picture(`people-${name}`);
      await stage.button(bob.name).click();
      await stage.button("Save").click();
      await stage.page.getByText("There is no such tenant.").waitFor();
      await readable([
        ".rows > legend",
        ".rows-list select",
        ".rows-list .field-error",
        ".rows-empty",
        ".rows-add",
        ".row-message",
      ]);
      await picture(`person-${name}`);
      stage.show(projects);
      stage.host.tell("go", { page: "projects", item: site.id });
      await heading(site.name).waitFor();
      await picture(`project-${name}`);
    });
  }

  it("fits a narrow column", async () => {
    const context = { viewport: { width: 420, height: 800 } };
    stage = await openSettings(browser(), server, { context, state: people, place: { page: "people", item: bob.id } });
    await heading(bob.name).waitFor();
    const fits = () => stage.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    assert.equal(await fits(), true);
    await picture("narrow-person");
    await stage.button("All people").click();
    assert.equal(await fits(), true);
    await picture("narrow-people");
    stage.show(projects);
    stage.host.tell("go", { page: "projects", item: site.id });
    await heading(site.name).waitFor();
    assert.equal(await fits(), true);
    await picture("narrow-project");
  });

  it("can be gone through by keyboard alone, from the list to a saved membership", async () => {
    stage = await openSettings(browser(), server, { state: people, place: { page: "people", item: "" } });
    await heading("People").waitFor();
    const { keyboard } = stage.page;
    async function tabTo(wanted: string): Promise<void> {
      for (let presses = 0; presses < 40; presses++) {
        await keyboard.press("Tab");
        const at = await stage.page.evaluate(() => {
          const inner = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
          return inner?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "";
        });
        if (at.trim() === wanted) return;
      }
      assert.fail(`Tab does not lead to ${wanted}`);
    }
    await tabTo(bob.name);
    await keyboard.press("Enter");
    await heading(bob.name).waitFor();
    await tabTo("Add Tenant");
    await keyboard.press("Enter");
    // The new row has the focus: its tenant is chosen by its first letters.
    await keyboard.type("The");
    await tabTo("Save");
    await keyboard.press("Enter");
    await stage.page.waitForFunction(() => document.querySelector("[aria-live]")?.textContent === "Saved");
    const input: unknown = Reflect.get(Object(stage.asked.at(-1)?.input), "input");
    const memberships: unknown = Reflect.get(Object(input), "memberships");
    assert.deepEqual(memberships, [...bob.memberships, { tenantId: "ten_mill", role: "member" }]);
  });
});
