import * as z from "zod";

export const eventEntities = [
  "tenant",
  "user",
  "project",
  "connection",
  "issue",
  "issues",
  "job",
  "sync",
  "session",
  "workspace",
  "outbox",
  "filter",
  "sshKey",
  "sshHost",
] as const;

/**
 * One change, as `GET /api/events` streams it. `issues.changed` stands for many issues of one project at once (a sync);
 * `sync.changed` tells how a project's sync stands, under the project's id;
 * `stream.reset` says that what was missed can't be replayed: read everything anew; `stream.ready` that it is live.
 */
export const serverEvent = z.object({
  type: z.string(),
  entity: z.enum([...eventEntities, "stream"]),
  id: z.string(),
  tenantId: z.string().nullable(),
  data: z.unknown(),
});

export type ServerEvent = z.infer<typeof serverEvent>;
export type EventEntity = (typeof eventEntities)[number];
