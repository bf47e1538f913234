import assert from "node:assert/strict";
import { browserForTests } from "../support/browser.ts";
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

/** Runs in the page: the contrast of each selector's first element with what is behind it. */
function contrasts(selectors: string[]): { selector: string; ratio: number }[] {
  type Colour = [red: number, green: number, blue: number, alpha: number];
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (!canvas) throw new Error("no canvas");

  /** Any CSS colour as numbers. */
  function read(text: string): Colour {
    if (!canvas) throw new Error("no canvas");
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }
  function over([red, green, blue, alpha]: Colour, [r, g, b]: Colour): Colour {
    const mix = (front: number, back: number) => front * alpha + back * (1 - alpha);
    return [mix(red, r), mix(green, g), mix(blue, b), 1];
  }
  function behind(element: Element | null): Colour {
    if (!element) return [255, 255, 255, 1];
    return over(read(getComputedStyle(element).backgroundColor), behind(element.parentElement));
  }
  function luminance([red, green, blue]: Colour): number {
    const linear = (value: number) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  }
  return selectors.map((selector) => {
    const element = document.querySelector(selector);
    if (!element) throw new Error(`nothing matches ${selector}`);
    const back = behind(element);
    const front = luminance(over(read(getComputedStyle(element).color), back));
    const [light, dark] = [front, luminance(back)].sort((a, b) => b - a);
    return { selector, ratio: ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05) };
  });
}
