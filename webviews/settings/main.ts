import "../ui/theme.css";
import "../ui/forms.css";
import "./settings.css";
import { AppError } from "../../shared/errors.ts";
import {
  savedSettings,
  toSettingsHost,
  toSettingsPanel,
  type SavedSettings,
  type SettingsState,
} from "../../shared/messages/settings-panel.ts";
import { createLocale } from "../ui/locale.ts";
import { connectHost } from "../ui/messaging.ts";
import { createNotices } from "../ui/notices.ts";
import { registerToolkit } from "../ui/toolkit.ts";
import { createFrame, type Frame } from "./frame.ts";

const refreshTimesEvery = 60_000;

async function start(root: HTMLElement): Promise<void> {
  registerToolkit();
  // The host may show something before the frame that draws it is made.
  const page: { frame?: Frame; state?: SettingsState } = {};
  const host = connectHost({
    ours: toSettingsPanel,
    theirs: toSettingsHost,
    handlers: {
      show: (state) => {
        page.state = state;
        page.frame?.show(state);
      },
      surroundings: (surroundings) => {
        if (page.state?.kind === "loaded") page.state = { ...page.state, ...surroundings };
        page.frame?.updateSurroundings(surroundings);
      },
    },
    onRefused: (error) => reportError(error),
  });

  const { kept, ...words } = await host.ask("ready");
  const locale = createLocale(words);
  document.documentElement.lang = locale.language;
  const notices = createNotices(locale);
  window.addEventListener("error", (event) => notices.fail(locale.t("Something in this panel failed."), event.error));
  window.addEventListener("unhandledrejection", (event) => {
    notices.fail(locale.t("Something in this panel failed."), event.reason);
  });

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

  page.frame = createFrame(root, { host, locale, notices }, readSaved(host.saved()) ?? readSaved(kept));
  if (page.state) page.frame.show(page.state);
  setInterval(() => locale.refreshTimes(root), refreshTimesEvery);
}

/** What was kept, or nothing where there is none or another version of the panel kept it. */
function readSaved(state: unknown): SavedSettings | null {
  if (state === undefined || state === null) return null;
  try {
    return savedSettings(state, "saved");
  } catch (error) {
    if (error instanceof AppError && error.code === "invalid_input") return null;
    throw error;
  }
}

const root = document.getElementById("panel");
if (!root) throw new Error("the page has no element #panel; it must be made by panelHtml");
void start(root);
