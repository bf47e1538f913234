import type { PanelSurroundings } from "../../shared/messages/panel.ts";
import type {
  LoadedPage,
  SavedPage,
  SavedSettings,
  SettingsPageId,
  SettingsPlace,
  SettingsState,
} from "../../shared/messages/settings-panel.ts";
import { element, replaceChildren } from "../ui/dom.ts";
import { failure, skeleton, surroundingsNotice } from "../ui/placeholders.ts";
import type { SettingsContext } from "./context.ts";
import { createNavigation } from "./navigation.ts";
import { pageEntries } from "./pages.ts";

export interface Frame {
  show(state: SettingsState): void;
  updateSurroundings(surroundings: PanelSurroundings): void;
  /** Leaves these pages in the navigation. */
  offer(pages: readonly SettingsPageId[]): void;
  /** Leads to a place; asks first where something would be lost. */
  go(place: SettingsPlace): void;
}

/** The page that is drawn, whichever it is. */
interface Drawn {
  element: HTMLElement;
  /** Takes only states of its own page. */
  update(state: SettingsState): void;
  updateSurroundings(surroundings: PanelSurroundings): void;
  saved(): SavedSettings;
  mayLeave(): Promise<boolean>;
  open(item: string): void;
}

const firstPage = "connections";

/** The navigation with the page it chose, the states around them, and what is kept of it for a reload. */
export function createFrame(
  root: HTMLElement,
  context: SettingsContext,
  saved: SavedSettings | null,
  place: SettingsPlace | null,
): Frame {
  const { host, locale, notices } = context;
  const { t } = locale;
  // What was typed elsewhere stays kept until the person is there again or has decided.
  const before = saved !== null && saved.draft === null && place !== null && place.page !== saved.page ? null : saved;
  let current: SettingsPageId = before?.page ?? place?.page ?? firstPage;
  let waiting = place;
  let restoring = before;
  let drawn: Drawn | undefined;
  let restored: HTMLElement | null = null;

  const surroundings = surroundingsNotice(locale);
  const content = element("main", { class: "page" });
  const navigation = createNavigation(pageEntries, locale, (page) => void go({ page, item: "" }));
  const frame = element(
    "div",
    { class: "settings" },
    navigation.element,
    element("div", { class: "content" }, surroundings.element, content),
  );
  replaceChildren(root, notices.element, frame);

  function keep(): void {
    if (drawn === undefined) return;
    const kept = drawn.saved();
    if (kept.draft === null) restored?.remove();
    host.save(kept);
    host.tell("keep", kept);
  }

  let scrolled: ReturnType<typeof setTimeout> | undefined;
  window.addEventListener("scroll", () => {
    clearTimeout(scrolled);
    scrolled = setTimeout(keep, 150);
  });

  async function go(next: SettingsPlace): Promise<void> {
    if (next.page === current) {
      if (drawn === undefined) waiting = next;
      else if (next.item !== "" && (await drawn.mayLeave())) drawn.open(next.item);
      return;
    }
    if (drawn !== undefined && !(await drawn.mayLeave())) return;
    drawn = undefined;
    restoring = null;
    waiting = next;
    choose(next.page);
  }

  function choose(page: SettingsPageId): void {
    current = page;
    navigation.choose(page);
    replaceChildren(content, skeleton(t("Reading the settings…"), ["title", "long", "long", "long"]));
    host.tell("openPage", { page });
  }

  function draw<P extends SettingsPageId>(loaded: LoadedPage<P>, start: SavedPage<P> | null): Drawn {
    const id: P = loaded.page;
    let state = loaded;
    const page = pageEntries[id].create(context, { first: loaded, saved: start, onChange: keep });
    const isOwn = (next: SettingsState | LoadedPage<P>): next is LoadedPage<P> =>
      next.kind === "loaded" && next.page === id;
    return {
      element: page.element,
      update: (next) => {
        if (!isOwn(next)) return;
        state = next;
        page.update(next);
      },
      updateSurroundings: (next) => {
        state = { ...state, ...next };
        page.update(state);
      },
      saved: () => {
        const scrollTop = Math.max(0, Math.round(window.scrollY));
        // The page's own draft, under its own name.
        return { page: id, scrollTop, ...page.saved() } as SavedSettings;
      },
      mayLeave: page.mayLeave,
      open: page.open,
    };
  }

  function open(loaded: Extract<SettingsState, { kind: "loaded" }>): void {
    const start = restoring?.page === loaded.page ? restoring : null;
    const goal = waiting;
    restoring = null;
    waiting = null;
    drawn = draw(loaded, start);
    restored =
      start === null || start.draft === null
        ? null
        : element(
            "p",
            { class: "notice restored" },
            t("What you had typed is here again, but for tokens: those are never kept."),
          );
    replaceChildren(content, restored, drawn.element);
    if (start !== null) window.scrollTo({ top: start.scrollTop, behavior: "instant" });
    keep();
    if (goal === null) return;
    if (goal.page !== loaded.page || goal.item !== "") void go(goal);
    else content.querySelector("h1")?.focus();
  }

  function show(next: SettingsState): void {
    // Of a page that was left meanwhile.
    if (next.page !== current) return;
    switch (next.kind) {
      case "loading":
        return;
      case "failed": {
        // The page stays behind it, with what is typed there.
        const title = t("The settings cannot be shown");
        replaceChildren(content, failure({ title, message: next.message, retry: () => host.ask("refresh") }, context));
        return;
      }
      case "loaded":
        surroundings.update(next);
        if (drawn === undefined) {
          open(next);
          return;
        }
        drawn.update(next);
        if (!drawn.element.isConnected) replaceChildren(content, drawn.element);
    }
  }

  choose(current);
  return {
    show,
    updateSurroundings: (next) => {
      surroundings.update(next);
      drawn?.updateSurroundings(next);
    },
    offer: (pages) => navigation.offer(pages),
    go: (next) => void go(next),
  };
}
