// Chromium with the workbench in it, and what tests do to it.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Frame, type Locator, type Page } from "playwright-core";
import { findChromium } from "../../../scripts/setup/places.mjs";
import type { BrowserRequest, Target, Webview } from "./protocol.ts";

const ELEMENT_TIMEOUT_MS = 10_000;
/** The size of every picture. */
const VIEWPORT = { width: 1440, height: 900 };

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface OpenPage {
  page: Page;
  close(): Promise<void>;
}

/** Starts this machine's Chromium with one empty page. */
export async function openPage(): Promise<OpenPage> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error("Chromium is not on PATH: install it (apt-get install chromium).");
  const chrome = await chromium.launch({ executablePath, args: FLAGS });
  const context = await chrome.newContext({
    viewport: VIEWPORT,
    locale: "en-US",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  return { page: await context.newPage(), close: async () => chrome.close() };
}

type PageRequest = Exclude<BrowserRequest, { action: "line" | "results" }>;

/** Carries out one request of a test on the page. */
export async function perform(page: Page, request: PageRequest, screenshotsDir: string): Promise<unknown> {
  switch (request.action) {
    case "screenshot":
      return screenshot(page, request.name, screenshotsDir, request.target);
    case "click": {
      const element = await locate(page, request.target);
      const { button = "left", count = 1, target } = request;
      return element.click({ button, clickCount: count, ...wait(target) });
    }
    case "hover":
      return (await locate(page, request.target)).hover(wait(request.target));
    case "press":
      return page.keyboard.press(request.key);
    case "type":
      return page.keyboard.type(request.text);
    case "fill":
      return (await locate(page, request.target)).fill(request.text, wait(request.target));
    case "text":
      return (await locate(page, request.target)).innerText(wait(request.target));
    case "count":
      return (await locateAll(page, request.target)).count();
    case "evaluate": {
      const frame = request.webview ? await findWebview(page, request.webview, ELEMENT_TIMEOUT_MS) : page;
      return frame.evaluate(request.expression);
    }
    default:
      throw new Error(`unknown action ${JSON.stringify(request)}`);
  }
}

function wait(target: Target): { timeout: number } {
  return { timeout: target.timeoutMs ?? ELEMENT_TIMEOUT_MS };
}

async function screenshot(page: Page, name: string, folder: string, target?: Target): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name.replaceAll(/[^\w.-]+/g, "-").slice(0, 120)}.png`);
  if (target) await (await locate(page, target)).screenshot({ path, ...wait(target) });
  else await page.screenshot({ path });
  return path;
}

async function locate(page: Page, target: Target): Promise<Locator> {
  return (await locateAll(page, target)).first();
}

async function locateAll(page: Page, target: Target): Promise<Locator> {
  const { selector, text } = target;
  const frame = target.webview ? await findWebview(page, target.webview, wait(target).timeout) : page;
  if (selector) return text ? frame.locator(selector, { hasText: text }) : frame.locator(selector);
  if (text) return frame.getByText(text);
  throw new Error("a target needs a selector or a text");
}

/** The innermost frame of a webview; VS Code puts an extension's page two frames deep, in `#active-frame`. */
export async function findWebview(page: Page, wanted: Webview, timeoutMs: number): Promise<Frame> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    for (const frame of page.frames()) {
      if (await isWanted(frame, wanted)) return frame;
    }
    if (Date.now() > deadline) throw new Error(`no webview ${wanted === true ? "is visible" : `contains "${wanted}"`}`);
    await page.waitForTimeout(50);
  }
}

async function isWanted(frame: Frame, wanted: Webview): Promise<boolean> {
  if (!frame.parentFrame()?.url().includes("/webview/")) return false;
  try {
    const element = await frame.frameElement();
    if ((await element.getAttribute("id")) !== "active-frame" || !(await element.isVisible())) return false;
    if (wanted === true) return true;
    return `${await frame.title()}\n${await frame.innerText("body", { timeout: 1_000 })}`.includes(wanted);
  } catch (error) {
    // The frame went away, or is still loading, while it was looked at: it is not the one.
    if (error instanceof Error && /detached|destroyed|closed|different document|Timeout/i.test(error.message))
      return false;
    throw error;
  }
}
