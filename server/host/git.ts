import type { HostProgress } from "./progress.ts";

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

export interface GitBranch {
  name: string;
  local: boolean;
  /** On `origin`, as last seen. */
  remote: boolean;
}

/** What happened to one file since the last commit. */
export interface GitFileChange {
  /** Of a folder that is new as a whole the folder, ended by `/`. */
  path: string;
  state: "added" | "modified" | "deleted" | "conflict";
}

export interface GitWorktree {
  path: string;
  branch: string | null;
  /** Null in a worktree that has no commit yet. */
  sha: string | null;
  /** Why it is locked: `initializing` where git was killed while making it; null where it is not. */
  locked: string | null;
  /** Its folder is gone; `pruneWorktrees` forgets it. */
  prunable: boolean;
}

export interface GitOptions {
  signal?: AbortSignal;
  /** Milliseconds for the whole command; 60,000 unless told, 300,000 for a clone. */
  timeoutMs?: number;
}

/**
 * What one command reaches the remote with, instead of what the person has configured: a key, with the only host keys
 * that are accepted; or a name and password for one origin, as `https://git.example.org`.
 */
export type GitCredentials =
  | { kind: "ssh"; privateKey: string; knownHosts: string }
  | { kind: "https"; origin: string; username: string; password: string };

/** Of commands that reach the remote. */
export interface RemoteOptions extends GitOptions {
  /** Whether file:// addresses and paths may be used; false unless told. */
  allowFile?: boolean;
  /** The person's own keys and helpers unless told. */
  credentials?: GitCredentials;
  onProgress?: (progress: HostProgress) => void;
}

export interface CloneOptions extends RemoteOptions {
  branch?: string;
}

export interface PushOptions extends RemoteOptions {
  /** The remote branch becomes the branch's upstream. */
  setUpstream?: boolean;
}

/** Author and committer. */
export interface GitPerson {
  name: string;
  email: string;
}

export interface NewCommit {
  message: string;
  /** Relative to the tree, each for itself (no wildcards); everything that changed unless told. */
  paths?: readonly string[];
  author: GitPerson;
}

export interface NewMerge {
  /** A branch, remote branch or commit. */
  revision: string;
  message: string;
  author: GitPerson;
}

export interface MergeOutcome {
  /** The paths in conflict; where there are any, nothing was changed. */
  conflicts: string[];
}

export interface CheckoutOptions extends GitOptions {
  /** The target is a commit, and no branch is checked out afterwards. */
  detach?: boolean;
}

/**
 * Git as one person, in the person's repositories only. No prompts, no hooks, no fsmonitor, transports limited.
 * `tree` is the absolute path of a clone or worktree.
 * @throws AppError `git_failed` with `{command, exitCode, stderr}`, `timeout`, `cancelled`, `tool_missing`,
 * `workspace_missing` where the tree is gone.
 */
export interface HostGit {
  /**
   * All or nothing: into a temporary sibling of `target`, renamed when complete. What an earlier attempt left there
   * when the server was killed is removed first, with the processes that still write to it.
   * @throws AppError `conflict` where something stands at `target`; `invalid_input` for an address that is not allowed.
   */
  clone(url: string, target: string, options?: CloneOptions): Promise<void>;
  status(tree: string, options?: GitOptions): Promise<GitStatus>;
  /**
   * Puts the tree back where an operation of a killed server left it half done; false where there is none. Other changes
   * in the tree stay. @throws AppError `conflict` for files that hold neither the old nor the new text, naming them
   */
  recover(tree: string): Promise<boolean>;
  /** Takes over what is new on `origin`; branches and the tree stay. */
  fetch(tree: string, options?: RemoteOptions): Promise<void>;
  /** Pushes one branch to the branch of the same name on `origin`. @throws AppError `conflict` where it is behind */
  push(tree: string, branch: string, options?: PushOptions): Promise<void>;
  /** Answers the commit's name. @throws AppError `conflict` where nothing has changed, `invalid_input` for paths */
  commit(tree: string, commit: NewCommit, options?: GitOptions): Promise<string>;
  /**
   * Merges into the branch that is checked out; by moving it forward where that is all. Conflicts are found before
   * anything is changed. @throws AppError `dirty_tree`, `conflict`, `invalid_input`
   */
  merge(tree: string, merge: NewMerge, options?: GitOptions): Promise<MergeOutcome>;
  /** Local branch names. */
  branches(tree: string): Promise<string[]>;
  /** Branches here and on `origin`, those with the newest commits first; at most 5,000. */
  allBranches(tree: string): Promise<GitBranch[]>;
  /** The files that differ from the last commit, in the order of their paths. */
  changes(tree: string, options?: GitOptions): Promise<GitFileChange[]>;
  /**
   * Makes `branch` at `from` (a branch, remote branch or commit) without checking it out; false where it exists.
   * A remote branch of the same name becomes its upstream. @throws AppError `invalid_input`, `name_taken`.
   */
  createBranch(tree: string, branch: string, from: string): Promise<boolean>;
  /** Deletes a branch that still stands at `sha`; false, and kept, where it has moved on or is gone. */
  deleteBranchAt(tree: string, branch: string, sha: string): Promise<boolean>;
  /** @throws AppError `dirty_tree` where local changes would be lost, saying what to do. */
  checkout(tree: string, target: string, options?: CheckoutOptions): Promise<void>;
  /** Those beside the clone, without the clone itself. */
  worktrees(tree: string): Promise<GitWorktree[]>;
  addWorktree(tree: string, path: string, branch: string, options?: GitOptions): Promise<void>;
  /** @throws AppError `dirty_tree` where it holds changes, unless forced (which also removes a locked one). */
  removeWorktree(tree: string, path: string, options?: { force?: boolean }): Promise<void>;
  /** Forgets the worktrees whose folders are gone. */
  pruneWorktrees(tree: string): Promise<void>;
  /** Adds lines to the repository's local exclude file, once each; worktrees share it. */
  exclude(tree: string, patterns: readonly string[]): Promise<void>;
  /** `path` relative to the tree, as all paths here. */
  isTracked(tree: string, path: string): Promise<boolean>;
  isIgnored(tree: string, path: string): Promise<boolean>;
  /** Null in a repository without commits. */
  headSha(tree: string): Promise<string | null>;
  /** The commit a name stands for; null where it stands for none. */
  resolve(tree: string, revision: string): Promise<string | null>;
  /** The address of `origin`; null where there is none. */
  remoteUrl(tree: string): Promise<string | null>;
  /** Branches, stashes and heads with commits that no remote branch has, and how many. */
  unpushed(tree: string): Promise<{ ref: string; commits: number }[]>;
}
