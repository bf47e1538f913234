import assert from "node:assert/strict";
import { browserForTests } from "../support/browser.ts";
import { contrasts } from "./contrasts.ts";
import { loaded } from "./issue-fixture.ts";
import { openStage, servePanels, type PanelServer, type Stage } from "./stage.ts";
import { themes } from "./themes.ts";

describe("webviews: themes", () => {
  const browser = browserForTests();
  let server: PanelServer;
  let stage: Stage;
  before(async () => {
    server = await servePanels();
  });
  after(async () => server.close());
  afterEach(async () => stage.close());

  // The parts whose colours are ours to choose, with the contrast WCAG 2.2 asks for.
  const texts = [".title", ".key", ".origin", ".summary > span", ".state", ".description p", ".facts dt", ".chip"];
  const more = [".session-status", ".session-question", ".byline .when", ".count", ".avatar", "td", ".notice p"];

  for (const [name, theme] of Object.entries(themes)) {
    it(`${name}: every text can be read`, async () => {
      const offlineSince = new Date().toISOString();
      stage = await openStage(browser(), server, { theme, state: { ...loaded, offlineSince } });
      await stage.page.getByRole("button", { name: "Refresh" }).waitFor();
      await stage.page.waitForFunction(() => document.querySelector("[aria-busy]") === null);
      const ratios = await stage.page.evaluate(contrasts, [...texts, ...more]);
      assert.equal(ratios.length, texts.length + more.length);
      assert.deepEqual(
        ratios.filter(({ ratio }) => ratio < 4.5),
        [],
      );
      assert.deepEqual(await stage.complaints(), []);
    });
  }

  for (const [why, options] of [
    ["the system asks for it", { context: { reducedMotion: "reduce" } }],
    ["VS Code asks for it", {}],
  ] as const) {
    it(`nothing moves where ${why}`, async () => {
      stage = await openStage(browser(), server, { ...options, state: loaded });
      await stage.page.getByRole("button", { name: "Refresh" }).waitFor();
      if (!("context" in options)) {
        assert.ok((await stage.page.evaluate(() => document.getAnimations().length)) > 0);
        await stage.page.evaluate(() => document.body.classList.add("vscode-reduce-motion"));
      }
      assert.equal(await stage.page.evaluate(() => document.getAnimations().length), 0);
    });
  }
});
