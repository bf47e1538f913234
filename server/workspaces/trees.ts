import path from "node:path";
import type { GitStatus } from "../host/git.ts";
import type { HostUser } from "../host/host.ts";
import { readRecord, type CloneRecord } from "./clone-record.ts";
import { mapBounded } from "./concurrency.ts";

/** A working tree of a clone: the clone itself, or a worktree beside it. */
export interface Tree {
  path: string;
  branch: string | null;
  /** The issue whose work this is, as the clone's record has it. */
  issue: { id: string; key: string } | null;
}

export interface WorktreeStatus {
  path: string;
  branch: string | null;
  upstream: string | null;
  ahead: number;
  behind: number;
  dirty: boolean;
  issueId: string | null;
  issueKey: string | null;
}

const parallel = 8;
/** The worktrees that are there, whole, and their branches' issues. One look at a folder where there are none. */
export async function listWorktrees(user: HostUser, clone: string): Promise<Tree[]> {
  if (!(await user.files.exists(path.join(clone, ".git", "worktrees"), "directory"))) return [];
  const [worktrees, record] = await Promise.all([user.git.worktrees(clone), readRecord(user, clone)]);
  return worktrees
    .filter(({ prunable, locked }) => !prunable && locked !== "initializing")
    .map(({ path, branch }) => ({ path, branch, issue: issueOf(branch, record) }));
}

export async function worktreeStatuses(user: HostUser, clone: string): Promise<WorktreeStatus[]> {
  return mapBounded(await listWorktrees(user, clone), parallel, async ({ path, issue }) => {
    const { branch, upstream, ahead, behind, dirty }: GitStatus = await user.git.status(path);
    return { path, branch, upstream, ahead, behind, dirty, issueId: issue?.id ?? null, issueKey: issue?.key ?? null };
  });
}

function issueOf(branch: string | null, record: CloneRecord | null): Tree["issue"] {
  const found = Object.entries(record?.issues ?? {}).find(([, work]) => work.branch === branch);
  return found ? { id: found[0], key: found[1].key } : null;
}

/** Removes what `git worktree add` left when it was killed, and forgets worktrees deleted by hand. */
export async function mendWorktrees(user: HostUser, clone: string): Promise<void> {
  const broken = (await user.git.worktrees(clone)).filter(
    ({ prunable, locked }) => prunable || locked === "initializing",
  );
  for (const { path, locked } of broken) {
    if (locked === "initializing") await user.git.removeWorktree(clone, path, { force: true });
  }
  if (broken.length > 0) await user.git.pruneWorktrees(clone);
}
