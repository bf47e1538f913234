import {
  emptyDraft,
  newIssuePage,
  type NewIssueStart,
  type NewIssueState,
  type SavedNewIssue,
} from "../../../shared/messages/new-issue.ts";
import type { PanelSurroundings } from "../../../shared/messages/panel.ts";
import { element, replaceChildren } from "../../ui/dom.ts";
import { failure, skeleton, surroundingsNotice } from "../../ui/placeholders.ts";
import { writeArticle, type WriteActions } from "../pending.ts";
import type { NewIssueContext } from "./context.ts";
import { createForm, type NewIssueForm } from "./form.ts";

export interface NewIssue {
  show(state: NewIssueState): void;
  updateSurroundings(surroundings: PanelSurroundings): void;
  add(start: NewIssueStart): void;
}

/** Writes a new issue, and shows it while it waits for its tracker. */
export function createNewIssue(root: HTMLElement, context: NewIssueContext, saved: SavedNewIssue | null): NewIssue {
  const { host, locale, notices } = context;
  const { t } = locale;
  const around = surroundingsNotice(locale);
  const content = element("div");
  let shown: NewIssueState = { kind: "loading" };
  let form: NewIssueForm | undefined;
  let early: NewIssueStart[] = [];
  replaceChildren(root, notices.element, around.element, content);

  function keep(writeId: string): void {
    const draft = form?.draft() ?? emptyDraft;
    host.save({ page: newIssuePage, writeId, draft } satisfies SavedNewIssue);
  }

  function showForm(state: Extract<NewIssueState, { kind: "form" }>): void {
    if (form === undefined) {
      const made = createForm(context, state, saved?.draft ?? emptyDraft, () => {
        // The form tells of its beginning too.
        if (form !== undefined) keep("");
      });
      form = made;
      for (const start of early) made.add(start);
      early = [];
    } else form.update(state);
    if (!form.element.isConnected) {
      replaceChildren(content, form.element);
      form.focus();
    }
    keep("");
  }

  function showWaiting({ write, projectName }: Extract<NewIssueState, { kind: "waiting" }>): void {
    const actions: WriteActions = {
      change: (change) => host.ask("changeWrite", change),
      retry: (id) => host.ask("retryWrite", { id }),
      remove: (id) => host.ask("removeWrite", { id }),
    };
    const title = write.write.kind === "create" ? write.write.title : "";
    const words =
      write.status === "failed"
        ? t("The tracker refused it. Change it and send it again, or delete it.")
        : t("The tracker does not have it yet. It is sent as soon as it can be, also when this page is closed.");
    replaceChildren(
      content,
      element(
        "main",
        { class: "waiting" },
        element("p", { class: "origin" }, projectName),
        element("h1", { class: "title", attributes: { dir: "auto" } }, title),
        element("p", { class: "lead" }, words),
        writeArticle(write, "", actions, context),
      ),
    );
    keep(write.id);
  }

  function show(state: NewIssueState): void {
    const before = shown;
    shown = state;
    switch (state.kind) {
      case "loading":
        if (form === undefined) replaceChildren(content, skeleton(t("Reading…"), ["title", "long", "long", "medium"]));
        return;
      case "failed": {
        const title = t("The issue cannot be shown");
        replaceChildren(content, failure({ title, message: state.message, retry: () => host.ask("refresh") }, context));
        return;
      }
      case "form":
        around.update(state);
        showForm(state);
        return;
      case "waiting":
        around.update(state);
        // Drawn anew only where it differs: somebody may be writing in it.
        if (before.kind !== "waiting" || before.write.version !== state.write.version) showWaiting(state);
    }
  }

  return {
    show,
    updateSurroundings: (next) => {
      if (shown.kind === "form" || shown.kind === "waiting") show({ ...shown, ...next });
    },
    add: (start) => {
      if (form === undefined) early.push(start);
      else form.add(start);
    },
  };
}
