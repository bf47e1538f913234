import type { Page } from "../../shared/entities/common.ts";
import { session, type Session } from "../../shared/entities/session.ts";
import { AppError } from "../../shared/errors.ts";
import type { Database, SqlParameters, SqlValue } from "../storage/database.ts";

/** Which sessions are wanted; what is left out does not narrow. */
export interface SessionFilter {
  userId?: string | undefined;
  /** Sessions of these tenants only. */
  tenantIds?: readonly string[] | undefined;
  projectId?: string | undefined;
  issueId?: string | undefined;
}

type Row = Record<string, SqlValue>;

/** Each field of the entity and its column. */
const columns: readonly (readonly [keyof Session, string])[] = [
  ["id", "id"],
  ["tenantId", "tenant_id"],
  ["projectId", "project_id"],
  ["userId", "user_id"],
  ["issueId", "issue_id"],
  ["tool", "tool"],
  ["title", "title"],
  ["status", "status"],
  ["statusSource", "status_source"],
  ["statusSince", "status_since"],
  ["question", "question"],
  ["tmuxSession", "tmux_session"],
  ["tmuxSocket", "tmux_socket"],
  ["workspacePath", "workspace_path"],
  ["branch", "branch"],
  ["lastActivityAt", "last_activity_at"],
  ["version", "version"],
  ["createdAt", "created_at"],
  ["updatedAt", "updated_at"],
];

const names = columns.map(([, column]) => column).join(", ");
const values = columns.map(([field]) => `:${field}`).join(", ");
const changes = columns.map(([field, column]) => `${column} = :${field}`).join(", ");

/**
 * Sessions in SQLite, all of them in memory too: the monitor reads them every second. This process is the only one
 * that writes them. Calls throw what {@link Database} throws; memory changes when the disk has.
 */
export class SessionRepository {
  readonly #database: Database;
  readonly #records: Map<string, Session>;

  constructor(database: Database) {
    this.#database = database;
    const rows = database.prepare<Row>("SELECT * FROM sessions").all().map(fromRow);
    this.#records = new Map(rows.map((record) => [record.id, record]));
  }

  insert(record: Session): void {
    this.#database.prepare(`INSERT INTO sessions (${names}) VALUES (${values})`).run({ ...record });
    this.#records.set(record.id, record);
  }

  /** Replaces the record; false where it was deleted meanwhile. */
  update(record: Session): boolean {
    return this.updateAll([record]).length === 1;
  }

  /** All or none, with one sync to the disk. Answers those that were still there. */
  updateAll(records: readonly Session[]): Session[] {
    const present = records.filter(({ id }) => this.#records.has(id));
    if (present.length === 0) return present;
    const statement = this.#database.prepare(`UPDATE sessions SET ${changes} WHERE id = :id`);
    this.#database.transaction(() => {
      for (const record of present) statement.run({ ...record });
    });
    for (const record of present) this.#records.set(record.id, record);
    return present;
  }

  delete(id: string): void {
    this.#database.prepare("DELETE FROM sessions WHERE id = :id").run({ id });
    this.#records.delete(id);
  }

  find(id: string): Session | undefined {
    return this.#records.get(id);
  }

  all(): Session[] {
    return [...this.#records.values()];
  }

  /** Newest first. */
  page(filter: SessionFilter, { limit, cursor }: { limit: number; cursor?: string | undefined }): Page<Session> {
    const { where, parameters } = condition(filter);
    const counted = this.#database.prepare<{ count: number }>(`SELECT count(*) AS count FROM sessions WHERE ${where}`);
    const after = cursor === undefined ? null : readCursor(cursor);
    const rows = this.#database
      .prepare<Row>(
        `SELECT * FROM sessions WHERE ${where} AND (:createdAt IS NULL OR (created_at, id) < (:createdAt, :id))
         ORDER BY created_at DESC, id DESC LIMIT :limit`,
      )
      .all({ ...parameters, createdAt: after?.createdAt ?? null, id: after?.id ?? null, limit: limit + 1 });
    const items = rows.slice(0, limit).map(fromRow);
    const last = items.at(-1);
    const nextCursor = rows.length > limit && last ? writeCursor(last) : null;
    return { items, nextCursor, total: counted.get(parameters)?.count ?? 0 };
  }
}

function condition(filter: SessionFilter): { where: string; parameters: SqlParameters } {
  const where = `(:userId IS NULL OR user_id = :userId) AND (:projectId IS NULL OR project_id = :projectId)
    AND (:issueId IS NULL OR issue_id = :issueId)
    AND (:tenantIds IS NULL OR tenant_id IN (SELECT value FROM json_each(:tenantIds)))`;
  const { userId = null, projectId = null, issueId = null, tenantIds } = filter;
  return { where, parameters: { userId, projectId, issueId, tenantIds: tenantIds ? JSON.stringify(tenantIds) : null } };
}

function fromRow(row: Row): Session {
  return session.parse(Object.fromEntries(columns.map(([field, column]) => [field, row[column]])));
}

function writeCursor({ createdAt, id }: Session): string {
  return Buffer.from(`${createdAt} ${id}`).toString("base64url");
}

function readCursor(cursor: string): { createdAt: string; id: string } {
  const [createdAt, id] = Buffer.from(cursor, "base64url").toString("utf8").split(" ");
  if (createdAt === undefined || id === undefined) {
    throw new AppError("invalid_input", "The cursor is not valid: start from the first page.");
  }
  return { createdAt, id };
}
