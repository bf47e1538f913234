import * as z from "zod";

/** What writing AGENTS.override.md did, or in a preview would do. */
export const contextResult = z.object({
  path: z.string(),
  bytes: z.int().min(0),
  /** The size in bytes the file must stay within. */
  budget: z.int().min(0),
  /** What was cut to stay within it, for people; empty when all is in. */
  truncated: z.array(z.string()),
  /** How many spans of each kind redaction replaced. */
  redactions: z.record(z.string(), z.int()),
  /** Unified diff against the file as it is; only in a preview. */
  diff: z.string().optional(),
  /** Sessions that run in this tree and read the file before this change. */
  staleSessions: z.array(z.string()),
  /** What the person has to do themselves, as for a tracked file that is never written; empty when all is done. */
  advice: z.array(z.string()),
});

export type ContextResult = z.infer<typeof contextResult>;
