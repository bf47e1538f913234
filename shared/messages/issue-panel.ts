import type { Issue, IssueAbilities, IssueComment, IssueStatus } from "../entities/issue.ts";
import type { OutboxItem } from "../entities/outbox.ts";
import type { Session } from "../entities/session.ts";
import { notification, request } from "./channel.ts";
import { fromHost, idText, link, list, nothing, oneOf, optional, record, text, whole, type Read } from "./shape.ts";

/** The view type the extension registers the panel and its serializer under. */
export const issuePanelType = "aiops.issue";

/** What the panel shows of an issue; a whole `Issue` fits. */
export type PanelIssue = Pick<
  Issue,
  | "id"
  | "version"
  | "provider"
  | "key"
  | "title"
  | "body"
  | "status"
  | "rawStatus"
  | "labels"
  | "assignees"
  | "author"
  | "milestone"
  | "url"
  | "commentCount"
  | "createdAt"
  | "updatedAt"
  | "closedAt"
  | "syncedAt"
>;

/** What the panel shows of a session; a whole `Session` fits. */
export type PanelSession = Pick<
  Session,
  "id" | "tool" | "title" | "status" | "statusSince" | "question" | "branch" | "workspacePath"
>;

/** A write of the person's that has not reached the tracker; a whole `OutboxItem` fits. */
export type PanelWrite = Pick<
  OutboxItem,
  "id" | "version" | "createdAt" | "write" | "status" | "nextAttemptAt" | "error" | "conflict"
>;

/** What can be chosen for the issue. */
export interface IssueChoices {
  labels: string[];
  assignees: { id: string; name: string }[];
  /** The tracker's own states the issue can go to. */
  statuses: { name: string; status: IssueStatus }[];
  /** Whether the tracker could not be asked, and these are what is known from before. */
  stale: boolean;
}

/** What may change without the issue: sent alone, so that 2,000 comments are not sent again with every tick. */
export interface IssuePanelSurroundings {
  /** The sessions of this issue the person may see, in any order. */
  sessions: PanelSession[];
  /** What is on its way to the tracker, oldest first. */
  pending: PanelWrite[];
  /** Whether anything may be written from here. */
  canWrite: boolean;
  /** Why not, for people; null where `canWrite`. */
  readOnlyReason: string | null;
  /** Since when (ISO 8601) the server cannot be reached and what is shown may be old; null while connected. */
  offlineSince: string | null;
}

/** All that the panel shows. */
export type IssuePanelState =
  | { kind: "loading"; issueId: string }
  | { kind: "failed"; issueId: string; message: string }
  | ({
      kind: "loaded";
      issueId: string;
      issue: PanelIssue;
      /** Oldest first. */
      comments: IssueComment[];
      projectName: string;
      /** What the tracker lets the connection's account do with this issue. */
      abilities: IssueAbilities;
    } & IssuePanelSurroundings);

/** What the panel learns once, when it says it is ready. */
export interface IssuePanelLocale {
  /** BCP 47, as `vscode.env.language`. */
  language: string;
  /** English text → translation, as `vscode.l10n.bundle`; empty for English. */
  translations: Record<string, string>;
}

/** How an action ended, failures aside: those are answered as errors. */
const outcome = oneOf("done", "cancelled");
export type Outcome = Read<typeof outcome>;

/** Whether a write has arrived, or waits in the outbox until the tracker can be reached. */
const arrival = oneOf("done", "queued");
export type Arrival = Read<typeof arrival>;

const longestTitle = 1000;
const longestBody = 200_000;
const title = text(longestTitle);
const body = text(longestBody);
const names = list(text(500), 200);
const version = whole(0, Number.MAX_SAFE_INTEGER);

/** What an edit changes; what is left out stays. `version` is the one the person saw. */
const issueChange = record({
  version,
  title: optional(title),
  body: optional(body),
  status: optional(oneOf("open", "closed")),
  rawStatus: optional(text(200)),
  labels: optional(names),
  /** The tracker's ids of people. */
  assignees: optional(names),
});
export type IssueChange = Read<typeof issueChange>;

/** Another text for a write that waits, or how its conflict is settled. */
const writeChange = record({
  id: idText,
  version,
  title: optional(title),
  body: optional(body),
  keep: optional(oneOf("mine", "theirs")),
});
export type WriteChange = Read<typeof writeChange>;

/** What the panel asks of the extension. Nothing here is trusted: a broken or hostile page may send anything. */
export const toIssueHost = {
  /** The page runs and wants to be shown something: answer, then `show`. Comes again after every reload of the page. */
  ready: request(nothing, fromHost<IssuePanelLocale>()),
  /** Asks for the tool itself, shows progress, attaches the terminal. */
  startWork: request(nothing, outcome),
  /** Shows the preview before it writes. */
  populateContext: request(nothing, outcome),
  openInBrowser: request(nothing, outcome),
  /** Reads the issue anew, from the provider where that can be reached; `show` follows. Also the Retry of a failure. */
  refresh: request(nothing, outcome),
  attachSession: request(record({ sessionId: idText }), outcome),
  copy: request(record({ text: text(2_000_000) }), outcome),
  /** A link in the issue's text, already known to be http, https or mailto. */
  openLink: request(record({ url: link }), outcome),
  edit: request(issueChange, arrival),
  comment: request(record({ body }), arrival),
  choices: request(nothing, fromHost<IssueChoices>()),
  changeWrite: request(writeChange, outcome),
  retryWrite: request(record({ id: idText }), outcome),
  removeWrite: request(record({ id: idText }), outcome),
  /** A picture of the issue's text, as it is addressed there: fetched by the server, answered as a `data:` address. */
  image: request(record({ url: text(4000) }), fromHost<{ dataUrl: string }>()),
};

/** What the extension tells the panel. */
export const toIssuePanel = {
  show: notification(fromHost<IssuePanelState>()),
  surroundings: notification(fromHost<IssuePanelSurroundings>()),
};

const draft = record({
  text: body,
  /** The fingerprint of the text the edit began from (webviews/issue/drafts.ts). */
  base: whole(0, 0xffff_ffff),
});
export type Draft = Read<typeof draft>;

const drafts = record({ comment: optional(body), title: optional(draft), body: optional(draft) });
export type SavedDrafts = Read<typeof drafts>;

/**
 * What the panel keeps with `setState`, handed to the serializer after a window reload: which issue, where the reader
 * was, and what they were writing. Text of the issue only as far as they were changing it, never a secret.
 */
export const savedIssuePanel = record({
  issueId: idText,
  /** Pixels from the top. */
  scrollTop: whole(0, 100_000_000),
  /** How many comments were shown. */
  shownComments: whole(0, 1_000_000),
  drafts,
});
export type SavedIssuePanel = Read<typeof savedIssuePanel>;
