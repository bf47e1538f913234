import type { IssueAbilities } from "../entities/issue.ts";
import { notification, request } from "./channel.ts";
import { toWritesHost, type IssueChoices, type PanelWrite } from "./issue-panel.ts";
import { toPanelHost, type PanelLocale, type PanelSurroundings } from "./panel.ts";
import { fromHost, idText, list, nothing, oneOf, record, text, type Read } from "./shape.ts";

/** The page of the issue panel's bundle on which an issue is written; see `panelHtml`. */
export const newIssuePage = "new-issue";

/** A project an issue may be made in, with the trackers it is linked to. */
export interface NewIssueProject {
  id: string;
  name: string;
  links: { id: string; name: string }[];
}

/** What can be chosen for a new issue, and what the tracker lets the connection's account do. */
export type NewIssueChoices = Omit<IssueChoices, "statuses"> & { abilities: IssueAbilities };

/** All that the page shows. */
export type NewIssueState =
  | { kind: "loading" }
  | { kind: "failed"; message: string }
  | ({ kind: "form"; projects: NewIssueProject[] } & PanelSurroundings)
  /** It waits in the outbox: the tracker can't be reached, or refused it. */
  | ({ kind: "waiting"; write: PanelWrite; projectName: string } & PanelSurroundings);

/** What whoever opens the form puts into it. */
const start = record({
  /** Empty for any. */
  projectId: text(100),
  /** Markdown that is put below what is written already. */
  quote: text(100_000),
});
export type NewIssueStart = Read<typeof start>;

const names = list(text(500), 200);

/** What stands in the form. */
const draft = record({
  projectId: text(100),
  /** Empty for the only one. */
  linkId: text(100),
  title: text(1000),
  body: text(200_000),
  labels: names,
  /** The tracker's ids of people, with their names. */
  assignees: list(record({ id: text(500), name: text(500) }), 200),
});
export type NewIssueDraft = Read<typeof draft>;

/** What the page asks of the extension. Nothing here is trusted: a broken or hostile page may send anything. */
export const toNewIssueHost = {
  ready: request(nothing, fromHost<PanelLocale>()),
  ...toPanelHost,
  choices: request(record({ projectId: idText, linkId: idText }), fromHost<NewIssueChoices>()),
  /** Makes the issue and opens it in this panel's place; or what waits for the tracker, where that is out of reach. */
  create: request(
    record({
      projectId: idText,
      linkId: idText,
      title: text(1000),
      body: text(200_000),
      labels: names,
      assignees: names,
    }),
    oneOf("done", "queued"),
  ),
  close: notification(nothing),
  ...toWritesHost,
};

/** What the extension tells the page. */
export const toNewIssuePage = {
  show: notification(fromHost<NewIssueState>()),
  surroundings: notification(fromHost<PanelSurroundings>()),
  /** Something is put into the form; what is written there stays. */
  add: notification(start),
};

/** What the page keeps with `setState`, handed to the serializer after a window reload. */
export const savedNewIssue = record({
  page: oneOf(newIssuePage),
  /** What waits in the outbox; empty for a form. */
  writeId: text(100),
  draft,
});
export type SavedNewIssue = Read<typeof savedNewIssue>;

export const emptyDraft: NewIssueDraft = { projectId: "", linkId: "", title: "", body: "", labels: [], assignees: [] };
