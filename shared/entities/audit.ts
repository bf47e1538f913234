import * as z from "zod";
import { timestamp } from "./common.ts";

export const auditActor = z.object({
  kind: z.enum(["user", "agent", "service", "host-agent", "system"]),
  id: z.string(),
});

export const auditOutcome = z.enum(["intent", "ok", "failed", "denied"]);

export const auditRecord = z.object({
  seq: z.int().min(1),
  at: timestamp,
  actor: auditActor,
  tenantId: z.string().nullable(),
  /** The operation, as `projects.create`. */
  action: z.string(),
  target: z.string(),
  outcome: auditOutcome,
  durationMs: z.int().nullable(),
  error: z.string().nullable(),
  hash: z.string(),
  previousHash: z.string(),
});

export type AuditActor = z.infer<typeof auditActor>;
export type AuditRecord = z.infer<typeof auditRecord>;
export type AuditOutcome = z.infer<typeof auditOutcome>;
