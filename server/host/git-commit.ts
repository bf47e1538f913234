import path from "node:path";
import { AppError } from "../../shared/errors.ts";
import type { GitCall, GitClient } from "./git-client.ts";
import type { GitOptions, GitPerson, NewCommit } from "./git.ts";

/** Git's variables for author and committer. */
export function personVariables({ name, email }: GitPerson): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}

/**
 * Commits all that changed, or the paths that are named; signed where the person has configured that. Where signing
 * fails there is no commit, and the changes stay, staged.
 */
export async function commitWith(
  run: GitClient,
  tree: string,
  commit: NewCommit,
  options: GitOptions,
): Promise<string> {
  const { message, paths, author } = commit;
  if (message.trim() === "" || message.includes("\0")) throw wrong("message", "A commit needs a message.");
  for (const each of paths ?? []) checkPath(each);
  if (paths?.length === 0) throw wrong("paths", "Name the paths to commit, or leave paths out to commit everything.");
  const call: GitCall = { ...options, cwd: tree, literalPaths: true };
  await refuseConflicts(run, call);
  const named = paths === undefined ? [] : ["--", ...paths];
  await stage(run, paths, call);
  const staged = await run(["diff", "--cached", "--quiet", "--no-ext-diff", ...named], { ...call, answers: [1] });
  if (staged.exitCode === 0) throw new AppError("conflict", "There is nothing to commit: no file has changed.");
  const only = paths === undefined ? [] : ["--only"];
  const args = ["commit", "--quiet", "--no-verify", `--message=${message}`, ...only, ...named];
  await run(args, { ...call, variables: personVariables(author) });
  return (await run(["rev-parse", "--verify", "HEAD"], call)).stdout.trim();
}

/** What git rm took away already stands in the index alone: to add it would be an error. */
async function stage(run: GitClient, paths: readonly string[] | undefined, call: GitCall): Promise<void> {
  if (paths === undefined) {
    await run(["add", "--all"], call);
    return;
  }
  const args = ["diff", "--cached", "--name-only", "--diff-filter=D", "--no-renames", "-z", "--no-ext-diff", "--"];
  const gone = new Set((await run([...args, ...paths], call)).stdout.split("\0"));
  const there = paths.filter((each) => !gone.has(path.posix.normalize(each)));
  if (there.length > 0) await run(["add", "--all", "--", ...there], call);
}

/** To add a file in conflict is to say that it is resolved, which is for the person to say. */
async function refuseConflicts(run: GitClient, call: GitCall): Promise<void> {
  const { stdout } = await run(["diff", "--name-only", "--diff-filter=U", "-z", "--no-ext-diff"], call);
  const conflicts = stdout.split("\0").filter((file) => file !== "");
  if (conflicts.length === 0) return;
  const message = `These files are in conflict: ${conflicts.join(", ")}. Resolve them and git add them in a terminal, then commit.`;
  throw new AppError("merge_conflict", message, { data: { conflicts } });
}

/** @throws AppError `invalid_input` for what does not stay in the tree */
function checkPath(given: string): void {
  const normal = path.posix.normalize(given);
  const parts = normal.split("/");
  const outside = given === "" || path.posix.isAbsolute(given) || parts[0] === ".." || given.includes("\0");
  if (outside) throw wrong("paths", `${JSON.stringify(given)} is not a path in the working tree.`);
  if (parts.some((part) => part.toLowerCase() === ".git")) {
    throw wrong("paths", `${JSON.stringify(given)} belongs to git itself and can't be committed.`);
  }
}

function wrong(field: string, message: string): AppError {
  return new AppError("invalid_input", message, { errors: [{ path: field, message }] });
}
