import path from "node:path";
import { AppError } from "../../shared/errors.ts";
import type { HostFiles } from "./files.ts";
import type { GitCall, GitClient } from "./git-client.ts";
import { personVariables } from "./git-commit.ts";
import type { GitMoves } from "./git-moves.ts";
import type { GitOptions, MergeOutcome, NewMerge } from "./git.ts";

/** What git leaves in its folder where a person has to go on, and what that is. */
const underWay = [
  ["MERGE_HEAD", "a merge (git merge --continue or --abort)"],
  ["CHERRY_PICK_HEAD", "a cherry-pick (git cherry-pick --continue or --abort)"],
  ["REVERT_HEAD", "a revert (git revert --continue or --abort)"],
  ["rebase-merge", "a rebase (git rebase --continue or --abort)"],
  ["rebase-apply", "a rebase (git rebase --continue or --abort)"],
] as const;

/**
 * Merges beside the tree: result and conflicts are worked out among git's objects (`git merge-tree`), and the tree is
 * moved to the result only where there is one. So there is never a half-done merge to abort.
 */
export async function mergeWith(
  run: GitClient,
  { moves, files }: { moves: GitMoves; files: HostFiles },
  tree: string,
  merge: NewMerge,
  options: GitOptions,
): Promise<MergeOutcome> {
  const call: GitCall = { ...options, cwd: tree, variables: personVariables(merge.author) };
  const commitOf = async (revision: string) => {
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`];
    return (await run(args, { ...call, answers: [1] })).stdout.trim();
  };
  await refuseUnderWay(run, files, tree, call);
  const [head, other] = [await commitOf("HEAD"), await commitOf(merge.revision)];
  if (head === "") throw new AppError("conflict", `${tree} has no commit yet to merge into.`);
  if (other === "") {
    const message = `There is no branch ${merge.revision} here. Pull to learn of the remote's branches, or correct the name.`;
    throw new AppError("invalid_input", message, { errors: [{ path: "branch", message }] });
  }
  const contains = async (commit: string, older: string) =>
    (await run(["merge-base", "--is-ancestor", older, commit], { ...call, answers: [1] })).exitCode === 0;
  if (await contains(head, other)) return { conflicts: [] };
  if (await contains(other, head)) {
    await moves.forward(tree, head, other, call);
    return { conflicts: [] };
  }
  const { tree: result, conflicts } = await mergeTree(run, head, other, call);
  if (conflicts.length > 0) return { conflicts };
  const made = await run(
    ["commit-tree", ...(await signing(run, call)), "-p", head, "-p", other, "-m", merge.message, result],
    call,
  );
  await moves.forward(tree, head, made.stdout.trim(), call);
  return { conflicts: [] };
}

async function refuseUnderWay(run: GitClient, files: HostFiles, tree: string, call: GitCall): Promise<void> {
  const names = underWay.flatMap(([name]) => ["--git-path", name]);
  const paths = (await run(["rev-parse", ...names], call)).stdout.split("\n");
  for (const [index, [, what]] of underWay.entries()) {
    if (!(await files.exists(path.resolve(tree, paths[index] ?? "")))) continue;
    throw new AppError("conflict", `In ${tree} ${what} is under way. End it in a terminal, then try again.`);
  }
}

async function mergeTree(
  run: GitClient,
  head: string,
  other: string,
  call: GitCall,
): Promise<{ tree: string; conflicts: string[] }> {
  const args = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", head, other];
  try {
    const { exitCode, stdout } = await run(args, { ...call, answers: [1] });
    const [tree = "", ...paths] = stdout.split("\0").filter((part) => part !== "");
    return { tree, conflicts: exitCode === 0 ? [] : [...new Set(paths)] };
  } catch (error) {
    if (!(error instanceof AppError) || error.data["exitCode"] !== 129) throw error;
    const message = "Merging needs git 2.38 or newer on this host. Upgrade git, or merge in a terminal.";
    throw new AppError("tool_missing", message, { cause: error, data: { tool: "git" } });
  }
}

/** `git commit-tree` does not look at `commit.gpgSign` by itself. */
async function signing(run: GitClient, call: GitCall): Promise<string[]> {
  const { stdout } = await run(["config", "--type=bool", "--get", "commit.gpgSign"], { ...call, answers: [1] });
  return stdout.trim() === "true" ? ["-S"] : [];
}
