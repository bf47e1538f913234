import { AppError, type ErrorCode } from "../../shared/errors.ts";

interface Known {
  said: RegExp;
  code?: ErrorCode;
  message: string;
}

/** Git 2.39 to 2.53, and the answers of GitHub and GitLab that it passes on. */
const refused =
  /Authentication failed|could not read (?:Username|Password)|terminal prompts disabled|Permission denied \(|returned error: 40[13]/;
/** Hosts do not say that there is a repository one may not see. */
const notFound =
  /does not appear to be a git repository|Repository not found|repository '.*' (?:not found|does not exist)|returned error: 404/i;

/** Whether the remote would not let these credentials in; with others it might. */
export function wasRefused(error: unknown): boolean {
  const stderr = error instanceof AppError && error.code === "git_failed" ? error.data["stderr"] : undefined;
  return typeof stderr === "string" && (refused.test(stderr) || notFound.test(stderr));
}

/** What git says in its own words (LC_ALL=C, git 2.39 to 2.53) and what a person can do about it. */
const known: Known[] = [
  {
    // First: a clone on a full disk also says that index-pack failed. A lock file that can't be written has room for no
    // reason of its own; it was made, so it is not a matter of rights.
    said: /No space left on device|Disk quota exceeded|Out of diskspace|couldn't write '.*\.lock'/,
    code: "storage_full",
    message: "There is no space left for the repository. Free some, then try again.",
  },
  {
    said: /would be overwritten by checkout|Please commit your changes or stash them/,
    code: "dirty_tree",
    message:
      "The working tree has changes that switching branches would overwrite. Commit or stash them, then try again.",
  },
  {
    said: /contains modified or untracked files, use --force/,
    code: "dirty_tree",
    message: "The worktree holds changes or new files. Commit or remove them, then try again.",
  },
  {
    said: /(?:local changes|untracked working tree files).*would be overwritten by merge|cannot fast-forward your working tree/is,
    code: "dirty_tree",
    message:
      "The working tree has changes, or new files, that this would overwrite. Commit, stash or move them, then try again.",
  },
  {
    said: /refusing to merge unrelated histories/,
    code: "conflict",
    message: "The two branches have no common commit, so they can't be merged. Check that it is the right branch.",
  },
  {
    said: /pathspec '.*' did not match any file/,
    code: "invalid_input",
    message: "One of the paths names no file in the working tree. Correct it, then try again.",
  },
  {
    said: /gpg failed to sign|failed to write commit object|error: Load key .*sign|Couldn't sign|No signature/i,
    message:
      "The commit could not be signed, and was not made. Check user.signingKey and that signing works without a prompt (git commit -S in a terminal).",
  },
  {
    said: /already (?:checked out|used by worktree) at/,
    code: "conflict",
    message: "That branch is checked out in another working tree of this repository. Work there, or close it first.",
  },
  {
    said: /cannot lock ref .*exists; cannot create/,
    code: "name_taken",
    message: "A branch with a part of that name exists (git keeps branches as folders and files). Choose another name.",
  },
  {
    said: /Remote branch .* not found in upstream/,
    message: "The remote repository does not have that branch. Correct the project's default branch, then try again.",
  },
  {
    said: refused,
    message: "The remote repository refused access. Check your SSH key or token for it, then try again.",
  },
  {
    said: /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed/,
    code: "host_key_changed",
    message:
      "The remote host shows another key than the one recorded for it. Somebody may be in between: ask its administrator for the fingerprint. Only where the host really has a new key, an administrator forgets the old one (aiops ssh-keys forget-host).",
  },
  {
    said: /Host key verification failed/,
    message: "The remote host's key is not known. Connect to it once with ssh and accept its key, then try again.",
  },
  {
    said: notFound,
    message: "There is no repository at that address, or you may not see it. Correct the project's repository URL.",
  },
  {
    said: /Could not resolve host|Failed to connect|Connection refused|Connection timed out|Network is unreachable/i,
    message: "The remote host cannot be reached. Check the network and the address, then try again.",
  },
  {
    said: /early EOF|unexpected disconnect|remote end hung up|RPC failed|Connection reset|index-pack failed/i,
    message: "The connection broke before everything had arrived; nothing was kept. Try again.",
  },
  {
    said: /transport '.*' not allowed/,
    message: "That kind of repository address is not allowed. Use an https or ssh address.",
  },
  {
    said: /dubious ownership/,
    message: "The repository belongs to another Linux user, and git refuses it. Work in your own clone.",
  },
];

/** The typed error of a git command, with `{command, exitCode, stderr}`; passwords in addresses are left out. */
export function gitFailed(command: readonly string[], exitCode: number, stderr: string, cause: unknown): AppError {
  const shown = stderr.replace(/:\/\/[^/\s@]+@/g, "://***@");
  const match = known.find(({ said }) => said.test(shown));
  const message = match ? match.message : `${command.slice(0, 2).join(" ")} failed: ${reason(shown, exitCode)}`;
  return new AppError(match?.code ?? "git_failed", message, {
    cause,
    data: { command, exitCode, stderr: shown.slice(-4_000) },
  });
}

function reason(stderr: string, exitCode: number): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const told = lines.find((line) => /^(?:fatal|error):/.test(line)) ?? lines.at(-1);
  return told?.replace(/^(?:fatal|error): /, "") ?? `exit code ${exitCode}`;
}
