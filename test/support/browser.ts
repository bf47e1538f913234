import { chromium, type Browser } from "playwright-core";
import { findChromium } from "../../scripts/setup/places.mjs";
import { needs } from "./needs.ts";

/** What a machine without a display, a GPU or a route to the world needs; headless by playwright's own default. */
export const chromiumFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts this machine's Chromium; the caller closes it. Fails where there is none on PATH. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("Chromium is not on PATH: install it (apt-get install chromium).");
  return chromium.launch({ executablePath, args: chromiumFlags });
}

/** One browser for the surrounding `describe`, whose tests are skipped where this machine has none. */
export function browserForTests(): () => Browser {
  let browser: Browser | undefined;
  before(async function startBrowser() {
    needs(this, findChromium() !== undefined, "Chromium (apt-get install chromium)");
    this.timeout(60_000);
    browser = await launchBrowser();
  });
  after(async () => browser?.close());
  return () => {
    if (!browser) throw new Error("the browser is there from the first test on");
    return browser;
  };
}
