import type { HostProgress } from "./host.ts";

export interface GitCommit {
  author: string;
  /** ISO 8601, UTC. */
  at: string;
  subject: string;
  sha: string;
}

export interface GitStatus {
  /** Null while no branch is checked out. */
  branch: string | null;
  upstream: string | null;
  /** Commits the upstream lacks; 0 where there is none. */
  ahead: number;
  behind: number;
  /** Anything changed, staged, conflicted or untracked (and not ignored). */
  dirty: boolean;
  /** Null in a repository without commits. */
  lastCommit: GitCommit | null;
}

export interface GitWorktree {
  path: string;
  branch: string | null;
  sha: string;
  /** Its folder is gone; `pruneWorktrees` forgets it. */
  prunable: boolean;
}

export interface GitOptions {
  signal?: AbortSignal;
  /** Milliseconds; 60,000 unless told, 300,000 for a clone. */
  timeoutMs?: number;
}

export interface CloneOptions extends GitOptions {
  branch?: string;
  /** Whether file:// addresses and paths may be cloned. */
  allowFile?: boolean;
  onProgress?: (progress: HostProgress) => void;
}

/**
 * Git as one person, in the person's repositories only. No prompts, no hooks, no fsmonitor, transports limited.
 * `tree` is the absolute path of a clone or worktree.
 * @throws AppError `git_failed` with `{command, exitCode, stderr}`, `timeout`, `cancelled`, `tool_missing`.
 */
export interface HostGit {
  /** All or nothing: into a temporary sibling of `target`, renamed when complete. */
  clone(url: string, target: string, options?: CloneOptions): Promise<void>;
  status(tree: string, options?: GitOptions): Promise<GitStatus>;
  /** Local branch names. */
  branches(tree: string): Promise<string[]>;
  /** Makes `branch` at `from` (a branch, remote branch or commit) without checking it out; false where it already is. */
  createBranch(tree: string, branch: string, from: string): Promise<boolean>;
  /** Deletes a branch that holds no commit of its own beyond `mergedInto`; false (and kept) otherwise. */
  deleteBranchIfMerged(tree: string, branch: string, mergedInto: string): Promise<boolean>;
  /** @throws AppError `dirty_tree` where local changes would be lost, saying what to do. */
  checkout(tree: string, branch: string, options?: GitOptions): Promise<void>;
  worktrees(tree: string): Promise<GitWorktree[]>;
  addWorktree(tree: string, path: string, branch: string, options?: GitOptions): Promise<void>;
  /** @throws AppError `dirty_tree` where it holds changes, unless forced. */
  removeWorktree(tree: string, path: string, options?: { force?: boolean }): Promise<void>;
  pruneWorktrees(tree: string): Promise<void>;
  /** Adds patterns to the repository's local exclude file, once each; works from a worktree too. */
  exclude(tree: string, patterns: readonly string[]): Promise<void>;
  /** `path` relative to the tree. */
  isTracked(tree: string, path: string): Promise<boolean>;
  isIgnored(tree: string, path: string): Promise<boolean>;
  /** Null in a repository without commits. */
  headSha(tree: string): Promise<string | null>;
  /** The commit a name stands for; null where it stands for none. */
  resolve(tree: string, revision: string): Promise<string | null>;
  /** The address of `origin`; null where there is none. */
  remoteUrl(tree: string): Promise<string | null>;
  getConfig(tree: string, key: string): Promise<string | null>;
  setConfig(tree: string, key: string, value: string): Promise<void>;
  /** Local branches with commits that no remote has, with how many. */
  unpushed(tree: string): Promise<{ branch: string; commits: number }[]>;
}
