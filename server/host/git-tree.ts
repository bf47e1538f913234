import type { GitClient } from "./git-client.ts";
import { parseBranches, parseFileChanges } from "./git-parse.ts";
import type { GitBranch, GitFileChange, GitOptions } from "./git.ts";

/** Old branches beyond these are found by typing their names. */
const mostBranches = 5_000;

/** See `HostGit.allBranches`. */
export async function allBranchesWith(run: GitClient, tree: string): Promise<GitBranch[]> {
  const args = ["for-each-ref", "--sort=-committerdate", `--count=${mostBranches}`, "--format=%(refname)"];
  return parseBranches((await run([...args, "refs/heads/", "refs/remotes/origin/"], { cwd: tree })).stdout);
}

/** See `HostGit.changes`. */
export async function changesWith(run: GitClient, tree: string, options: GitOptions): Promise<GitFileChange[]> {
  const args = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=normal"];
  return parseFileChanges((await run(args, { ...options, cwd: tree })).stdout);
}
