import type { IssuePanelState, PanelIssue } from "../../shared/messages/issue-panel.ts";
import { element, replaceChildren } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";
import type { PanelContext } from "./context.ts";
import type { Drafts } from "./drafts.ts";
import { plainLine } from "../ui/plain-line.ts";
import { createTitleEditor } from "./title-editor.ts";
import { editButton } from "./text-edit.ts";

type Loaded = Extract<IssuePanelState, { kind: "loaded" }>;

const providerNames = { github: "GitHub", gitlab: "GitLab", jira: "Jira" } satisfies Record<
  PanelIssue["provider"],
  string
>;

export interface Header {
  element: HTMLElement;
  update(state: Loaded): void;
}

/** Key, title and its editor, state, who opened it and when. */
export function createHeader(first: Loaded, drafts: Drafts, context: PanelContext): Header {
  const { locale } = context;
  const { t } = locale;
  let state = first;
  let editing = false;
  const edit = editButton(t("Edit title"), () => open());
  const heading = element("div", { class: "heading" });
  const origin = element("p", { class: "origin" });
  const title = element("h1", { class: "title", attributes: { dir: "auto" } });
  const summary = element("p", { class: "summary" });

  function show(): void {
    const { issue, projectName } = state;
    edit.hidden = !(state.abilities.edit && state.canWrite);
    origin.textContent = `${projectName} · ${providerNames[issue.provider]}`;
    replaceChildren(
      title,
      element("bdi", {}, plainLine(issue.title)),
      " ",
      element("span", { class: "key" }, issue.key),
    );
    replaceChildren(summary, stateBadge(issue, t), ...history(issue));
    if (!editing && title.parentElement === null) replaceChildren(heading, title, edit);
  }

  function open(): void {
    editing = true;
    const close = (): void => {
      editing = false;
      replaceChildren(heading, title, edit);
      edit.focus();
    };
    const editor = createTitleEditor({ drafts, issue: () => state.issue, close }, context);
    replaceChildren(heading, editor.element);
    editor.focus();
  }

  if (drafts.read("title") !== undefined) open();
  return {
    element: element("header", {}, origin, heading, summary),
    update: (next) => {
      state = next;
      show();
    },
  };

  function history(issue: PanelIssue): Node[] {
    const parts = [
      element("span", {}, element("strong", {}, issue.author.name), ` ${t("opened")} `, locale.time(issue.createdAt)),
      element("span", {}, `${t("updated")} `, locale.time(issue.updatedAt)),
    ];
    if (issue.closedAt !== null) parts.push(element("span", {}, `${t("closed")} `, locale.time(issue.closedAt)));
    parts.push(element("span", {}, `${t("synced")} `, locale.time(issue.syncedAt)));
    return parts;
  }
}

function stateBadge(issue: PanelIssue, t: (english: string) => string): HTMLElement {
  const word = issue.status === "open" ? t("Open") : t("Closed");
  const raw = issue.rawStatus.toLowerCase() === issue.status ? "" : ` · ${plainLine(issue.rawStatus)}`;
  return element("span", { class: `state state-${issue.status}` }, icon(issue.status), `${word}${raw}`);
}
