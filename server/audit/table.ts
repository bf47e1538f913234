import type { AuditOutcome, AuditRecord } from "../../shared/entities/audit.ts";
import type { Page } from "../../shared/entities/common.ts";
import { AppError } from "../../shared/errors.ts";
import type { Database, SqlParameters } from "../storage/database.ts";
import { chainStart, type ChainHead } from "./record.ts";

export interface AuditQuery {
  actor?: string | undefined;
  /** The tenants whose records may be seen; undefined sees all, and what belongs to no tenant. */
  tenantIds?: readonly string[] | undefined;
  /** Only this tenant's. */
  tenantId?: string | undefined;
  action?: string | undefined;
  outcome?: AuditOutcome | undefined;
  /** ISO 8601, inclusive. */
  since?: string | undefined;
  /** ISO 8601, exclusive. */
  until?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

interface Row {
  seq: number;
  at: string;
  actor_kind: AuditRecord["actor"]["kind"];
  actor_id: string;
  tenant_id: string | null;
  action: string;
  target: string;
  outcome: AuditOutcome;
  duration_ms: number | null;
  error: string | null;
  hash: string;
  previous_hash: string;
}

function fromRow(row: Row): AuditRecord {
  return {
    seq: row.seq,
    at: row.at,
    actor: { kind: row.actor_kind, id: row.actor_id },
    tenantId: row.tenant_id,
    action: row.action,
    target: row.target,
    outcome: row.outcome,
    durationMs: row.duration_ms,
    error: row.error,
    hash: row.hash,
    previousHash: row.previous_hash,
  };
}

/** The audit's records in SQLite, with the head of the chain beside them. */
export class AuditTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Stores records and the new head in one transaction. */
  append(records: readonly AuditRecord[]): void {
    const insert = this.#database.prepare(
      `INSERT INTO audit VALUES (:seq, :at, :actorKind, :actorId, :tenantId, :action, :target, :outcome, :durationMs,
        :error, :hash, :previousHash)`,
    );
    const setHead = this.#database.prepare(
      "INSERT INTO audit_head VALUES (1, :seq, :hash) ON CONFLICT DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
    );
    this.#database.transaction(() => {
      for (const { actor, ...record } of records) {
        insert.run({ ...record, actorKind: actor.kind, actorId: actor.id });
      }
      const last = records.at(-1);
      if (last !== undefined) setHead.run({ seq: last.seq, hash: last.hash });
    });
  }

  /** The head as it was written beside the records. */
  head(): ChainHead {
    return this.#database.prepare<ChainHead>("SELECT seq, hash FROM audit_head").get() ?? chainStart;
  }

  /** All records in order, read in slices. */
  *records(): Generator<AuditRecord> {
    const next = this.#database.prepare<Row>("SELECT * FROM audit WHERE seq > :after ORDER BY seq LIMIT 1000");
    for (let after = 0; ;) {
      const rows = next.all({ after });
      if (rows.length === 0) return;
      for (const row of rows) yield fromRow(row);
      after = rows.at(-1)?.seq ?? after;
    }
  }

  /** Newest first. @throws AppError invalid_input for a cursor that is none of ours */
  query(query: AuditQuery): Page<AuditRecord> {
    const conditions: string[] = ["TRUE"];
    const values: SqlParameters = {};
    const filter = (condition: string, name: string, value: string | undefined) => {
      if (value === undefined) return;
      conditions.push(condition);
      values[name] = value;
    };
    filter("actor_id = :actor", "actor", query.actor);
    filter("tenant_id = :tenantId", "tenantId", query.tenantId);
    filter("action = :action", "action", query.action);
    filter("outcome = :outcome", "outcome", query.outcome);
    filter("at >= :since", "since", normalTime(query.since));
    filter("at < :until", "until", normalTime(query.until));
    const tenants = query.tenantIds === undefined ? undefined : JSON.stringify(query.tenantIds);
    filter("tenant_id IN (SELECT value FROM json_each(:tenants))", "tenants", tenants);
    const where = conditions.join(" AND ");
    const counted = this.#database.prepare<{ total: number }>(`SELECT count(*) AS total FROM audit WHERE ${where}`);
    const page = this.#database.prepare<Row>(
      `SELECT * FROM audit WHERE ${where} AND seq < :before ORDER BY seq DESC LIMIT :limit`,
    );
    const before = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : parseCursor(query.cursor);
    const rows = page.all({ ...values, before, limit: query.limit + 1 });
    const items = rows.slice(0, query.limit).map(fromRow);
    const last = items.at(-1);
    const nextCursor = rows.length > query.limit && last !== undefined ? String(last.seq) : null;
    return { items, nextCursor, total: counted.get(values)?.total ?? 0 };
  }
}

/** As records have it, so that text order is time order. */
function normalTime(time: string | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

function parseCursor(cursor: string): number {
  if (!/^\d{1,15}$/.test(cursor)) {
    throw new AppError("invalid_input", "The cursor is not one this server gave. Start again without it.", {
      errors: [{ path: "cursor", message: "is not one this server gave" }],
    });
  }
  return Number(cursor);
}
