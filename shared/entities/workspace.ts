import * as z from "zod";
import { timestamp } from "./common.ts";

export const commitSummary = z.object({ author: z.string(), at: timestamp, subject: z.string(), sha: z.string() });

export const worktree = z.object({
  path: z.string(),
  branch: z.string().nullable(),
  dirty: z.boolean(),
  /** The issue it was made for, as its project's store knew it then; null for one made by hand. */
  issueId: z.string().nullable(),
  issueKey: z.string().nullable(),
});

/** The state of one person's clone of a project. */
export const workspace = z.object({
  path: z.string(),
  exists: z.boolean(),
  /** Null when the head is detached or nothing is there. */
  branch: z.string().nullable(),
  ahead: z.int(),
  behind: z.int(),
  dirty: z.boolean(),
  lastCommit: commitSummary.nullable(),
  worktrees: z.array(worktree),
});

export type Workspace = z.infer<typeof workspace>;
export type Worktree = z.infer<typeof worktree>;
export type CommitSummary = z.infer<typeof commitSummary>;
