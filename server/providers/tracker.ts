import type { IssueComment } from "../../shared/entities/issue.ts";
import type { IssueProvider, ListOptions, ProviderIssue } from "./provider.ts";

/** What a tracker lets this account do; views offer an action only where it is declared here. */
export interface TrackerAbilities {
  create: boolean;
  edit: boolean;
  comment: boolean;
  /** Closing and opening again. */
  changeStatus: boolean;
  label: boolean;
  assign: boolean;
  /** Several people may be assigned to one issue. */
  severalAssignees: boolean;
}

/** One issue of a tracker. */
export interface IssueRef {
  /** As people say it: `#12`, `PROJ-12`. */
  key: string;
  externalId: string;
}

export interface IssueDraft {
  title: string;
  /** Markdown. */
  body: string;
  labels: readonly string[];
  /** The tracker's ids of people, as {@link IssueChoices.assignees} names them. */
  assignees: readonly string[];
}

/** What is to change; what is not named stays. */
export interface IssueChange {
  title?: string | undefined;
  body?: string | undefined;
  labels?: readonly string[] | undefined;
  assignees?: readonly string[] | undefined;
  status?: "open" | "closed" | undefined;
  /** One of {@link IssueChoices.statuses}; where several lead to the wanted status, it says which. */
  rawStatus?: string | undefined;
}

/** What may be chosen for an issue, or for a new one. */
export interface IssueChoices {
  labels: string[];
  /** `id` is what drafts and changes take. */
  assignees: { id: string; name: string }[];
  /** The states an issue can go to from where it is. */
  statuses: { name: string; status: "open" | "closed" }[];
}

export interface ChangeListOptions extends ListOptions {
  /** Where the last listing ended, as `onPosition` gave it; everything where it is missing. */
  since?: string | undefined;
  /** Told once, after the last page: where the next listing begins. By the tracker's clock, never ours. */
  onPosition?: (position: string) => void;
  /** Where a listing of everything was broken off, as its `onCheckpoint` gave it: what it gave before comes no more. */
  resume?: string | undefined;
  /** Told while everything is listed, once what was given has been taken: where it could go on if it ended here. */
  onCheckpoint?: (checkpoint: string) => void;
  /** Told where the tracker knows the project by another name by now, with that name. */
  onRenamed?: (externalProject: string) => void;
}

export interface Attachment {
  contentType: string;
  bytes: Uint8Array;
}

/**
 * A tracker that is read incrementally and written. Errors are those of {@link IssueProvider}; a write that may have
 * arrived although no answer came is `provider_failed` or `timeout` with `data.uncertain: true`: look before repeating.
 */
export interface IssueTracker extends IssueProvider {
  readonly can: TrackerAbilities;

  /** What the account may do in one project, where the tracker tells; elsewhere {@link can} is all that is known. */
  projectAbilities?(externalProject: string, signal: AbortSignal): Promise<TrackerAbilities>;

  /**
   * With `since`: the issues that changed after it, each with all its comments; where nothing changed, one request.
   * What was deleted or moved away does not show: {@link listKeys} tells that.
   *
   * @throws AppError `invalid_input` where it can't go on from `resume`; those of {@link IssueProvider}
   */
  listIssues(externalProject: string, options: ChangeListOptions): AsyncIterable<ProviderIssue[]>;

  /** The lasting ids of all issues of the project, cheaply: whatever is missing was deleted or moved. */
  listKeys(externalProject: string, options: ListOptions): AsyncIterable<string[]>;

  /** One issue with its comments; null where the project has it no more. */
  getIssue(externalProject: string, ref: IssueRef, signal: AbortSignal): Promise<ProviderIssue | null>;

  createIssue(externalProject: string, draft: IssueDraft, signal: AbortSignal): Promise<ProviderIssue>;

  /**
   * @throws AppError `conflict` with `data.choices` (names) where several states would do and `rawStatus` does not say
   *   which; `provider_forbidden` where the account may not
   */
  updateIssue(externalProject: string, ref: IssueRef, change: IssueChange, signal: AbortSignal): Promise<ProviderIssue>;

  addComment(externalProject: string, ref: IssueRef, body: string, signal: AbortSignal): Promise<IssueComment>;

  choices(externalProject: string, ref: IssueRef | null, signal: AbortSignal): Promise<IssueChoices>;

  /**
   * An image or file that an issue's text refers to, fetched with the connection's token. @param url absolute
   * @throws AppError `invalid_input` for an address that is not the tracker's own; `too_large` over `maxBytes`
   */
  fetchAttachment(url: string, maxBytes: number, signal: AbortSignal): Promise<Attachment>;
}

/** What a webhook delivery says, once its signature is checked. */
export interface WebhookDelivery {
  /** For refusing replays: a digest of the body where that is signed, else the sender's own id where it gives one. */
  id: string;
  externalProject: string;
  /** The issues it is about; empty where the whole project should be looked at. */
  issues: IssueRef[];
  deleted: boolean;
}

/**
 * Reads a delivery. Null for events that do not concern issues (a ping).
 * @throws AppError `unauthenticated` for a wrong or missing signature, `invalid_input` for a body that is none
 */
export type ReadWebhook = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Uint8Array,
  secret: string,
) => WebhookDelivery | null;
