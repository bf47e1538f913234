import type { GitAction } from "../../shared/entities/workspace.ts";
import { AppError } from "../../shared/errors.ts";
import { validateBranchName } from "../../shared/rules/names.ts";
import { isProtectedBranch } from "../../shared/rules/protected-branches.ts";
import type { GitCredentials, GitPerson, RemoteOptions } from "../host/git.ts";
import type { HostUser } from "../host/host.ts";
import { wasRefused } from "../host/git-errors.ts";
import { isWithin } from "../host/safe-path.ts";

/** Who acts, and by which rules. */
export interface GitActionContext {
  /** In whose name commits are made. */
  author: GitPerson;
  protectedBranches: readonly string[];
  /** What the remote is reached with; the person's own keys and helpers where there is nothing. */
  credentials: () => Promise<GitCredentials | undefined>;
  /** Where sessions run at that moment: a tree keeps its branch under them. */
  busyPaths: () => readonly string[];
  signal?: AbortSignal;
}

interface Surroundings extends GitActionContext {
  user: HostUser;
  /** Absolute path of the clone or worktree. */
  tree: string;
  allowFile: boolean;
}

/**
 * Does one thing by git in a tree nothing else is done to meanwhile.
 * @throws AppError `merge_conflict` with `{conflicts}`, and the tree as it was; `conflict`, `dirty_tree`,
 * `invalid_input`, `forbidden` for a protected branch, `git_failed`, `host_key_changed`, `timeout`, `cancelled`
 */
export async function doGitAction(action: GitAction, around: Surroundings): Promise<void> {
  const { user, tree, author } = around;
  const signal = around.signal ? { signal: around.signal } : {};
  switch (action.action) {
    case "pull":
      return pull(around);
    case "push":
      return push(around, action.setUpstream === true);
    case "commit": {
      const { message, paths } = action;
      await user.git.commit(tree, { message, author, ...(paths ? { paths } : {}) }, signal);
      return;
    }
    case "checkout":
      return checkout(around, action.branch);
    case "createBranch":
      return createBranch(around, action.branch, action.from ?? "HEAD");
    case "merge":
      return merge(around, action.branch, `Merge branch '${action.branch}'`);
  }
}

async function pull(around: Surroundings): Promise<void> {
  const { user, tree } = around;
  await currentBranch(around);
  await reach(around.credentials, (given) => user.git.fetch(tree, remote(around, given)));
  const { branch, upstream } = await user.git.status(tree);
  if (upstream === null) {
    const message = `The branch ${branch ?? ""} has no upstream to pull from. Push it with its upstream set first.`;
    throw new AppError("conflict", message);
  }
  // A branch whose upstream was deleted on the remote keeps the name of it.
  if ((await user.git.resolve(tree, `refs/remotes/${upstream}`)) === null) {
    throw new AppError(
      "conflict",
      `The upstream ${upstream} is gone from the remote. Push the branch again, or change to another.`,
    );
  }
  await merge(around, `refs/remotes/${upstream}`, `Merge remote-tracking branch '${upstream}'`);
}

async function push(around: Surroundings, setUpstream: boolean): Promise<void> {
  const { user, tree, protectedBranches } = around;
  const { branch, upstream } = await currentBranch(around);
  if (isProtectedBranch(branch, protectedBranches)) {
    const message = `${branch} is a protected branch of this project: nothing is pushed to it. Push another branch and have it merged.`;
    throw new AppError("forbidden", message, { data: { branch } });
  }
  if (upstream === null && !setUpstream) {
    const message = `The branch ${branch} is not on the remote yet. Push it with setUpstream to publish it.`;
    throw new AppError("conflict", message, { data: { branch } });
  }
  if (upstream !== null && upstream !== `origin/${branch}` && !setUpstream) {
    const message = `The branch ${branch} follows ${upstream}, which has another name. Push it with setUpstream to publish it as ${branch}.`;
    throw new AppError("conflict", message, { data: { branch, upstream } });
  }
  await reach(around.credentials, (given) => user.git.push(tree, branch, { ...remote(around, given), setUpstream }));
}

async function checkout(around: Surroundings, branch: string): Promise<void> {
  const { user, tree, signal } = around;
  validateBranchName(branch);
  refuseBusy(around);
  const here = (await user.git.resolve(tree, `refs/heads/${branch}`)) !== null;
  if (here) {
    await user.git.checkout(tree, branch, signal ? { signal } : {});
    return;
  }
  const remoteBranch = `refs/remotes/origin/${branch}`;
  if ((await user.git.resolve(tree, remoteBranch)) === null) {
    const message = `There is no branch ${branch}, here or on the remote as last seen. Pull, or create the branch.`;
    throw new AppError("invalid_input", message, { errors: [{ path: "branch", message }] });
  }
  await startBranch(around, branch, remoteBranch);
}

async function createBranch(around: Surroundings, branch: string, from: string): Promise<void> {
  validateBranchName(branch);
  refuseBusy(around);
  await startBranch(around, branch, from);
}

/** Makes a branch and checks it out; where that fails there is no such branch. */
async function startBranch({ user, tree, signal }: Surroundings, branch: string, from: string): Promise<void> {
  if (!(await user.git.createBranch(tree, branch, from))) {
    throw new AppError("name_taken", `There is a branch ${branch} already. Check it out, or choose another name.`);
  }
  const start = await user.git.resolve(tree, `refs/heads/${branch}`);
  try {
    await user.git.checkout(tree, branch, signal ? { signal } : {});
  } catch (error) {
    if (start !== null) await user.git.deleteBranchAt(tree, branch, start);
    throw error;
  }
}

async function merge({ user, tree, author, signal }: Surroundings, revision: string, message: string): Promise<void> {
  const { conflicts } = await user.git.merge(tree, { revision, message, author }, signal ? { signal } : {});
  if (conflicts.length === 0) return;
  const text = `These files are in conflict: ${conflicts.join(", ")}. Nothing was changed. Merge in a terminal and resolve them there, or ask an agent to.`;
  throw new AppError("merge_conflict", text, { data: { conflicts } });
}

async function currentBranch({ user, tree }: Surroundings): Promise<{ branch: string; upstream: string | null }> {
  const { branch, upstream } = await user.git.status(tree);
  if (branch !== null) return { branch, upstream };
  throw new AppError("conflict", `No branch is checked out in ${tree}. Check one out, or create one, first.`);
}

function remote({ allowFile, signal }: Surroundings, given: GitCredentials | undefined): RemoteOptions {
  return { allowFile, ...(given ? { credentials: given } : {}), ...(signal ? { signal } : {}) };
}

/**
 * Reaches the remote with what the project has. A connection's token may be for issues alone: where the remote does not
 * let it in, the person's own keys and helpers are tried.
 */
export async function reach<T>(
  credentials: GitActionContext["credentials"],
  work: (given: GitCredentials | undefined) => Promise<T>,
): Promise<T> {
  const given = await credentials();
  try {
    return await work(given);
  } catch (error) {
    if (given?.kind !== "https" || !wasRefused(error)) throw error;
  }
  return work(undefined);
}

function refuseBusy({ tree, busyPaths }: Surroundings): void {
  const busy = busyPaths().filter((used) => isWithin(tree, used));
  if (busy.length === 0) return;
  const message = `A session runs in ${tree}, and its branch must not change under it. Stop the session, or work in a worktree of its own.`;
  throw new AppError("conflict", message, { data: { busy } });
}
