import type { Issue, IssueAbilities, IssueComment, IssueStatus } from "../entities/issue.ts";
import type { OutboxItem } from "../entities/outbox.ts";
import type { Session } from "../entities/session.ts";
import { notification, request } from "./channel.ts";
import { outcome, toPanelHost, type PanelLocale, type PanelSurroundings } from "./panel.ts";
import { fromHost, idText, list, nothing, oneOf, optional, record, text, whole, type Read } from "./shape.ts";

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
export interface IssuePanelSurroundings extends PanelSurroundings {
  /** The sessions of this issue the person may see, in any order. */
  sessions: PanelSession[];
  /** What is on its way to the tracker, oldest first. */
  pending: PanelWrite[];
  /** Whether the project has a repository to work in; of one that has issues alone no work is started. */
  hasRepository: boolean;
  /** Why the issue's tracker can't be read at this time; null where all is well. */
  trouble: PanelTrouble | null;
}

/** A tracker that can't be read. */
export interface PanelTrouble {
  /** As the tracker names it: `owner/repo`, `group/project`, `KEY`. */
  externalProject: string;
  /** For people, in a few words and translated: "the tracker can't be reached". */
  words: string;
  /** When (ISO 8601) it was last read; null for never. */
  syncedAt: string | null;
  /** What helps: trying again, another token, or asking someone who may give one. */
  help: "sync" | "token" | "administrator";
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

/** What a page asks that shows writes on their way. */
export const toWritesHost = {
  changeWrite: request(writeChange, outcome),
  retryWrite: request(record({ id: idText }), outcome),
  removeWrite: request(record({ id: idText }), outcome),
};

/** What the panel asks of the extension. Nothing here is trusted: a broken or hostile page may send anything. */
export const toIssueHost = {
  /** The page runs and wants to be shown something: answer, then `show`. Comes again after every reload of the page. */
  ready: request(nothing, fromHost<PanelLocale>()),
  ...toPanelHost,
  /** Asks for the tool itself, shows progress, attaches the terminal. */
  /** Leads to where the tracker's connection gets another token. */
  updateToken: request(nothing, outcome),
  startWork: request(nothing, outcome),
  /** Shows the preview before it writes. */
  populateContext: request(nothing, outcome),
  openInBrowser: request(nothing, outcome),
  attachSession: request(record({ sessionId: idText }), outcome),
  edit: request(issueChange, arrival),
  comment: request(record({ body }), arrival),
  choices: request(nothing, fromHost<IssueChoices>()),
  ...toWritesHost,
  /** A picture of the issue's text, as it is addressed there: fetched by the server, answered as a `data:` address. */
  image: request(record({ url: text(4000) }), fromHost<{ dataUrl: string }>()),
};

/** What the extension tells the panel. */
export const toIssuePanel = {
  show: notification(fromHost<IssuePanelState>()),
  surroundings: notification(fromHost<IssuePanelSurroundings>()),
  /** The person wants to comment: the cursor goes where a comment is written. */
  writeComment: notification(nothing),
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
