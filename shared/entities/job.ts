import * as z from "zod";
import { base, id } from "./common.ts";

export const jobKind = z.enum(["sync", "workspace", "start"]);
export const jobStatus = z.enum(["queued", "running", "succeeded", "failed", "cancelled"]);

/** `total` is 0 while it is not known; `step` is a phrase for people, as "Fetching issues". */
export const progress = z.object({ done: z.int().min(0), total: z.int().min(0), step: z.string() });

export const job = z.object({
  ...base,
  tenantId: id,
  userId: id,
  kind: jobKind,
  /** What it works on: a project or an issue id. */
  target: z.string(),
  status: jobStatus,
  progress,
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  result: z.unknown(),
});

export type Job = z.infer<typeof job>;
export type JobKind = z.infer<typeof jobKind>;
export type JobProgress = z.infer<typeof progress>;
