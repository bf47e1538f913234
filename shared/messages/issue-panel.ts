import type { Issue, IssueComment } from "../entities/issue.ts";
import type { Session } from "../entities/session.ts";
import { notification, request } from "./channel.ts";
import { fromHost, idText, link, nothing, oneOf, record, text, whole, type Read } from "./shape.ts";

/** The view type the extension registers the panel and its serializer under. */
export const issuePanelType = "aiops.issue";

/** What the panel shows of an issue; a whole `Issue` fits. */
export type PanelIssue = Pick<
  Issue,
  | "id"
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

/** What may change without the issue: sent alone, so that 2,000 comments are not sent again with every tick. */
export interface IssuePanelSurroundings {
  /** The sessions of this issue the person may see, in any order. */
  sessions: PanelSession[];
  /** Whether Start Work and Populate AGENTS.override.md may be used here. */
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
};

/** What the extension tells the panel. */
export const toIssuePanel = {
  show: notification(fromHost<IssuePanelState>()),
  surroundings: notification(fromHost<IssuePanelSurroundings>()),
};

/**
 * What the panel keeps with `setState`, handed to the serializer after a window reload: which issue, and where the
 * reader was. Never text of the issue, never a secret.
 */
export const savedIssuePanel = record({
  issueId: idText,
  /** Pixels from the top. */
  scrollTop: whole(0, 100_000_000),
  /** How many comments were shown. */
  shownComments: whole(0, 1_000_000),
});
export type SavedIssuePanel = Read<typeof savedIssuePanel>;
