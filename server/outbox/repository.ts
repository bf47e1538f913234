import type { Page } from "../../shared/entities/common.ts";
import { AppError } from "../../shared/errors.ts";
import type { Database, SqlParameters } from "../storage/database.ts";
import { changingColumns, toRecord, type OutboxRecord, type OutboxRow } from "./records.ts";

/** Which items: of a person, an issue, or both; without a person, everyone's; of some tenants, or of all. */
export interface OutboxQuery {
  userId?: string | undefined;
  tenantIds?: readonly string[] | undefined;
  issueId?: string | undefined;
}

/** Those that people still have to do with, in SQL. */
const unsettled = "status IN ('queued', 'sending', 'conflict', 'failed')";

/** The outbox in SQLite: what `insert` or `save` was given is durable when it returns. */
export class OutboxRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Runs several writes as one: all of it durable, or nothing. */
  transaction<T>(work: () => T): T {
    return this.#database.transaction(work);
  }

  insert(record: Omit<OutboxRecord, "seq">): OutboxRecord {
    const inserted = this.#database
      .prepare<OutboxRow>(
        `INSERT INTO outbox (id, tenant_id, project_id, link_id, connection_id, user_id, issue_id, issue_key,
           issue_external_id, write, base, attempted, attempted_at, known, status, attempts, next_attempt_at, error,
           conflict, result_id, version, created_at, updated_at)
         VALUES (:id, :tenantId, :projectId, :linkId, :connectionId, :userId, :issueId, :issueKey, :issueExternalId,
           :write, :base, :attempted, :attemptedAt, :known, :status, :attempts, :nextAttemptAt, :error, :conflict,
           :resultId, :version, :createdAt, :updatedAt)
         RETURNING *`,
      )
      .get({
        ...changingColumns(record),
        tenantId: record.tenantId,
        projectId: record.projectId,
        linkId: record.linkId,
        connectionId: record.connectionId,
        userId: record.userId,
        createdAt: record.createdAt,
      });
    if (inserted === undefined) throw new AppError("storage_failed", "The outbox did not take the write. Repeat it.");
    return toRecord(inserted);
  }

  save(record: OutboxRecord): void {
    this.#database
      .prepare(
        `UPDATE outbox SET issue_id = :issueId, issue_key = :issueKey, issue_external_id = :issueExternalId,
           write = :write, base = :base, attempted = :attempted, attempted_at = :attemptedAt, known = :known,
           status = :status, attempts = :attempts, next_attempt_at = :nextAttemptAt, error = :error,
           conflict = :conflict, result_id = :resultId, version = :version, updated_at = :updatedAt
         WHERE id = :id`,
      )
      .run(changingColumns(record));
  }

  find(id: string): OutboxRecord | undefined {
    const row = this.#database.prepare<OutboxRow>("SELECT * FROM outbox WHERE id = :id").get({ id });
    return row === undefined ? undefined : toRecord(row);
  }

  remove(id: string): void {
    this.#database.prepare("DELETE FROM outbox WHERE id = :id").run({ id });
  }

  /** What has not arrived, oldest first. */
  list(query: OutboxQuery, { limit, cursor }: { limit: number; cursor?: string | undefined }): Page<OutboxRecord> {
    const fits = `${unsettled} AND (:userId IS NULL OR user_id = :userId) AND (:issueId IS NULL OR issue_id = :issueId)
      AND (:tenants IS NULL OR tenant_id IN (SELECT value FROM json_each(:tenants)))`;
    const parameters: SqlParameters = {
      userId: query.userId ?? null,
      issueId: query.issueId ?? null,
      tenants: query.tenantIds === undefined ? null : JSON.stringify(query.tenantIds),
    };
    const total = this.#database
      .prepare<{ count: number }>(`SELECT count(*) AS count FROM outbox WHERE ${fits}`)
      .get(parameters);
    const rows = this.#database
      .prepare<OutboxRow>(`SELECT * FROM outbox WHERE ${fits} AND seq > :after ORDER BY seq LIMIT :limit`)
      .all({ ...parameters, after: cursor === undefined ? 0 : readCursor(cursor), limit: limit + 1 });
    const items = rows.slice(0, limit).map(toRecord);
    const last = items.at(-1);
    const more = rows.length > limit && last !== undefined;
    return { items, nextCursor: more ? String(last.seq) : null, total: total?.count ?? 0 };
  }

  /** What has not arrived of an issue, oldest first. */
  ofIssue(issueId: string, userId?: string): OutboxRecord[] {
    return this.#database
      .prepare<OutboxRow>(
        `SELECT * FROM outbox WHERE issue_id = :issueId AND ${unsettled} AND (:userId IS NULL OR user_id = :userId)
         ORDER BY seq`,
      )
      .all({ issueId, userId: userId ?? null })
      .map(toRecord);
  }

  /**
   * What is to be sent next over a connection. The writes of one issue go in their order; what waits for its person holds
   * back that person's later writes to the issue. What was tried less often goes first, so that one write a tracker can't
   * stomach does not stop the others.
   */
  next(connectionId: string): OutboxRecord | undefined {
    const row = this.#database
      .prepare<OutboxRow>(
        `SELECT * FROM outbox AS item WHERE connection_id = :connectionId AND status = 'queued' AND NOT EXISTS (
           SELECT 1 FROM outbox AS earlier WHERE earlier.issue_id = item.issue_id AND earlier.seq < item.seq AND (
             earlier.status IN ('queued', 'sending')
             OR (earlier.status IN ('conflict', 'failed') AND earlier.user_id = item.user_id)))
         ORDER BY attempts, seq LIMIT 1`,
      )
      .get({ connectionId });
    return row === undefined ? undefined : toRecord(row);
  }

  /** The id of the person's earlier write to the same issue that waits for them; null where there is none. */
  blockerOf({ issueId, userId, seq }: OutboxRecord): string | null {
    const found = this.#database
      .prepare<{ id: string }>(
        `SELECT id FROM outbox WHERE issue_id = :issueId AND user_id = :userId AND seq < :seq
           AND status IN ('conflict', 'failed') ORDER BY seq LIMIT 1`,
      )
      .get({ issueId, userId, seq });
    return found?.id ?? null;
  }

  /** The connections over which something waits to be sent. */
  waitingConnections(): string[] {
    return this.#database
      .prepare<{ connection_id: string }>("SELECT DISTINCT connection_id FROM outbox WHERE status = 'queued'")
      .all()
      .map((row) => row.connection_id);
  }

  /** What a server that ended was sending. */
  sending(): OutboxRecord[] {
    return this.#database.prepare<OutboxRow>("SELECT * FROM outbox WHERE status = 'sending'").all().map(toRecord);
  }

  /** Later unsent edits of the same person to the same issue, whose base is what this one makes. */
  editsAfter({ issueId, userId, seq }: OutboxRecord): OutboxRecord[] {
    return this.#database
      .prepare<OutboxRow>(
        `SELECT * FROM outbox WHERE issue_id = :issueId AND user_id = :userId AND seq > :seq AND base IS NOT NULL
           AND status IN ('queued', 'conflict', 'failed') ORDER BY seq`,
      )
      .all({ issueId, userId, seq })
      .map(toRecord);
  }

  /** Whether the tracker's issue or comment came of another item of the link. */
  isClaimed(linkId: string, resultId: string): boolean {
    const found = this.#database
      .prepare<{ id: string }>("SELECT id FROM outbox WHERE link_id = :linkId AND result_id = :resultId LIMIT 1")
      .get({ linkId, resultId });
    return found !== undefined;
  }

  /** Forgets what was settled before a time. Answers how many. */
  removeSettled(before: string): number {
    return this.#database
      .prepare("DELETE FROM outbox WHERE status IN ('sent', 'withdrawn') AND updated_at < :before")
      .run({ before });
  }
}

function readCursor(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new AppError("invalid_input", "The cursor is not valid: start from the first page.");
}
