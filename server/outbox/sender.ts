import { isoTime, type Clock } from "../../shared/clock.ts";
import type { IssueComment } from "../../shared/entities/issue.ts";
import type { IssueEdit, OutboxWrite } from "../../shared/entities/outbox.ts";
import { AppError } from "../../shared/errors.ts";
import type { AuditLog } from "../audit/log.ts";
import type { WrittenIssues, WrittenPlace } from "../issues/written.ts";
import type { Logger } from "../log.ts";
import type { ProviderIssue } from "../providers/provider.ts";
import type { IssueChange, IssueRef, IssueTracker } from "../providers/tracker.ts";
import type { OutboxChanges } from "./changes.ts";
import { arrivedComment, arrivedIssue, earliest, mayBeMade } from "./look.ts";
import { conflictOf, remainingOf, type PresentIssue } from "./merge.ts";
import type { OutboxRecord } from "./records.ts";
import type { OutboxRepository } from "./repository.ts";
import { verdictOf } from "./verdict.ts";

export interface SenderOptions {
  repository: OutboxRepository;
  changes: OutboxChanges;
  issues: WrittenIssues;
  /** The tracker behind a connection. */
  tracker: (connectionId: string) => Promise<IssueTracker>;
  /** Whether the write's person may still make it. @throws AppError forbidden where not */
  requireAuthor: (record: OutboxRecord) => void;
  /** Where the link's last sync ended, as the tracker told it. */
  syncPosition: (linkId: string) => string | undefined;
  audit: AuditLog;
  clock: Clock;
  log: Logger;
  /** Translates anything thrown into the product's error. */
  toAppError: (error: unknown) => AppError;
}

/** How an attempt ended; `error` where it did not arrive. */
export interface Attempted {
  record: OutboxRecord;
  error: AppError | null;
  /** Whether it is to be tried again by itself. */
  later: boolean;
}

/** What the steps of one attempt share. */
interface Attempt {
  record: OutboxRecord;
  tracker: IssueTracker;
  place: WrittenPlace;
  signal: AbortSignal;
  /** How far the request itself came. */
  request: "none" | "begun" | "answered";
}

/**
 * Sends one write. That it is being sent is durable before the request; where no answer came, the next attempt looks at
 * the tracker first. So a crash at any point neither loses a write nor sends it twice.
 */
export class OutboxSender {
  readonly #options: SenderOptions;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /**
   * @param retryAt when the next attempt would be, should this one fail for a reason that passes
   * @throws AppError storage_full | storage_failed where the outcome can't be recorded; nothing is lost by that
   */
  async send(record: OutboxRecord, retryAt: (error: AppError) => number, signal: AbortSignal): Promise<Attempted> {
    const { audit, toAppError, log } = this.#options;
    const subject = {
      actor: { kind: "user", id: record.userId },
      tenantId: record.tenantId,
      action: "outbox.send",
      target: `outboxItem:${record.id}`,
    } as const;
    let attempt: Attempt | undefined;
    try {
      return await audit.audited(subject, async () => {
        attempt = await this.#prepare(record, signal);
        return this.#attempt(attempt);
      });
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code === "internal") log.error({ err: thrown, outboxId: record.id }, "a write could not be sent");
      const { retry, uncertain } = verdictOf(error);
      const present = this.#options.repository.find(record.id) ?? record;
      if (present.status === "sent") return { record: present, error: null, later: false };
      const surelyNot = attempt?.request === "begun" && !uncertain;
      const saved = this.#options.changes.save({
        ...present,
        status: retry ? "queued" : "failed",
        attempts: record.attempts + 1,
        nextAttemptAt: retry ? new Date(retryAt(error)).toISOString() : null,
        error: { code: error.code, message: error.message },
        ...(surelyNot && { attempted: null, attemptedAt: null }),
      });
      return { record: saved, error, later: retry };
    }
  }

  async #prepare(record: OutboxRecord, signal: AbortSignal): Promise<Attempt> {
    this.#options.requireAuthor(record);
    const place = this.#options.issues.placeOf(record);
    return { record, place, tracker: await this.#options.tracker(record.connectionId), signal, request: "none" };
  }

  async #attempt(attempt: Attempt): Promise<Attempted> {
    const { write } = attempt.record;
    if (write.kind === "create") return this.#create(attempt, write);
    return write.kind === "comment" ? this.#comment(attempt, write) : this.#update(attempt, write);
  }

  async #create(attempt: Attempt, write: Extract<OutboxWrite, { kind: "create" }>): Promise<Attempted> {
    const { tracker, place, record, signal } = attempt;
    const found = record.attempted === null ? undefined : await this.#lookForIssue(attempt);
    if (found !== undefined) {
      if (!isAsAttempted(record)) return this.#changedMeanwhile(attempt, found.key, found.externalId);
      return this.#finish(attempt, found);
    }
    this.#begin(attempt);
    const { title, body, labels, assignees } = write;
    return this.#finish(
      attempt,
      await tracker.createIssue(place.externalProject, { title, body, labels, assignees }, signal),
    );
  }

  async #lookForIssue({ tracker, place, record, signal }: Attempt): Promise<ProviderIssue | undefined> {
    const { issues, syncPosition } = this.#options;
    // The position first: whatever was made before it is in the store by now.
    const since = syncPosition(record.linkId);
    const isClaimed = (id: string) => this.#isClaimed(record, id);
    const stored = issues.madeSince(place, earliest(record)).filter((issue) => mayBeMade(issue, { record, isClaimed }));
    const { externalProject } = place;
    return arrivedIssue({ tracker, externalProject, record, isClaimed, signal, since, stored });
  }

  async #comment(attempt: Attempt, write: Extract<OutboxWrite, { kind: "comment" }>): Promise<Attempted> {
    const { tracker, place, record, signal } = attempt;
    const ref = refOf(record);
    if (record.attempted !== null) {
      const issue = await this.#present(attempt, ref);
      const found = arrivedComment(issue, { record, isClaimed: (id) => this.#isClaimed(record, id) });
      if (found !== undefined) {
        if (!isAsAttempted(record)) return this.#changedMeanwhile(attempt, ref.key, found.id);
        return this.#finish(attempt, issue, found);
      }
    }
    this.#begin(attempt);
    return this.#finish(attempt, null, await tracker.addComment(place.externalProject, ref, write.body, signal));
  }

  async #update(attempt: Attempt, write: Extract<OutboxWrite, { kind: "update" }>): Promise<Attempted> {
    const { tracker, place, record, signal } = attempt;
    const { issues, changes } = this.#options;
    const ref = refOf(record);
    const issue = await this.#present(attempt, ref);
    const present: PresentIssue = { ...issue, status: issues.statusOf(place, issue) };
    const { kind: _kind, ...edit } = write;
    const conflict = record.base === null ? null : conflictOf(edit, record.base, present, record.attempted);
    if (conflict !== null) {
      issues.announce(issues.put(place, issue));
      const error = new AppError(
        "stale_version",
        `${ref.key} was changed at the tracker meanwhile. Keep yours, take theirs, or merge the two.`,
        { data: { ...conflict } },
      );
      const kept = { code: error.code, message: error.message };
      return { record: changes.save({ ...record, status: "conflict", conflict, error: kept }), error, later: false };
    }
    const change = this.#changeOf(attempt, edit, present);
    if (Object.keys(change).length === 0) return this.#finish(attempt, issue);
    this.#begin(attempt);
    return this.#finish(attempt, await tracker.updateIssue(place.externalProject, ref, change, signal));
  }

  /** Trackers take lists whole. */
  #changeOf({ tracker }: Attempt, edit: IssueEdit, present: PresentIssue): IssueChange {
    const { assignees, ...change } = remainingOf(edit, present);
    if (assignees === undefined) return change;
    const { stay, join } = assignees;
    if (!tracker.can.severalAssignees && join.length > 0) return { ...change, assignees: join.slice(0, 1) };
    return { ...change, assignees: [...stay.map(({ id }) => id), ...join] };
  }

  async #present({ tracker, place, signal }: Attempt, ref: IssueRef): Promise<ProviderIssue> {
    const issue = await tracker.getIssue(place.externalProject, ref, signal);
    if (issue !== null) return issue;
    throw new AppError(
      "provider_not_found",
      `The tracker has ${ref.key} no more: it was deleted or moved. Copy what you wrote, then delete this.`,
    );
  }

  /** From here on the tracker may have it, whatever happens. */
  #begin(attempt: Attempt): void {
    const { changes, clock } = this.#options;
    const { record } = attempt;
    attempt.record = changes.save({
      ...record,
      status: "sending",
      attempted: record.write,
      attemptedAt: isoTime(clock),
      conflict: null,
    });
    attempt.request = "begun";
  }

  /** Stores what the tracker has now, and that this item is sent, as one. */
  #finish(attempt: Attempt, issue: ProviderIssue | null, comment?: IssueComment): Attempted {
    const { repository, changes, issues } = this.#options;
    const { record, place } = attempt;
    attempt.request = "answered";
    const finished = repository.transaction(() => {
      const stored = issue === null ? record.issueId : issues.put(place, issue);
      if (issue === null && comment !== undefined && stored !== null) issues.addComment(stored, comment);
      if (issue !== null && record.write.kind === "update") changes.rebase(record, record.write, issue);
      return changes.write({
        ...record,
        issueId: stored,
        issueKey: issue?.key ?? record.issueKey,
        issueExternalId: issue?.externalId ?? record.issueExternalId,
        status: "sent",
        attempts: record.attempts + 1,
        nextAttemptAt: null,
        attempted: null,
        attemptedAt: null,
        error: null,
        conflict: null,
        resultId: comment?.id ?? (record.write.kind === "create" ? (issue?.externalId ?? null) : null),
      });
    });
    changes.announce(finished);
    if (finished.issueId !== null) issues.announce(finished.issueId);
    return { record: finished, error: null, later: false };
  }

  /** What was sent first arrived after all, but is not what the person wants by now. */
  #changedMeanwhile({ record }: Attempt, key: string, resultId: string): Attempted {
    const what = record.write.kind === "create" ? `The issue arrived as ${key}` : `The comment arrived at ${key}`;
    const error = new AppError(
      "conflict",
      `${what} as it was before you changed it. Delete this, or retry to send it as another one.`,
    );
    const saved = this.#options.changes.save({
      ...record,
      status: "failed",
      error: { code: error.code, message: error.message },
      attempted: null,
      attemptedAt: null,
      known: [...record.known, resultId],
    });
    return { record: saved, error, later: false };
  }

  #isClaimed({ linkId }: OutboxRecord, resultId: string): boolean {
    return this.#options.repository.isClaimed(linkId, resultId);
  }
}

function isAsAttempted({ write, attempted }: OutboxRecord): boolean {
  return JSON.stringify(write) === JSON.stringify(attempted);
}

/** @throws AppError internal for an item without an issue, which none but a creation is */
function refOf({ issueKey, issueExternalId }: OutboxRecord): IssueRef {
  if (issueKey !== null && issueExternalId !== null) return { key: issueKey, externalId: issueExternalId };
  throw new AppError("internal", "The write names no issue.");
}
