import { AppError } from "../../shared/errors.ts";
import { validateBranchName } from "../../shared/rules/names.ts";
import type { GitClient } from "./git-client.ts";
import type { PushOptions, RemoteOptions } from "./git.ts";

/** The whole exchange with the remote, in milliseconds. */
const remoteTimeoutMs = 60_000;

/** Takes over what is new on `origin`. No maintenance is left running behind it. */
export async function fetchWith(run: GitClient, tree: string, options: RemoteOptions): Promise<void> {
  const args = ["fetch", "--progress", "--no-recurse-submodules", "--no-auto-gc", "--", "origin"];
  await run(args, { timeoutMs: remoteTimeoutMs, ...options, cwd: tree });
}

/**
 * Pushes one branch, and nothing else that the configuration may name.
 * @throws AppError `conflict` where the remote has commits that are not here
 */
export async function pushWith(run: GitClient, tree: string, branch: string, options: PushOptions): Promise<void> {
  validateBranchName(branch);
  const { setUpstream = false, ...call } = options;
  const ref = `refs/heads/${branch}`;
  const args = [
    "push",
    "--progress",
    "--no-verify",
    "--no-follow-tags",
    "--recurse-submodules=no",
    ...(setUpstream ? ["--set-upstream"] : []),
    "--",
    "origin",
    `${ref}:${ref}`,
  ];
  try {
    await run(args, { timeoutMs: remoteTimeoutMs, ...call, cwd: tree });
  } catch (error) {
    throw refusedPush(error, branch);
  }
}

/** What the remote said about the branch stands among the progress; git's own last words say only that it failed. */
function refusedPush(error: unknown, branch: string): unknown {
  const stderr = error instanceof AppError ? error.data["stderr"] : undefined;
  if (!(error instanceof AppError) || typeof stderr !== "string") return error;
  const [, by, why] = /! \[(rejected|remote rejected)\].*\(([^)]*)\)\s*$/m.exec(stderr) ?? [];
  if (by === undefined) return error;
  const message =
    by === "rejected"
      ? `The branch ${branch} has commits on the remote that are not here. Pull, then push again.`
      : `The remote refused the branch ${branch}: ${why ?? ""}. Push another branch, or ask who looks after the repository.`;
  return new AppError(by === "rejected" ? "conflict" : "git_failed", message, { cause: error, data: error.data });
}
