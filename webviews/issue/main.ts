import "../ui/theme.css";
import "../ui/rich-text.css";
import "./issue.css";
import { AppError } from "../../shared/errors.ts";
import {
  savedIssuePanel,
  toIssueHost,
  toIssuePanel,
  type IssuePanelState,
  type SavedIssuePanel,
} from "../../shared/messages/issue-panel.ts";
import { createLocale } from "../ui/locale.ts";
import { createMarkdown } from "../ui/markdown.ts";
import { connectHost } from "../ui/messaging.ts";
import { createNotices } from "../ui/notices.ts";
import { createSlices } from "../ui/slices.ts";
import { registerToolkit } from "../ui/toolkit.ts";
import { createIssuePanel, type IssuePanel } from "./panel.ts";

const refreshTimesEvery = 60_000;

async function start(root: HTMLElement): Promise<void> {
  registerToolkit();
  // The host may show something before the panel that draws it is made.
  const page: { panel?: IssuePanel; state?: IssuePanelState } = {};
  const host = connectHost({
    ours: toIssuePanel,
    theirs: toIssueHost,
    handlers: {
      show: (state) => {
        page.state = state;
        page.panel?.show(state);
      },
      surroundings: (surroundings) => {
        if (page.state?.kind === "loaded") page.state = { ...page.state, ...surroundings };
        page.panel?.updateSurroundings(surroundings);
      },
    },
    onRefused: (error) => reportError(error),
  });

  const locale = createLocale(await host.ask("ready"));
  document.documentElement.lang = locale.language;
  const notices = createNotices(locale);
  window.addEventListener("error", (event) => notices.fail(locale.t("Something in this panel failed."), event.error));
  window.addEventListener("unhandledrejection", (event) => {
    notices.fail(locale.t("Something in this panel failed."), event.reason);
  });

  async function copy(text: string): Promise<boolean> {
    try {
      const copied = (await host.ask("copy", { text })) === "done";
      if (copied) notices.announce(locale.t("Copied"));
      return copied;
    } catch (error) {
      notices.fail(locale.t("Copying failed."), error);
      return false;
    }
  }

  const pictures = new Map<string, Promise<string>>();
  /** Asked for once, however often the text is drawn. */
  function image(url: string): Promise<string> {
    const known = pictures.get(url);
    if (known !== undefined) return known;
    const asked = host.ask("image", { url }).then(({ dataUrl }) => {
      if (/^data:image\/(?:png|jpeg|gif|webp|avif);base64,/.test(dataUrl)) return dataUrl;
      throw new AppError("invalid_input", locale.t("This is no picture that is shown here."));
    });
    pictures.set(url, asked);
    asked.catch(() => pictures.delete(url));
    return asked;
  }

  function follow(event: MouseEvent): void {
    const anchor = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(anchor instanceof HTMLAnchorElement)) return;
    // Neither the page nor VS Code's own handler may follow it: the host checks the address first.
    event.preventDefault();
    event.stopPropagation();
    host.ask("openLink", { url: anchor.href }).catch((error: unknown) => {
      notices.fail(locale.t("The link could not be opened."), error);
    });
  }
  root.addEventListener("click", follow);
  root.addEventListener("auxclick", follow);

  const context = { host, locale, notices, slices: createSlices(), render: createMarkdown(), copy, image };
  page.panel = createIssuePanel(root, context, readSaved(host.saved()));
  if (page.state) page.panel.show(page.state);
  setInterval(() => locale.refreshTimes(root), refreshTimesEvery);
}

/** What was kept, or nothing where there is none or another version of the panel kept it. */
function readSaved(state: unknown): SavedIssuePanel | undefined {
  if (state === undefined || state === null) return undefined;
  try {
    return savedIssuePanel(state, "saved");
  } catch (error) {
    if (error instanceof AppError && error.code === "invalid_input") return undefined;
    throw error;
  }
}

const root = document.getElementById("panel");
if (!root) throw new Error("the page has no element #panel; it must be made by panelHtml");
void start(root);
