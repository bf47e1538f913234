import path from "node:path";
import { AppError } from "../../shared/errors.ts";
import { validateBranchName } from "../../shared/rules/names.ts";
import { createGitClient, type GitCall, type GitClient, type GitSurroundings } from "./git-client.ts";
import { commitFormat, parseCommit, parseStatus, parseWorktrees } from "./git-parse.ts";
import { cloneWith } from "./git-clone.ts";
import { commitWith } from "./git-commit.ts";
import { mergeWith } from "./git-merge.ts";
import { GitMoves } from "./git-moves.ts";
import { allBranchesWith, changesWith } from "./git-tree.ts";
import { fetchWith, pushWith } from "./git-remote.ts";
import type { CheckoutOptions, GitCommit, GitOptions, GitStatus, GitWorktree, HostGit } from "./git.ts";

const knownCommits = 500;

/** Git of the user the process runs as. */
export function createLocalGit(surroundings: GitSurroundings): HostGit {
  const run = createGitClient(surroundings);
  const { files } = surroundings;
  const commits = new CommitCache(run);
  const moves = new GitMoves(run, files);

  async function text(cwd: string, args: readonly string[], call: Omit<GitCall, "cwd"> = {}): Promise<string> {
    return (await run(args, { cwd, ...call })).stdout;
  }

  async function holds(cwd: string, args: readonly string[], call: Omit<GitCall, "cwd"> = {}): Promise<boolean> {
    return (await run(args, { cwd, answers: [1], ...call })).exitCode === 0;
  }

  async function resolve(tree: string, revision: string): Promise<string | null> {
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`];
    return (await text(tree, args, { answers: [1] })).trim() || null;
  }

  return {
    clone: (url, target, options = {}) => cloneWith(run, files, url, target, options),

    async status(tree: string, options: GitOptions = {}): Promise<GitStatus> {
      const args = ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal"];
      const { sha, ...status } = parseStatus(await text(tree, args, options));
      return { ...status, lastCommit: sha === null ? null : await commits.get(tree, sha, options) };
    },

    recover: (tree) => moves.recover(tree),
    fetch: (tree, options = {}) => fetchWith(run, tree, options),
    push: (tree, branch, options = {}) => pushWith(run, tree, branch, options),
    commit: (tree, commit, options = {}) => commitWith(run, tree, commit, options),
    merge: (tree, merge, options = {}) => mergeWith(run, { moves, files }, tree, merge, options),

    async branches(tree) {
      const listed = await text(tree, ["for-each-ref", "--format=%(refname:strip=2)", "refs/heads/"]);
      return listed.split("\n").filter((name) => name !== "");
    },

    allBranches: (tree) => allBranchesWith(run, tree),
    changes: (tree, options = {}) => changesWith(run, tree, options),

    async createBranch(tree, branch, from) {
      validateBranchName(branch);
      if ((await resolve(tree, `refs/heads/${branch}`)) !== null) return false;
      const start = await resolve(tree, from);
      if (start === null) {
        const message = `The branch ${branch} cannot start at ${from}: the repository has no such branch or commit. Correct the project's default branch, or push a first commit.`;
        throw new AppError("conflict", message);
      }
      const track = from === `refs/remotes/origin/${branch}`;
      await run(["branch", track ? "--track" : "--no-track", "--", branch, track ? from : start], { cwd: tree });
      return true;
    },

    async deleteBranchAt(tree, branch, sha) {
      validateBranchName(branch);
      const ref = `refs/heads/${branch}`;
      if ((await resolve(tree, ref)) !== sha) return false;
      // Compared once more by git itself, under the ref's lock.
      await run(["update-ref", "-d", ref, sha], { cwd: tree });
      return true;
    },

    async checkout(tree: string, target: string, { detach = false, ...options }: CheckoutOptions = {}) {
      if (!detach) validateBranchName(target);
      const args = ["switch", detach ? "--detach" : "--no-guess", "--end-of-options", target];
      const call = { ...options, cwd: tree };
      const [from, to] = [await resolve(tree, "HEAD"), await resolve(tree, detach ? target : `refs/heads/${target}`)];
      if (from === null || to === null) await run(args, call);
      else await moves.recorded(tree, from, to, (mark) => run(args, { ...call, mark }));
    },

    async worktrees(tree): Promise<GitWorktree[]> {
      return parseWorktrees(await text(tree, ["worktree", "list", "--porcelain"])).slice(1);
    },

    async addWorktree(tree, target, branch, options = {}) {
      validateBranchName(branch);
      await run(["worktree", "add", "--", target, branch], { cwd: tree, ...options });
    },

    async removeWorktree(tree, target, { force = false } = {}) {
      // Twice: once for changes, once for a lock (git-worktree(1)).
      await run(["worktree", "remove", ...(force ? ["--force", "--force"] : []), "--", target], { cwd: tree });
    },

    async pruneWorktrees(tree) {
      await run(["worktree", "prune", "--expire=now"], { cwd: tree });
    },

    async exclude(tree, patterns) {
      const told = await text(tree, ["rev-parse", "--git-common-dir", "--git-path", "info/exclude"]);
      const [common = "", file = ""] = told.split("\n").map((line) => path.resolve(tree, line));
      const before = (await files.readFile(file, { root: common })) ?? "";
      const have = new Set(before.split("\n"));
      const missing = [...new Set(patterns)].filter((pattern) => !have.has(pattern));
      if (missing.length === 0) return;
      await files.makeDirectory(path.dirname(file), { root: common, mode: 0o755 });
      const start = before === "" || before.endsWith("\n") ? before : `${before}\n`;
      await files.writeFile(file, `${start}${missing.join("\n")}\n`, { root: common });
    },

    isTracked: (tree, file) => holds(tree, ["ls-files", "--error-unmatch", "--", file], { literalPaths: true }),
    isIgnored: (tree, file) => holds(tree, ["check-ignore", "--quiet", "--", file]),
    headSha: (tree) => resolve(tree, "HEAD"),
    resolve,

    async remoteUrl(tree) {
      const args = ["config", "--local", "--get", "remote.origin.url"];
      return (await text(tree, args, { answers: [1] })).trimEnd() || null;
    },

    async unpushed(tree) {
      const only = ["--exclude=refs/tags/*", "--exclude=refs/remotes/*", "--all", "--not", "--remotes"];
      const refs = await text(tree, ["log", "--no-show-signature", "--source", "--format=%S", ...only]);
      const counts = Map.groupBy(
        refs.split("\n").filter((ref) => ref !== ""),
        (ref) => ref,
      );
      return [...counts].map(([ref, all]) => ({ ref: ref.replace(/^refs\/heads\//, ""), commits: all.length }));
    },
  };
}

/** Commits never change, so what one says is asked once: a status is then a single git process. */
class CommitCache {
  readonly #run: GitClient;
  readonly #known = new Map<string, GitCommit>();

  constructor(run: GitClient) {
    this.#run = run;
  }

  async get(tree: string, sha: string, options: GitOptions): Promise<GitCommit | null> {
    const known = this.#known.get(sha);
    if (known) return known;
    const args = ["log", "-1", "--no-show-signature", commitFormat, "--end-of-options", sha];
    const commit = parseCommit((await this.#run(args, { cwd: tree, ...options })).stdout);
    if (!commit) return null;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= knownCommits) this.#known.delete(oldest);
    this.#known.set(sha, commit);
    return commit;
  }
}
