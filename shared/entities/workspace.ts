import * as z from "zod";
import { id, refName, timestamp } from "./common.ts";

export const commitSummary = z.object({ author: z.string(), at: timestamp, subject: z.string(), sha: z.string() });

export const worktree = z.object({
  path: z.string(),
  branch: z.string().nullable(),
  /** As `origin/main`; null where the branch follows none. */
  upstream: z.string().nullable(),
  /** Commits that the upstream, as last seen, lacks; 0 where there is none. */
  ahead: z.int(),
  behind: z.int(),
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
  /** As `origin/main`; null where the branch follows none. */
  upstream: z.string().nullable(),
  ahead: z.int(),
  behind: z.int(),
  dirty: z.boolean(),
  lastCommit: commitSummary.nullable(),
  worktrees: z.array(worktree),
});

/** A branch somebody may change to or merge, the ones with the newest commits first. */
export const treeBranch = z.object({
  name: z.string(),
  /** It is in the clone; else it is made when it is checked out. */
  local: z.boolean(),
  /** It is on `origin`, as last seen. */
  remote: z.boolean(),
});

/** What happened to a file since the last commit. */
export const fileChange = z.object({
  /** Relative to the working tree; of a folder that is new as a whole the folder, ended by `/`. */
  path: z.string(),
  state: z.enum(["added", "modified", "deleted", "conflict"]),
});

/** What can be done by git in one working tree. */
export const workingTree = z.object({
  path: z.string(),
  branch: z.string().nullable(),
  upstream: z.string().nullable(),
  /** At most 5,000. */
  branches: z.array(treeBranch),
  /** At most 1,000; `changeCount` counts all. */
  changes: z.array(fileChange),
  changeCount: z.int(),
});

export type Workspace = z.infer<typeof workspace>;
export type Worktree = z.infer<typeof worktree>;
export type WorkingTree = z.infer<typeof workingTree>;
export type TreeBranch = z.infer<typeof treeBranch>;
export type FileChange = z.infer<typeof fileChange>;
export type CommitSummary = z.infer<typeof commitSummary>;

const message = z
  .string()
  .max(50_000)
  .refine((text) => text.trim() !== "", "must not be empty");

/** What every request of git says. */
const request = {
  /** The project. */
  id,
  /** The working tree, as the workspace's status names it; the clone unless told. */
  worktree: z.string().max(4096).optional(),
};

/** One thing done by git in a person's workspace. */
export const gitRequest = z.discriminatedUnion("action", [
  z.object({ action: z.literal("pull"), ...request }),
  z.object({ action: z.literal("push"), setUpstream: z.boolean().optional(), ...request }),
  z.object({
    action: z.literal("commit"),
    message,
    /** Relative to the working tree; everything that changed unless told. */
    paths: z.array(z.string().min(1).max(4096)).min(1).max(1000).optional(),
    ...request,
  }),
  z.object({ action: z.literal("checkout"), branch: refName, ...request }),
  z.object({
    action: z.literal("createBranch"),
    branch: refName,
    /** A branch, remote branch or commit; what is checked out unless told. */
    from: refName.optional(),
    ...request,
  }),
  z.object({ action: z.literal("merge"), branch: refName, ...request }),
]);

type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;

export type GitAction = WithoutId<z.infer<typeof gitRequest>>;
