import * as z from "zod";
import { outboxConflict, outboxItem, outboxWrite, type OutboxItem } from "../../shared/entities/outbox.ts";

/** What an edit began from; people by the tracker's ids. */
const outboxBase = z.object({
  title: z.string(),
  body: z.string(),
  labels: z.array(z.string()),
  assignees: z.array(z.object({ id: z.string(), name: z.string() })),
});

const texts = z.array(z.string());

/** An item as it is kept: what people see of it, and what sending it once and only once needs. */
export const outboxRecord = outboxItem.omit({ waitsFor: true }).extend({
  /** Grows with each item: the order of sending. */
  seq: z.int(),
  connectionId: z.string(),
  issueExternalId: z.string().nullable(),
  base: outboxBase.nullable(),
  /** What was sent last and may have arrived; null where nothing can have. */
  attempted: outboxWrite.nullable(),
  attemptedAt: z.string().nullable(),
  /** The tracker's ids of what looked the same before this was sent. */
  known: texts,
  /** The tracker's id of the issue or comment that came of it. */
  resultId: z.string().nullable(),
});

export type OutboxRecord = z.infer<typeof outboxRecord>;
export type OutboxBase = z.infer<typeof outboxBase>;

/** A row of the table `outbox`. */
export interface OutboxRow {
  seq: number;
  id: string;
  tenant_id: string;
  project_id: string;
  link_id: string;
  connection_id: string;
  user_id: string;
  issue_id: string | null;
  issue_key: string | null;
  issue_external_id: string | null;
  write: string;
  base: string | null;
  attempted: string | null;
  attempted_at: string | null;
  known: string;
  status: string;
  attempts: number;
  next_attempt_at: string | null;
  error: string | null;
  conflict: string | null;
  result_id: string | null;
  version: number;
  created_at: string;
  updated_at: string;
}

/** What changes while an item is in the outbox, as columns. */
export function changingColumns(record: Omit<OutboxRecord, "seq">) {
  return {
    id: record.id,
    issueId: record.issueId,
    issueKey: record.issueKey,
    issueExternalId: record.issueExternalId,
    write: JSON.stringify(record.write),
    base: toJson(record.base),
    attempted: toJson(record.attempted),
    attemptedAt: record.attemptedAt,
    known: JSON.stringify(record.known),
    status: record.status,
    attempts: record.attempts,
    nextAttemptAt: record.nextAttemptAt,
    error: toJson(record.error),
    conflict: toJson(record.conflict),
    resultId: record.resultId,
    version: record.version,
    updatedAt: record.updatedAt,
  };
}

export function toRecord(row: OutboxRow): OutboxRecord {
  return outboxRecord.parse({
    seq: row.seq,
    id: row.id,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    tenantId: row.tenant_id,
    projectId: row.project_id,
    linkId: row.link_id,
    connectionId: row.connection_id,
    userId: row.user_id,
    issueId: row.issue_id,
    issueKey: row.issue_key,
    issueExternalId: row.issue_external_id,
    write: JSON.parse(row.write),
    base: fromJson(row.base),
    attempted: fromJson(row.attempted),
    attemptedAt: row.attempted_at,
    known: JSON.parse(row.known),
    status: row.status,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    error: fromJson(row.error),
    conflict: outboxConflict.nullable().parse(fromJson(row.conflict)),
    resultId: row.result_id,
  });
}

/** The item as people see it. */
export function toItem(record: OutboxRecord, waitsFor: string | null): OutboxItem {
  return outboxItem.parse({ ...record, waitsFor });
}

function toJson(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

function fromJson(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
