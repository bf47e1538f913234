import type { Page } from "../../shared/entities/common.ts";
import { job, type Job } from "../../shared/entities/job.ts";
import { AppError } from "../../shared/errors.ts";
import type { Database, SqlParameters } from "../storage/database.ts";

interface Row {
  id: string;
  tenant_id: string;
  user_id: string;
  kind: string;
  target: string;
  status: string;
  progress: string;
  error: string | null;
  result: string | null;
  version: number;
  created_at: string;
  updated_at: string;
}

/** Jobs in SQLite. Progress is in memory while a job runs; the row holds how it began and how it ended. */
export class JobRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  insert(record: Job): void {
    this.#database
      .prepare<Row>(
        `INSERT INTO jobs (id, tenant_id, user_id, kind, target, status, progress, error, result, version, created_at, updated_at)
         VALUES (:id, :tenantId, :userId, :kind, :target, :status, :progress, :error, :result, :version, :createdAt, :updatedAt)`,
      )
      .run({
        ...changing(record),
        tenantId: record.tenantId,
        userId: record.userId,
        kind: record.kind,
        target: record.target,
        createdAt: record.createdAt,
      });
  }

  update(record: Job): void {
    this.#database
      .prepare(
        `UPDATE jobs SET status = :status, progress = :progress, error = :error, result = :result, version = :version,
         updated_at = :updatedAt WHERE id = :id`,
      )
      .run(changing(record));
  }

  get(id: string): Job | undefined {
    const row = this.#database.prepare<Row>("SELECT * FROM jobs WHERE id = :id").get({ id });
    return row === undefined ? undefined : fromRow(row);
  }

  unfinished(): Job[] {
    return this.#database.prepare<Row>("SELECT * FROM jobs WHERE status IN ('queued', 'running')").all().map(fromRow);
  }

  /** Newest first. */
  list(
    filter: { userId?: string | undefined; status?: Job["status"] | undefined },
    page: { limit: number; cursor?: string | undefined },
  ): Page<Job> {
    const after = page.cursor === undefined ? null : readCursor(page.cursor);
    const parameters: SqlParameters = { userId: filter.userId ?? null, status: filter.status ?? null };
    const fits = "(:userId IS NULL OR user_id = :userId) AND (:status IS NULL OR status = :status)";
    const total = this.#database
      .prepare<{ count: number }>(`SELECT count(*) AS count FROM jobs WHERE ${fits}`)
      .get(parameters);
    const rows = this.#database
      .prepare<Row>(
        `SELECT * FROM jobs WHERE ${fits} AND (:createdAt IS NULL OR (created_at, id) < (:createdAt, :id))
         ORDER BY created_at DESC, id DESC LIMIT :limit`,
      )
      .all({ ...parameters, createdAt: after?.createdAt ?? null, id: after?.id ?? null, limit: page.limit + 1 });
    const items = rows.slice(0, page.limit).map(fromRow);
    const last = items.at(-1);
    const more = rows.length > page.limit && last !== undefined;
    const nextCursor = more ? Buffer.from(`${last.createdAt} ${last.id}`).toString("base64url") : null;
    return { items, nextCursor, total: total?.count ?? 0 };
  }
}

function changing(record: Job): SqlParameters {
  return {
    id: record.id,
    status: record.status,
    progress: JSON.stringify(record.progress),
    error: record.error === null ? null : JSON.stringify(record.error),
    result: record.result === null ? null : JSON.stringify(record.result),
    version: record.version,
    updatedAt: record.updatedAt,
  };
}

function readCursor(cursor: string): { createdAt: string; id: string } {
  const [createdAt, id] = Buffer.from(cursor, "base64url").toString("utf8").split(" ");
  if (createdAt === undefined || id === undefined) {
    throw new AppError("invalid_input", "The cursor is not valid: start from the first page.");
  }
  return { createdAt, id };
}

function fromRow(row: Row): Job {
  return job.parse({
    id: row.id,
    tenantId: row.tenant_id,
    userId: row.user_id,
    kind: row.kind,
    target: row.target,
    status: row.status,
    progress: JSON.parse(row.progress),
    error: row.error === null ? null : JSON.parse(row.error),
    result: row.result === null ? null : JSON.parse(row.result),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  });
}
