import { randomBytes } from "node:crypto";
import path from "node:path";
import { AppError } from "../../shared/errors.ts";
import { sameRepository, validateRepositoryUrl } from "../../shared/rules/repository-url.ts";
import type { GitAction, WorkingTree } from "../../shared/entities/workspace.ts";
import type { GitCommit, GitCredentials } from "../host/git.ts";
import type { Host, HostUser } from "../host/host.ts";
import type { HostProgress } from "../host/progress.ts";
import { isWithin } from "../host/safe-path.ts";
import { Serial } from "../serial.ts";
import { mapBounded } from "./concurrency.ts";
import { doGitAction, reach, type GitActionContext } from "./git-actions.ts";
import { locate, markClone, workspaceRoot, type WorkspaceConfig, type WorkspaceProject } from "./location.ts";
import { prepareTree, undoAfter, type PieceOfWork, type PreparedTree } from "./prepare-tree.ts";
import { refuseLoss, refuseRemoval, removable } from "./removal.ts";
import { listWorktrees, mendWorktrees, worktreeStatuses, type WorktreeStatus } from "./trees.ts";

export type { WorkspaceConfig, WorkspaceProject } from "./location.ts";
export type { PreparedTree } from "./prepare-tree.ts";

/** The state of one person's clone; `path` is where it would be made while it does not exist. */
export interface WorkspaceStatus {
  path: string;
  exists: boolean;
  branch: string | null;
  upstream: string | null;
  ahead: number;
  behind: number;
  dirty: boolean;
  lastCommit: GitCommit | null;
  worktrees: WorktreeStatus[];
}

export interface InitialiseOptions {
  /** Asked for where there is something to clone; see `GitActionContext`. */
  credentials?: () => Promise<GitCredentials | undefined>;
  signal?: AbortSignal;
  onProgress?: (progress: HostProgress) => void;
}

export interface RemoveOptions {
  /** Also where changes or commits would be lost. */
  force?: boolean;
  /** Absolute path of the one worktree to remove; the clone and all its worktrees unless told. */
  worktree?: string | undefined;
  /** Where sessions run at that moment; a workspace in use is never removed. */
  busyPaths?: () => readonly string[];
}

/** A piece of work and where sessions run at the moment its tree is chosen. */
export type NewWork = Omit<PieceOfWork, "busyPaths"> & { busyPaths: () => readonly string[] };

/** A working tree somebody may use. */
export interface UsableTree {
  path: string;
  branch: string | null;
}

const parallel = 8;
/** A commit names at most as many paths. */
const mostChanges = 1_000;

/**
 * Each person's own working copies: `<home>/workspace/<project>/`, and a worktree `<project>@<issue key>` beside it for
 * each piece of work that cannot have the clone. Nothing is kept but what is on disk, so whatever a killed server left
 * is found, and repeating the operation mends it. Operations that change a clone wait for each other.
 */
export class WorkspaceService {
  readonly #host: Host;
  readonly #config: WorkspaceConfig;
  readonly #turns = new Serial();

  constructor({ host, config }: { host: Host; config: WorkspaceConfig }) {
    this.#host = host;
    this.#config = config;
  }

  /**
   * Makes the person's clone, or finds it made already.
   * @throws AppError `invalid_input` for the address, `conflict` where the folder is taken or is a clone of another
   * address, `git_failed`, `timeout` (300 s), `cancelled`; a failed clone leaves nothing behind.
   */
  initialise(project: WorkspaceProject, linuxUser: string, options: InitialiseOptions = {}): Promise<WorkspaceStatus> {
    const make = async (user: HostUser) => {
      validateRepositoryUrl(project.repositoryUrl, { allowFile: this.#config.allowFile });
      await this.#makeRoot(user);
      const { path: clone, exists, taken } = await locate(user, this.#config, project);
      await this.#removeLeftovers(user, clone);
      if (taken) {
        const message = `${clone} is taken by something that is not a clone of ${project.slug}. Rename or move it, then try again.`;
        throw new AppError("conflict", message, { data: { path: clone } });
      }
      if (exists) await checkRemote(user, clone, project);
      else await this.#clone(user, project, clone, options);
      await markClone(user, clone, project);
      if (!exists) await checkoutDefault(user, clone, project);
      return this.#statusAt(user, clone);
    };
    return this.#inTurn(project, linuxUser, make, options.signal);
  }

  /**
   * Does one thing by git in the clone, or the worktree the action names, after what a killed server left half-done
   * there is put back. Answers the state afterwards.
   * @throws AppError `workspace_missing`; `invalid_input` for a path that is none of the workspace's trees; see
   * `doGitAction`
   */
  git(
    project: WorkspaceProject,
    linuxUser: string,
    action: GitAction,
    context: GitActionContext,
  ): Promise<WorkspaceStatus> {
    const act = async (user: HostUser) => {
      const { clone, path: tree } = await this.#treeOf(user, project, action.worktree);
      await user.git.recover(tree);
      await checkRemote(user, clone, project);
      await doGitAction(action, { ...context, user, tree, allowFile: this.#config.allowFile });
      return this.#statusAt(user, clone);
    };
    return this.#inTurn(project, linuxUser, act, context.signal);
  }

  /** Reads only. A clone deleted by hand is told as `exists: false`. */
  async status(project: WorkspaceProject, linuxUser: string): Promise<WorkspaceStatus> {
    const user = await this.#host.as(linuxUser);
    const { path: clone, exists } = await locate(user, this.#config, project);
    if (exists) return this.#statusAt(user, clone);
    const nothing = {
      branch: null,
      upstream: null,
      ahead: 0,
      behind: 0,
      dirty: false,
      lastCommit: null,
      worktrees: [],
    };
    return { path: clone, exists, ...nothing };
  }

  /**
   * What can be done by git in the clone, or in the worktree of that path. Reads only.
   * @throws AppError `workspace_missing`; `invalid_input` for a path that is none of the workspace's trees
   */
  async tree(project: WorkspaceProject, linuxUser: string, worktree: string | undefined): Promise<WorkingTree> {
    const user = await this.#host.as(linuxUser);
    const { path: tree } = await this.#treeOf(user, project, worktree);
    const [{ branch, upstream }, branches, changes] = await Promise.all([
      user.git.status(tree),
      user.git.allBranches(tree),
      user.git.changes(tree),
    ]);
    const shown = changes.slice(0, mostChanges);
    return { path: tree, branch, upstream, branches, changes: shown, changeCount: changes.length };
  }

  /** Where the person's clone is; null where there is none. */
  async find(project: WorkspaceProject, linuxUser: string): Promise<string | null> {
    const { path: clone, exists } = await locate(await this.#host.as(linuxUser), this.#config, project);
    return exists ? clone : null;
  }

  /** The states of many workspaces, in the order asked for, each with its own outcome; some at a time. */
  statuses(
    wanted: readonly { project: WorkspaceProject; linuxUser: string }[],
  ): Promise<PromiseSettledResult<WorkspaceStatus>[]> {
    return mapBounded(wanted, parallel, async ({ project, linuxUser }) => {
      const [outcome] = await Promise.allSettled([this.status(project, linuxUser)]);
      return outcome;
    });
  }

  /**
   * Deletes the clone and its worktrees, or one worktree, whose branch stays; nothing happens where there is no clone.
   * @throws AppError `dirty_tree` with `{dirty, unpushed}` where work would be lost, unless forced; `conflict` while
   * sessions run in it or it has worktrees that were made elsewhere by hand; `invalid_input` for no worktree of it
   */
  remove(project: WorkspaceProject, linuxUser: string, options: RemoveOptions = {}): Promise<void> {
    return this.#inTurn(project, linuxUser, async (user) => {
      const { path: clone, exists } = await locate(user, this.#config, project);
      await this.#removeLeftovers(user, clone);
      if (!exists) return;
      await mendWorktrees(user, clone);
      const worktrees = await worktreeStatuses(user, clone);
      const busy = options.busyPaths?.() ?? [];
      if (options.worktree !== undefined) {
        const { path: doomed } = removable(worktrees, options.worktree, busy, options.force === true);
        await user.git.removeWorktree(clone, doomed, { force: true });
        return;
      }
      refuseRemoval(clone, worktrees, busy);
      if (options.force !== true) await refuseLoss(user, clone, worktrees);
      for (const worktree of worktrees) await user.git.removeWorktree(clone, worktree.path, { force: true });
      const root = path.dirname(clone);
      const doomed = path.join(root, `${removalPrefix(clone)}${randomBytes(6).toString("hex")}`);
      await user.files.rename(clone, doomed, { root });
      await this.#removeLeftovers(user, clone);
    });
  }

  /**
   * Takes a piece of work up in its working tree: the clone where nothing runs there and it is clean, else a worktree
   * beside it. Asked again for the same issue, it is the same branch and tree.
   * @param start Takes the tree into use, as by a session. Nothing else is done to the clone before it has ended. Where
   * it fails, what was made for the work is taken back; what holds work stays.
   * @throws AppError `workspace_missing` before `initialise`; see `prepareTree`.
   */
  takeUp<T>(
    project: WorkspaceProject,
    linuxUser: string,
    work: NewWork,
    start: (tree: PreparedTree) => Promise<T>,
  ): Promise<T> {
    const take = async (user: HostUser) => {
      const clone = await this.#cloneOf(user, project);
      await user.git.recover(clone);
      await markClone(user, clone, project);
      const base = { user, clone, defaultBranch: project.defaultBranch };
      const prepared = await prepareTree(base, { ...work, busyPaths: work.busyPaths() });
      try {
        return await start(prepared);
      } catch (error) {
        await undoAfter(error, base, prepared);
        throw error;
      }
    };
    return this.#inTurn(project, linuxUser, take, work.signal);
  }

  /**
   * Takes a tree that is there into use, while nothing else is done to the clone.
   * @param wanted Absolute path of the clone or one of its worktrees; the clone unless told.
   * @throws AppError `workspace_missing`; `invalid_input` for a path that is none of the workspace's trees
   */
  use<T>(
    project: WorkspaceProject,
    linuxUser: string,
    wanted: string | undefined,
    start: (tree: UsableTree) => Promise<T>,
  ): Promise<T> {
    return this.#inTurn(project, linuxUser, async (user) => {
      const { path, branch } = await this.#treeOf(user, project, wanted);
      return start({ path, branch });
    });
  }

  /** Where the work on an issue is: the tree whose branch was made for it, else the clone. */
  async treeFor(project: WorkspaceProject, linuxUser: string, issueId: string): Promise<string> {
    const user = await this.#host.as(linuxUser);
    const clone = await this.#cloneOf(user, project);
    const tree = (await listWorktrees(user, clone)).find(({ issue }) => issue?.id === issueId);
    return tree?.path ?? clone;
  }

  async #statusAt(user: HostUser, clone: string): Promise<WorkspaceStatus> {
    const [status, worktrees] = await Promise.all([user.git.status(clone), worktreeStatuses(user, clone)]);
    const { branch, upstream, ahead, behind, dirty, lastCommit } = status;
    return { path: clone, exists: true, branch, upstream, ahead, behind, dirty, lastCommit, worktrees };
  }

  /** @throws AppError `workspace_missing`; `invalid_input` for a path that is none of the workspace's trees */
  async #treeOf(
    user: HostUser,
    project: WorkspaceProject,
    wanted: string | undefined,
  ): Promise<UsableTree & { clone: string }> {
    const clone = await this.#cloneOf(user, project);
    const [status, worktrees] = await Promise.all([user.git.status(clone), listWorktrees(user, clone)]);
    const trees = [{ path: clone, branch: status.branch }, ...worktrees];
    const tree = trees.find((candidate) => candidate.path === (wanted ?? clone));
    if (tree !== undefined) return { path: tree.path, branch: tree.branch, clone };
    throw new AppError("invalid_input", `${wanted ?? clone} is not one of the workspace's working trees.`, {
      errors: [{ path: "worktree", message: "must be the clone or one of its worktrees" }],
    });
  }

  async #clone(
    user: HostUser,
    project: WorkspaceProject,
    clone: string,
    { credentials, ...options }: InitialiseOptions,
  ): Promise<void> {
    const { allowFile } = this.#config;
    await reach(credentials ?? (() => Promise.resolve(undefined)), (given) =>
      user.git.clone(project.repositoryUrl, clone, { allowFile, ...options, ...(given ? { credentials: given } : {}) }),
    );
  }

  async #cloneOf(user: HostUser, project: WorkspaceProject): Promise<string> {
    const { path: clone, exists } = await locate(user, this.#config, project);
    if (exists) return clone;
    const message = `There is no workspace for ${project.slug} at ${clone}. Initialise the workspace first.`;
    throw new AppError("workspace_missing", message, { data: { path: clone } });
  }

  /** Projects of one name may want one folder, so the turn is the name's. */
  async #inTurn<T>(
    project: WorkspaceProject,
    linuxUser: string,
    work: (user: HostUser) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const user = await this.#host.as(linuxUser);
    return this.#turns.run(`${linuxUser}/${project.slug}`, () => work(user), signal);
  }

  async #makeRoot(user: HostUser): Promise<void> {
    const root = await workspaceRoot(user, this.#config);
    const above = isWithin(user.home, root) ? user.home : path.dirname(root);
    if (!(await user.files.exists(root))) await user.files.makeDirectory(root, { root: above, mode: 0o755 });
  }

  /** What a removal left, now or when the server was killed in the middle of it. */
  async #removeLeftovers(user: HostUser, clone: string): Promise<void> {
    const root = path.dirname(clone);
    if (!(await user.files.exists(root))) return;
    for (const { name } of await user.files.list(root, { root })) {
      if (name.startsWith(removalPrefix(clone))) await user.files.removeTree(path.join(root, name), { root });
    }
  }
}

function removalPrefix(clone: string): string {
  return `.${path.basename(clone)}.removing-`;
}

async function checkRemote(user: HostUser, clone: string, project: WorkspaceProject): Promise<void> {
  const remote = await user.git.remoteUrl(clone);
  if (remote !== null && sameRepository(remote, project.repositoryUrl)) return;
  const message = `${clone} is a clone of ${remote ?? "no remote"}, but the project's repository is ${project.repositoryUrl}. Correct the project's address or the clone's origin, or remove the workspace.`;
  throw new AppError("conflict", message, { data: { path: clone } });
}

/** A clone stands on the remote's own default branch; the project may name another. */
async function checkoutDefault(user: HostUser, clone: string, { defaultBranch }: WorkspaceProject): Promise<void> {
  if (defaultBranch === "") return;
  const remote = `refs/remotes/origin/${defaultBranch}`;
  if ((await user.git.status(clone)).branch === defaultBranch || !(await user.git.resolve(clone, remote))) return;
  await user.git.createBranch(clone, defaultBranch, remote);
  await user.git.checkout(clone, defaultBranch);
}
