import * as z from "zod";
import { auditRecord, auditOutcome } from "../entities/audit.ts";
import { pageOf, pageQuery, timestamp } from "../entities/common.ts";
import { on, operation } from "./operation.ts";

const health = z.object({ status: z.enum(["ok", "failing"]), version: z.string(), uptimeSeconds: z.number() });
const exampleHealth = { status: "ok", version: "0.1.0", uptimeSeconds: 12.5 };

export const system = {
  health: operation
    .route({ method: "GET", path: "/health", summary: "Whether the server answers", tags: ["system"] })
    .meta({ capability: "public", effect: "read", scope: [], example: { output: exampleHealth } })
    .output(health),
  ready: operation
    .route({ method: "GET", path: "/ready", summary: "Whether the server and its storage work", tags: ["system"] })
    .meta({ capability: "public", effect: "read", scope: [], example: { output: exampleHealth } })
    .output(health),
  audit: operation
    .route({ method: "GET", path: "/api/audit", summary: "List the audit records, newest first", tags: ["audit"] })
    .meta({
      capability: "audit.read",
      effect: "read",
      scope: [on("tenant", "tenant")],
      example: { input: { action: "projects.create" } },
    })
    .input(
      z.object({
        ...pageQuery,
        actor: z.string().max(200).optional(),
        tenant: z.string().max(100).optional(),
        action: z.string().max(200).optional(),
        outcome: auditOutcome.optional(),
        since: timestamp.optional(),
        until: timestamp.optional(),
      }),
    )
    .output(pageOf(auditRecord)),
  verifyAudit: operation
    .route({ method: "GET", path: "/api/audit/verify", summary: "Check the audit's hash chain", tags: ["audit"] })
    .meta({
      capability: "audit.verify",
      effect: "read",
      scope: [],
      example: { output: { ok: true, records: 3, problems: [] } },
    })
    .output(z.object({ ok: z.boolean(), records: z.int(), problems: z.array(z.string()) })),
};
