import { isoTime, type Clock } from "../../shared/clock.ts";
import type { Page } from "../../shared/entities/common.ts";
import type { OutboxItem, OutboxWrite } from "../../shared/entities/outbox.ts";
import { AppError } from "../../shared/errors.ts";
import { newId } from "../ids.ts";
import type { OutboxChanges } from "./changes.ts";
import { editOf, type AskedEdit } from "./merge.ts";
import type { OutboxBase, OutboxRecord } from "./records.ts";
import type { OutboxQuery, OutboxRepository } from "./repository.ts";
import type { Attempted } from "./sender.ts";
import type { OutboxWorker } from "./worker.ts";

export interface OutboxServiceOptions {
  repository: OutboxRepository;
  changes: OutboxChanges;
  worker: OutboxWorker;
  clock: Clock;
}

/** A write as it is handed over. */
export interface NewWrite {
  tenantId: string;
  projectId: string;
  linkId: string;
  connectionId: string;
  userId: string;
  /** Null for a new issue. */
  issue: { id: string; key: string; externalId: string } | null;
  write: OutboxWrite;
  /** What an edit began from. */
  base: OutboxBase | null;
  /** The tracker's ids of what looks the same already. */
  known: string[];
}

/** What a person changes of an item. */
export interface ItemChange extends AskedEdit {
  keep?: "mine" | "theirs" | undefined;
}

/** How long, in milliseconds, a change waits for the attempt under way. */
const patience = 10_000;

/** Writes on their way to a tracker, for their people: to see, change, withdraw and retry. */
export class OutboxService {
  readonly #options: OutboxServiceOptions;

  constructor(options: OutboxServiceOptions) {
    this.#options = options;
  }

  /**
   * Takes a write and tries to send it. It is durable before anything is sent.
   * @param timeoutMs how long the attempt is waited for
   * @returns the item, with `attempt` where one was made in that time
   */
  async add(write: NewWrite, timeoutMs: number): Promise<{ record: OutboxRecord; attempt: Attempted | undefined }> {
    const { repository, changes, worker, clock } = this.#options;
    const { issue, ...rest } = write;
    const now = isoTime(clock);
    const record = repository.insert({
      ...rest,
      id: newId(),
      version: 1,
      createdAt: now,
      updatedAt: now,
      issueId: issue?.id ?? null,
      issueKey: issue?.key ?? null,
      issueExternalId: issue?.externalId ?? null,
      attempted: null,
      attemptedAt: null,
      status: "queued",
      attempts: 0,
      nextAttemptAt: null,
      error: null,
      conflict: null,
      resultId: null,
    });
    changes.announce(record, "created");
    const attempt = await worker.submit(record, timeoutMs);
    return { record: repository.find(record.id) ?? record, attempt };
  }

  find(id: string): OutboxRecord | undefined {
    return this.#options.repository.find(id);
  }

  get(id: string): OutboxItem {
    return this.#options.changes.present(this.#record(id));
  }

  list(query: OutboxQuery, page: { limit: number; cursor?: string | undefined }): Page<OutboxItem> {
    const { repository, changes } = this.#options;
    const found = repository.list(query, page);
    return { ...found, items: found.items.map((record) => changes.present(record)) };
  }

  /** What has not arrived of an issue, oldest first; everyone's where no person is named. */
  pending(issueId: string, userId?: string): OutboxItem[] {
    const { repository, changes } = this.#options;
    return repository.ofIssue(issueId, userId).map((record) => changes.present(record));
  }

  /**
   * Changes what is to be sent, or settles a conflict; either puts the item back in the queue.
   * @throws AppError conflict while it is being sent and once it is over, stale_version, invalid_input
   */
  async update(id: string, version: number | undefined, change: ItemChange): Promise<OutboxItem> {
    const { repository, changes, worker } = this.#options;
    const record = await this.#changeable(id, version);
    const { write, base } = changed(record, change);
    const isEmpty = write.kind === "update" && Object.keys(write).length === 1;
    const saved = repository.transaction(() => {
      if (record.write.kind === "update" && base !== null) changes.rebase(record, record.write, { ...base, ...write });
      return changes.write({
        ...record,
        write,
        base,
        status: isEmpty ? "withdrawn" : "queued",
        conflict: null,
        error: null,
        nextAttemptAt: null,
      });
    });
    changes.announce(saved);
    worker.wake(saved.connectionId);
    return changes.present(saved);
  }

  /** Withdraws an item. @throws AppError as `update` */
  async remove(id: string, version: number | undefined): Promise<void> {
    const { repository, changes, worker } = this.#options;
    const record = await this.#changeable(id, version);
    repository.transaction(() => {
      if (record.write.kind === "update" && record.base !== null) changes.rebase(record, record.write, record.base);
      repository.remove(id);
    });
    changes.announce(record, "deleted");
    worker.wake(record.connectionId);
  }

  /**
   * Tries an item again at once; one that is being sent is answered as it is.
   * @throws AppError as `update`; conflict for an item whose conflict is not settled
   */
  async retry(id: string, version: number | undefined): Promise<OutboxItem> {
    const { changes, worker } = this.#options;
    if (this.#record(id).status === "sending") return this.get(id);
    const record = await this.#changeable(id, version);
    if (record.status === "conflict") {
      throw new AppError("conflict", "Somebody else changed the same text: keep yours, take theirs, or merge the two.");
    }
    const saved = changes.save({ ...record, status: "queued", error: null, nextAttemptAt: null });
    worker.wake(saved.connectionId);
    return changes.present(saved);
  }

  #record(id: string): OutboxRecord {
    const record = this.#options.repository.find(id);
    if (record === undefined) throw new AppError("not_found", "There is no such item in the outbox.");
    return record;
  }

  /** An item that is being sent is waited for: mostly that is over at once, or the tracker is out of reach. */
  async #changeable(id: string, version: number | undefined): Promise<OutboxRecord> {
    const { status, version: asked } = this.#record(id);
    if (status === "sending" && (version === undefined || version === asked)) {
      await this.#options.worker.settled(id, patience);
      return this.#unsent(id, undefined);
    }
    return this.#unsent(id, version);
  }

  #unsent(id: string, version: number | undefined): OutboxRecord {
    const record = this.#record(id);
    if (version !== undefined && version !== record.version) {
      throw new AppError(
        "stale_version",
        `The item is another one by now (version ${record.version}, not ${version}). Read it again.`,
        { data: { currentVersion: record.version } },
      );
    }
    if (record.status === "sending") {
      throw new AppError("conflict", "It is being sent at this moment. Look again in a few seconds.");
    }
    if (record.status === "sent" || record.status === "withdrawn") {
      throw new AppError("conflict", "It is over: there is nothing left to change. Write anew.");
    }
    return record;
  }
}

/** The item's write and base after a change. @throws AppError invalid_input for what its kind does not have */
function changed(record: OutboxRecord, change: ItemChange): { write: OutboxWrite; base: OutboxBase | null } {
  const { write } = record;
  const { keep, ...asked } = change;
  if (write.kind !== "update") {
    if (keep !== undefined) throw unfit("keep", "There is no conflict to settle.");
    return { write: { ...write, ...fitting(write, asked) }, base: record.base };
  }
  if (record.base === null) throw new AppError("internal", "The edit has no base.");
  const theirs = record.conflict?.theirs ?? {};
  if (keep !== undefined && record.conflict === null) throw unfit("keep", "There is no conflict to settle.");
  // Having seen what somebody else wrote, the person goes on from there.
  const isSettled = keep !== undefined || asked.title !== undefined || asked.body !== undefined;
  const base = isSettled ? { ...record.base, ...defined(theirs) } : record.base;
  const { kind: _kind, ...before } = write;
  const given = Object.keys(defined(asked));
  const kept = without(before, keep === "theirs" ? [...given, ...Object.keys(theirs)] : given);
  return { write: { kind: "update", ...kept, ...editOf(asked, base) }, base };
}

/** What of a change an item of this kind can take. */
function fitting(write: Exclude<OutboxWrite, { kind: "update" }>, asked: AskedEdit) {
  const { title, body, labels, assignees, status, rawStatus } = asked;
  const isComment = write.kind === "comment";
  if (status !== undefined || rawStatus !== undefined)
    throw unfit("status", "A new issue or comment has no status yet.");
  if (isComment && (title !== undefined || labels !== undefined || assignees !== undefined)) {
    throw unfit("body", "A comment has nothing but its body.");
  }
  if (isComment && body?.trim() === "") throw unfit("body", "A comment must not be empty: delete it instead.");
  return defined({
    title,
    body,
    labels: labels === undefined ? undefined : [...labels],
    assignees: assignees === undefined ? undefined : [...assignees],
  });
}

function unfit(path: string, message: string): AppError {
  return new AppError("invalid_input", message, { errors: [{ path, message }] });
}

function without<T extends object>(fields: T, names: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name))) as Partial<T>;
}

/** Only the fields that have a value. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
