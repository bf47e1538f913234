import { AppError } from "../../shared/errors.ts";
import type { PanelLocale } from "../../shared/messages/panel.ts";
import type { Shape } from "../../shared/messages/shape.ts";
import { createLocale, type Locale } from "./locale.ts";
import { createNotices, type Notices } from "./notices.ts";
import { registerToolkit } from "./toolkit.ts";

/** What every part of a page is given. */
export interface PageContext<Host> {
  host: Host;
  locale: Locale;
  notices: Notices;
}

export interface StartPageOptions<Host extends { saved(): unknown }, Ready extends PanelLocale, Saved, Drawing> {
  /** Opens the channel. What the host tells before the page is drawn goes through `toDrawing`, which keeps it until then. */
  connect: (toDrawing: (tell: (drawing: Drawing) => void) => void) => Host;
  ready: (host: Host) => Promise<Ready>;
  openLink: (host: Host, url: string) => Promise<unknown>;
  /** Reads what was kept before a reload. */
  saved: Shape<Saved>;
  draw: (root: HTMLElement, context: PageContext<Host>, saved: Saved | null, ready: Ready) => Drawing;
}

const refreshTimesEvery = 60_000;

/** Brings a panel's page up: toolkit, channel, words, failures no one caught, links, and what was kept of it. */
export async function startPage<Host extends { saved(): unknown }, Ready extends PanelLocale, Saved, Drawing>(
  root: HTMLElement,
  options: StartPageOptions<Host, Ready, Saved, Drawing>,
): Promise<void> {
  registerToolkit();
  const early: ((drawing: Drawing) => void)[] = [];
  let deliver = (tell: (drawing: Drawing) => void): void => void early.push(tell);
  const host = options.connect((tell) => deliver(tell));
  const ready = await options.ready(host);
  const locale = createLocale(ready);
  document.documentElement.lang = locale.language;
  const notices = createNotices(locale);
  const failed = locale.t("Something in this panel failed.");
  window.addEventListener("error", (event) => notices.fail(failed, event.error));
  window.addEventListener("unhandledrejection", (event) => notices.fail(failed, event.reason));

  function follow(event: MouseEvent): void {
    const anchor = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(anchor instanceof HTMLAnchorElement)) return;
    // Neither the page nor VS Code's own handler may follow it: the host checks the address first.
    event.preventDefault();
    event.stopPropagation();
    options.openLink(host, anchor.href).catch((error: unknown) => {
      notices.fail(locale.t("The link could not be opened."), error);
    });
  }
  root.addEventListener("click", follow);
  root.addEventListener("auxclick", follow);

  const drawing = options.draw(root, { host, locale, notices }, readKept(options.saved, host.saved()), ready);
  for (const tell of early) tell(drawing);
  deliver = (tell) => tell(drawing);
  setInterval(() => locale.refreshTimes(root), refreshTimesEvery);
}

/** What was kept, or null where there is none or another version of the panel kept it. */
export function readKept<T>(shape: Shape<T>, kept: unknown): T | null {
  if (kept === undefined || kept === null) return null;
  try {
    return shape(kept, "saved");
  } catch (error) {
    if (error instanceof AppError && error.code === "invalid_input") return null;
    throw error;
  }
}

/** The place of the panel in its page, made by `panelHtml`. */
export function panelRoot(): HTMLElement {
  const root = document.getElementById("panel");
  if (!root) throw new Error("the page has no element #panel; it must be made by panelHtml");
  return root;
}
