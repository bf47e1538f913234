import type { IssuePanelState, IssuePanelSurroundings, SavedIssuePanel } from "../../shared/messages/issue-panel.ts";
import { element, replaceChildren } from "../ui/dom.ts";
import { failure, skeleton, surroundingsNotice } from "../ui/placeholders.ts";
import { createActions } from "./actions.ts";
import { createComments } from "./comments.ts";
import { createComposer } from "./composer.ts";
import type { PanelContext } from "./context.ts";
import { createDescription } from "./description.ts";
import { createDrafts, type Drafts } from "./drafts.ts";
import { createFacts } from "./facts.ts";
import { createHeader } from "./header.ts";
import { createPending } from "./pending.ts";
import { createSessions } from "./sessions.ts";
import { createTrouble } from "./trouble.ts";
import { createStateButton } from "./state-button.ts";

type Loaded = Extract<IssuePanelState, { kind: "loaded" }>;

export interface IssuePanel {
  show(state: IssuePanelState): void;
  updateSurroundings(surroundings: IssuePanelSurroundings): void;
  /** Leads the cursor to a new comment. */
  writeComment(): void;
}

interface LoadedView {
  element: HTMLElement;
  issueId: string;
  update(state: Loaded): void;
  updateSurroundings(surroundings: IssuePanelSurroundings): void;
  shownComments: () => number;
  drafts: Drafts;
  /** Says why where nothing may be written. */
  writeComment(): void;
}

/** Draws the panel's states below `root`, and keeps where the reader is. */
export function createIssuePanel(root: HTMLElement, context: PanelContext, saved: SavedIssuePanel | null): IssuePanel {
  const { host, slices } = context;
  let view: LoadedView | undefined;

  function save(): void {
    if (!view) return;
    const scrollTop = Math.max(0, Math.round(window.scrollY));
    const { issueId, drafts, shownComments } = view;
    host.save({ issueId, scrollTop, shownComments: shownComments(), drafts: drafts.all() } satisfies SavedIssuePanel);
  }

  function place(content: HTMLElement): void {
    replaceChildren(root, context.notices.element, content);
  }

  async function restore(scrollTop: number): Promise<void> {
    // A reader who scrolls meanwhile has chosen another place.
    const moved = new AbortController();
    for (const type of ["wheel", "keydown", "pointerdown"]) {
      window.addEventListener(type, () => moved.abort(), { once: true, signal: moved.signal });
    }
    await slices.idle();
    if (!moved.signal.aborted) window.scrollTo({ top: scrollTop, behavior: "instant" });
    moved.abort();
  }

  function showLoaded(state: Loaded): void {
    if (view?.issueId === state.issueId && view.element.isConnected) {
      view.update(state);
    } else {
      slices.clear();
      const before = saved?.issueId === state.issueId ? saved : null;
      view = loadedView(state, context, before, save);
      place(view.element);
      if (before) void restore(before.scrollTop);
    }
    save();
  }

  let saving: ReturnType<typeof setTimeout> | undefined;
  window.addEventListener("scroll", () => {
    clearTimeout(saving);
    saving = setTimeout(save, 150);
  });

  return {
    show: (state) => {
      switch (state.kind) {
        case "loading":
          // What is shown already stays while it is read again.
          if (view?.issueId !== state.issueId || !view.element.isConnected) place(reading(context));
          return;
        case "failed":
          place(failed(state.message, context));
          return;
        case "loaded":
          showLoaded(state);
      }
    },
    updateSurroundings: (surroundings) => view?.updateSurroundings(surroundings),
    writeComment: () => view?.writeComment(),
  };
}

/** The shape of an issue while it is read. */
function reading({ locale }: PanelContext): HTMLElement {
  const bars = ["short", "title", "medium", "gap", "long", "long", "medium", "long", "short"];
  return element("main", {}, skeleton(locale.t("Reading the issue…"), bars));
}

function failed(message: string, context: PanelContext): HTMLElement {
  const title = context.locale.t("The issue cannot be shown");
  return element("main", {}, failure({ title, message, retry: () => context.host.ask("refresh") }, context));
}

function loadedView(
  first: Loaded,
  context: PanelContext,
  saved: SavedIssuePanel | null,
  onChange: () => void,
): LoadedView {
  const { t } = context.locale;
  let state = first;
  const drafts = createDrafts(saved?.drafts ?? null, onChange);
  const header = createHeader(first, drafts, context);
  const actions = createActions(context);
  const stateButton = createStateButton(first, context);
  const facts = createFacts(first, context);
  const sessions = createSessions(context);
  const comments = createComments(context, saved?.shownComments ?? 0, onChange);
  const pending = createPending(
    {
      change: (change) => context.host.ask("changeWrite", change),
      retry: (id) => context.host.ask("retryWrite", { id }),
      remove: (id) => context.host.ask("removeWrite", { id }),
    },
    context,
  );
  const composer = createComposer(drafts, context);
  const description = createDescription(first, drafts, context);
  actions.add(stateButton.button, stateButton.place);
  const offline = surroundingsNotice(context.locale);
  const trouble = createTrouble(context);

  function updateSurroundings(surroundings: IssuePanelSurroundings): void {
    state = { ...state, ...surroundings };
    actions.update(surroundings);
    sessions.update(surroundings.sessions, surroundings.hasRepository);
    trouble.update(surroundings.trouble);
    for (const part of [header, facts, description, composer, stateButton]) part.update(state);
    pending.update(surroundings.pending, state.issue.url);
    // What is not allowed the buttons say, where they are.
    offline.update({ offlineSince: surroundings.offlineSince });
  }

  function update(next: Loaded): void {
    state = next;
    comments.update(state.comments, state.issue.url);
    updateSurroundings(state);
  }
  update(first);

  const main = element("main", {}, description.element, comments.element, pending.element, composer.element);
  const aside = element(
    "aside",
    { attributes: { "aria-label": t("Sessions and details") } },
    sessions.element,
    facts.element,
  );
  return {
    element: element(
      "div",
      { class: "issue" },
      offline.element,
      trouble.element,
      header.element,
      actions.element,
      aside,
      main,
    ),
    issueId: first.issueId,
    update,
    updateSurroundings,
    shownComments: comments.shown,
    drafts,
    writeComment: composer.focus,
  };
}
