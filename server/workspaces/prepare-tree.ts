import { AppError, errorMessage } from "../../shared/errors.ts";
import { issueBranchName, validateBranchName, worktreeFolderName } from "../../shared/rules/names.ts";
import type { HostUser } from "../host/host.ts";
import { isWithin } from "../host/safe-path.ts";
import { readRecord, writeRecord, type CloneRecord } from "./clone-record.ts";
import { listWorktrees, mendWorktrees } from "./trees.ts";

export interface PieceOfWork {
  issue: { id: string; key: string; title: string };
  /** Unless told: the branch this issue's work is already on, else `issue/<number or key>-<words of the title>`. */
  branch?: string;
  /** True: always a worktree. False: never one. Unless told: one where the clone is busy or has changes. */
  worktree?: boolean;
  /** Where sessions run now. */
  busyPaths: readonly string[];
  signal?: AbortSignal;
}

export interface PreparedTree {
  path: string;
  branch: string;
  created: {
    branch: boolean;
    worktree: boolean;
    /** The branch, or the commit, the clone was on before. */
    switchedFrom: string | null;
    /** The commit the branch stood at when this was done. */
    start: string | null;
  };
}

interface Base {
  user: HostUser;
  clone: string;
  defaultBranch: string;
}

/**
 * The working tree for a piece of work, with its branch checked out. Asked again for the same issue it answers the same
 * tree. When it fails, what it made is undone.
 * @throws AppError `dirty_tree` or `conflict` where only the clone will do and it is not free.
 */
export async function prepareTree(base: Base, work: PieceOfWork): Promise<PreparedTree> {
  const { user, clone } = base;
  await mendWorktrees(user, clone);
  const [status, worktrees, record] = await Promise.all([
    user.git.status(clone),
    listWorktrees(user, clone),
    readRecord(user, clone),
  ]);
  const branch = chooseBranch(work, record);
  const prepared: PreparedTree = {
    path: clone,
    branch,
    created: { branch: false, worktree: false, switchedFrom: null, start: null },
  };
  const current = [{ path: clone, branch: status.branch }, ...worktrees].find((tree) => tree.branch === branch);
  if (current) {
    await recordIssue(base, work.issue, branch);
    return { ...prepared, path: current.path };
  }

  const inClone = usesClone(work, clone, status.dirty);
  try {
    prepared.created.branch = await makeBranch(base, branch);
    prepared.created.start = await user.git.resolve(clone, `refs/heads/${branch}`);
    await recordIssue(base, work.issue, branch);
    if (inClone) {
      if (work.signal?.aborted === true) throw new AppError("cancelled", "The work was cancelled before it started.");
      // Short, and not to be broken off: half a switch would leave changes in a clone that was clean.
      await user.git.checkout(clone, branch);
      prepared.created.switchedFrom = status.branch ?? status.lastCommit?.sha ?? null;
    } else {
      prepared.path = await freeFolder(user, worktreeFolderName(clone, work.issue.key));
      prepared.created.worktree = true;
      await user.git.addWorktree(clone, prepared.path, branch, work.signal ? { signal: work.signal } : {});
    }
    return prepared;
  } catch (error) {
    await undoAfter(error, base, prepared);
    throw error;
  }
}

/** Takes back what `prepareTree` made. What holds work by now stays: a tree with changes, a branch with commits. */
export async function undoTree(
  base: Pick<Base, "user" | "clone">,
  { path, branch, created }: PreparedTree,
): Promise<void> {
  const { user, clone } = base;
  if (created.worktree) {
    // First what an interrupted `git worktree add` left: it is locked, and looks changed.
    await mendWorktrees(user, clone);
    if ((await listWorktrees(user, clone)).some((tree) => tree.path === path)) {
      if ((await user.git.status(path)).dirty) return;
      await user.git.removeWorktree(clone, path);
    }
  }
  if (created.switchedFrom !== null) {
    const status = await user.git.status(clone);
    if (status.dirty || status.branch !== branch) return;
    const detach = !(await user.git.branches(clone)).includes(created.switchedFrom);
    await user.git.checkout(clone, created.switchedFrom, { detach });
  }
  if (!created.branch || created.start === null) return;
  if (await user.git.deleteBranchAt(clone, branch, created.start)) await forgetBranch(base, branch);
}

/** Undoes what was prepared for work that failed with `error`. @throws AppError with both, where that fails too. */
export async function undoAfter(error: unknown, base: Base, prepared: PreparedTree): Promise<void> {
  try {
    await undoTree(base, prepared);
  } catch (undoing) {
    const message = `${errorMessage(error)} Undoing what had been made failed too: ${errorMessage(undoing)}`;
    throw new AppError(error instanceof AppError ? error.code : "internal", message, {
      cause: new AggregateError([error, undoing]),
    });
  }
}

function chooseBranch(work: PieceOfWork, record: CloneRecord | null): string {
  const { id, key, title } = work.issue;
  if (work.branch !== undefined) return validateBranchName(work.branch);
  const issues = record?.issues ?? {};
  const known = issues[id];
  if (known) return known.branch;
  const taken = new Set(Object.values(issues).map(({ branch }) => branch));
  const name = issueBranchName(key, title);
  // Two trackers of a project may both have a #12 of the same title.
  let branch = name;
  for (let count = 2; taken.has(branch); count += 1) branch = `${name}-${count}`;
  return branch;
}

function usesClone(work: PieceOfWork, clone: string, dirty: boolean): boolean {
  if (work.worktree === true) return false;
  const busy = work.busyPaths.some((used) => isWithin(clone, used));
  if (!busy && !dirty) return true;
  if (work.worktree === undefined) return false;
  if (busy) {
    const message = `A session runs in ${clone}. Stop it, or start this work in a worktree of its own.`;
    throw new AppError("conflict", message, { data: { path: clone } });
  }
  const message = `${clone} has changes that are not committed. Commit or stash them, or start this work in a worktree of its own.`;
  throw new AppError("dirty_tree", message, { data: { path: clone } });
}

/** From the remote's branch of that name, else the default branch (the remote's own, where none is named), else as it is here. */
async function makeBranch({ user, clone, defaultBranch }: Base, branch: string): Promise<boolean> {
  const remoteDefault = defaultBranch === "" ? "HEAD" : defaultBranch;
  for (const start of [`refs/remotes/origin/${branch}`, `refs/remotes/origin/${remoteDefault}`]) {
    if ((await user.git.resolve(clone, start)) !== null) return user.git.createBranch(clone, branch, start);
  }
  return user.git.createBranch(clone, branch, defaultBranch === "" ? "HEAD" : `refs/heads/${defaultBranch}`);
}

async function freeFolder(user: HostUser, wanted: string): Promise<string> {
  let folder = wanted;
  for (let count = 2; await user.files.exists(folder); count += 1) folder = `${wanted}-${count}`;
  return folder;
}

async function recordIssue({ user, clone }: Base, issue: PieceOfWork["issue"], branch: string): Promise<void> {
  const record = await readRecord(user, clone);
  if (!record) return;
  const known = record.issues[issue.id];
  if (known?.branch === branch && known.key === issue.key) return;
  const issues = { ...record.issues, [issue.id]: { key: issue.key, branch } };
  await writeRecord(user, clone, { ...record, issues });
}

async function forgetBranch({ user, clone }: Pick<Base, "user" | "clone">, branch: string): Promise<void> {
  const record = await readRecord(user, clone);
  if (!record) return;
  const kept = Object.entries(record.issues).filter(([, work]) => work.branch !== branch);
  await writeRecord(user, clone, { ...record, issues: Object.fromEntries(kept) });
}
