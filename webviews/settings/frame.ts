import type {
  SavedSettings,
  SettingsPageId,
  SettingsState,
  SettingsSurroundings,
} from "../../shared/messages/settings-panel.ts";
import { element, replaceChildren, setAttribute } from "../ui/dom.ts";
import { icon, type IconName } from "../ui/icons.ts";
import { createConnectionsPage } from "./connections/page.ts";
import type { LoadedState } from "./connections/view.ts";
import type { SettingsContext } from "./context.ts";
import type { Page } from "./page.ts";

export interface Frame {
  show(state: SettingsState): void;
  updateSurroundings(surroundings: SettingsSurroundings): void;
}

interface PageEntry {
  id: SettingsPageId;
  label: string;
  icon: IconName;
  create: typeof createConnectionsPage;
}

/** The navigation with the page it chose, the states around them, and what is kept of it for a reload. */
export function createFrame(root: HTMLElement, context: SettingsContext, saved: SavedSettings | null): Frame {
  const { host, locale, notices } = context;
  const { t } = locale;
  // Pages of later issues join here; there is never an entry without its page.
  const pages: readonly [PageEntry, ...PageEntry[]] = [
    { id: "connections", label: t("Connections"), icon: "link", create: createConnectionsPage },
  ];
  let state: LoadedState | undefined;
  let entry = pages.find(({ id }) => id === saved?.page) ?? pages[0];
  let page: Page | undefined;
  let restored: HTMLElement | null = null;

  const surroundings = element("div", { attributes: { role: "status" } });
  const content = element("main", { class: "page" });
  const links = pages.map((one) => ({
    id: one.id,
    button: element(
      "button",
      { class: "nav-entry", attributes: { type: "button" }, onClick: () => void go(one) },
      icon(one.icon),
      element("span", {}, one.label),
    ),
  }));
  const frame = element(
    "div",
    { class: "settings" },
    element(
      "nav",
      { attributes: { "aria-label": t("Settings") } },
      element(
        "div",
        { class: "nav-inner" },
        element("p", { class: "nav-title", attributes: { "aria-hidden": "true" } }, t("Settings")),
        element("ul", {}, ...links.map(({ button }) => element("li", {}, button))),
      ),
    ),
    element("div", { class: "content" }, surroundings, content),
  );
  replaceChildren(root, notices.element, frame);

  function keep(): void {
    if (page === undefined) return;
    const scrollTop = Math.max(0, Math.round(window.scrollY));
    const { draft } = page.saved();
    if (draft === null) restored?.remove();
    const kept: SavedSettings = { page: entry.id, scrollTop, ...page.saved() };
    host.save(kept);
    host.tell("keep", kept);
  }

  let scrolled: ReturnType<typeof setTimeout> | undefined;
  window.addEventListener("scroll", () => {
    clearTimeout(scrolled);
    scrolled = setTimeout(keep, 150);
  });

  async function go(next: PageEntry): Promise<void> {
    if (next.id === entry.id || state === undefined || (page !== undefined && !(await page.mayLeave()))) return;
    entry = next;
    page = undefined;
    open(state, null);
    content.querySelector("h1")?.focus();
  }

  function open(loaded: LoadedState, before: SavedSettings | null): void {
    page = entry.create(context, loaded, before, keep);
    restored =
      before?.draft === null || before === null
        ? null
        : element(
            "p",
            { class: "notice restored" },
            t("What you had typed is here again, but for tokens: those are never kept."),
          );
    replaceChildren(content, restored, page.element);
    for (const { id, button } of links) setAttribute(button, "aria-current", id === entry.id && "page");
    if (before !== null) window.scrollTo({ top: before.scrollTop, behavior: "instant" });
    keep();
  }

  function updateSurroundings({ canWrite, readOnlyReason, offlineSince }: SettingsSurroundings): void {
    const words = t("The server cannot be reached; what is shown may be old. Last seen");
    replaceChildren(
      surroundings,
      offlineSince === null
        ? null
        : element(
            "div",
            { class: "notice offline" },
            icon("offline"),
            element("p", {}, `${words} `, locale.time(offlineSince), "."),
          ),
      canWrite
        ? null
        : element(
            "div",
            { class: "notice" },
            icon("warning"),
            element("p", {}, readOnlyReason ?? t("This can only be read here.")),
          ),
    );
  }

  return {
    show: (next) => {
      frame.hidden = false;
      if (next.kind === "loading") {
        if (state === undefined) replaceChildren(content, skeleton(t("Reading the settings…")));
        return;
      }
      if (next.kind === "failed") {
        // The page stays behind it, with what is typed there.
        replaceChildren(content, failure(next.message, context));
        return;
      }
      const before = state === undefined ? saved : null;
      state = next;
      updateSurroundings(next);
      if (page === undefined) {
        open(next, before);
        return;
      }
      page.update(next);
      if (!page.element.isConnected) replaceChildren(content, page.element);
    },
    updateSurroundings: (next) => {
      updateSurroundings(next);
      if (state === undefined) return;
      state = { ...state, ...next };
      page?.update(state);
    },
  };
}

function skeleton(label: string): HTMLElement {
  const bars = ["title", "long", "long", "long"];
  return element(
    "div",
    { class: "skeleton", attributes: { "aria-busy": "true" } },
    element("p", { class: "only-read-out", attributes: { role: "status" } }, label),
    ...bars.map((bar) => element("div", { class: `bar bar-${bar}`, attributes: { "aria-hidden": "true" } })),
  );
}

function failure(message: string, { host, locale, notices }: SettingsContext): HTMLElement {
  const { t } = locale;
  const retry = element(
    "vscode-button",
    { onClick: () => void host.ask("refresh").catch((error: unknown) => notices.fail(t("Retry failed."), error)) },
    t("Retry"),
  );
  return element(
    "div",
    { class: "failure", attributes: { role: "alert" } },
    icon("warning"),
    element("h1", {}, t("The settings cannot be shown")),
    element("p", {}, message),
    retry,
  );
}
