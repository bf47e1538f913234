import { createHash } from "node:crypto";
import type { AuditActor, AuditOutcome, AuditRecord } from "../../shared/entities/audit.ts";

/** Who does what to what. */
export interface AuditSubject {
  actor: AuditActor;
  /** Null for what belongs to no tenant. */
  tenantId: string | null;
  /** The operation, as `projects.create`. */
  action: string;
  /** What it is done to, as `project:01J…`; never a secret. */
  target: string;
}

export interface AuditEntry extends AuditSubject {
  outcome: AuditOutcome;
  durationMs?: number | null;
  /** Why it failed, in words fit for whoever may read the audit; never a secret. */
  error?: string | null;
}

/** The end of the chain: the last record's number and hash. */
export interface ChainHead {
  seq: number;
  hash: string;
}

/** What the first record follows. */
export const chainStart: ChainHead = { seq: 0, hash: "0".repeat(64) };

/** The record that follows `head`. */
export function chainRecord(head: ChainHead, at: string, entry: AuditEntry): AuditRecord {
  const record = {
    seq: head.seq + 1,
    at,
    actor: { kind: entry.actor.kind, id: entry.actor.id },
    tenantId: entry.tenantId,
    action: entry.action,
    target: entry.target,
    outcome: entry.outcome,
    durationMs: entry.durationMs ?? null,
    error: entry.error ?? null,
    previousHash: head.hash,
  };
  const { previousHash, ...content } = record;
  return { ...content, hash: hashOf(record), previousHash };
}

/** SHA-256, in hex, of the record without its own hash, as a JSON array in this order of fields. */
export function hashOf(record: Omit<AuditRecord, "hash">): string {
  const { seq, at, actor, tenantId, action, target, outcome, durationMs, error, previousHash } = record;
  const canonical = [seq, at, actor.kind, actor.id, tenantId, action, target, outcome, durationMs, error, previousHash];
  return createHash("sha256").update(JSON.stringify(canonical)).digest("hex");
}

/** What is wrong with a record that should follow `head`, in words; undefined when it does. */
export function breakOfChain(head: ChainHead, record: AuditRecord): string | undefined {
  if (record.seq > head.seq + 1) {
    const last = record.seq - 1;
    const missing =
      head.seq + 1 === last ? `record ${last} is missing` : `records ${head.seq + 1} to ${last} are missing`;
    return `${missing} before record ${record.seq}`;
  }
  if (record.seq <= head.seq) return `record ${record.seq} stands out of order, after record ${head.seq}`;
  if (hashOf(record) !== record.hash) return `record ${record.seq} was edited: its hash does not match its content`;
  if (record.previousHash !== head.hash) {
    return `record ${record.seq} does not follow record ${head.seq}: one of them was replaced`;
  }
  return undefined;
}
