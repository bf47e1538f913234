import { randomUUID } from "node:crypto";
import path from "node:path";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { childEnvironment } from "./environment.ts";
import { handOver, nothingHandedOver, type HandedOver } from "./git-credentials.ts";
import { gitFailed } from "./git-errors.ts";
import type { HostFiles } from "./files.ts";
import type { GitCredentials } from "./git.ts";
import type { HostUser } from "./host.ts";
import type { HostProgress } from "./progress.ts";
import { endMarked, gitRunsIn, markVariable } from "./marked-processes.ts";
import { missingToolError } from "./missing-tool.ts";

const defaultTimeoutMs = 60_000;
const maxOutputBytes = 10 * 1024 * 1024;

/** Set for every command, over whatever the repository or the person has configured. */
const config = ["core.hooksPath=/dev/null", "core.fsmonitor=false", "credential.interactive=false"];

/** No question is ever asked: there is nobody at a terminal to answer it. */
const ssh = "ssh -o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=4";

const gitVariables: Readonly<Record<string, string>> = {
  LC_ALL: "C.UTF-8",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "true",
  SSH_ASKPASS_REQUIRE: "never",
  GIT_SSH_COMMAND: ssh,
  GIT_OPTIONAL_LOCKS: "0",
};

export interface GitCall {
  /** Absolute path the command runs in. */
  cwd: string;
  signal?: AbortSignal;
  /** Milliseconds; 60,000 unless told. */
  timeoutMs?: number;
  /** Exit codes besides 0 that are answers and no errors. */
  answers?: readonly number[];
  allowFile?: boolean;
  /** Handed to the command, and gone after it. */
  credentials?: GitCredentials;
  /** Joined to the environment. */
  variables?: Readonly<Record<string, string>>;
  /** Paths in the arguments stand for themselves, without wildcards and magic. */
  literalPaths?: boolean;
  /** Of a command given `--progress`. */
  onProgress?: (progress: HostProgress) => void;
  /** Inherited by all the command starts; those left over by a killed server are found by it. */
  mark?: string;
}

export interface GitAnswer {
  exitCode: number;
  stdout: string;
}

export type GitClient = (args: readonly string[], call: GitCall) => Promise<GitAnswer>;

/** What a client needs to know of its user and the server. */
export interface GitSurroundings {
  user: Pick<HostUser, "name" | "uid" | "home" | "shell">;
  environment: Readonly<Record<string, string | undefined>>;
  files: HostFiles;
}

/**
 * Runs git through simple-git, which refuses dangerous options and configuration; with a hardened configuration, an
 * environment from an allowlist, a limit on the whole time (simple-git's own restarts with each line of output) and on
 * the output. When a command is ended early, so is everything it started.
 */
export function createGitClient(surroundings: GitSurroundings): GitClient {
  return async (args, call) => {
    try {
      return await runGit(args, call, surroundings);
    } catch (error) {
      const removed = await removeStaleLock(error, call.cwd, surroundings.files);
      if (removed) return runGit(args, call, surroundings);
      throw error;
    }
  };
}

async function runGit(args: readonly string[], call: GitCall, surroundings: GitSurroundings): Promise<GitAnswer> {
  const timeoutMs = call.timeoutMs ?? defaultTimeoutMs;
  const overflow = new AbortController();
  const timeout = AbortSignal.timeout(timeoutMs);
  const signals = [timeout, overflow.signal, ...(call.signal ? [call.signal] : [])];
  const abort = AbortSignal.any(signals);
  const mark = call.mark ?? randomUUID();
  const command = ["git", ...args];
  let exitCode = 0;
  let failure: AppError | undefined;

  // Loaded when first needed: the server is ready before it.
  const { simpleGit } = await import("simple-git");
  await using handed = call.credentials ? await handOver(call.credentials, surroundings) : nothingHandedOver;
  const variables = { ...environmentOf(surroundings, call, handed), [markVariable]: mark };
  const git = simpleGit({
    baseDir: await existing(call.cwd, surroundings.files),
    abort,
    config: [...config, ...handed.config],
    trimmed: false,
    // The constants above need these; nothing a caller passes reaches the configuration or these variables.
    unsafe: {
      allowUnsafeHooksPath: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeSshCommand: true,
      allowUnsafeAskPass: true,
      allowUnsafeCredentialHelper: call.credentials !== undefined,
    },
    allowEnvironment: Object.keys(variables),
    errors(error, result) {
      ({ exitCode } = result);
      if (exitCode === 0 && error === undefined) return undefined;
      if (call.answers?.includes(exitCode) === true) return undefined;
      const stderr = handed.redact(Buffer.concat(result.stdErr).toString("utf8"));
      failure = stderr.includes("spawn git ENOENT")
        ? missingToolError("git", error)
        : gitFailed(command, exitCode, stderr, error);
      return failure;
    },
  })
    .env(variables)
    .outputHandler((_command, stdout, stderr) => {
      limit(stdout, overflow);
      limit(stderr, overflow);
      if (call.onProgress) report(stderr, call.onProgress);
    });
  try {
    const stdout = await git.raw([...args]);
    return { exitCode, stdout };
  } catch (error) {
    // simple-git wraps what it is given; what it threw on its own account is a refusal of the arguments.
    if (!abort.aborted) throw failure ?? gitFailed(command, exitCode, errorMessage(error), error);
    await endMarked(mark);
    throw endedEarly(command, { timeoutMs, timedOut: timeout.aborted, overflowed: overflow.signal.aborted }, error);
  }
}

function environmentOf(
  { user, environment }: GitSurroundings,
  call: GitCall,
  handed: HandedOver,
): Record<string, string> {
  const agent = call.credentials === undefined ? environment["SSH_AUTH_SOCK"] : undefined;
  return childEnvironment(environment, user, {
    ...gitVariables,
    // `check-ignore` refuses it, and takes its paths literally anyway.
    ...(call.literalPaths === true ? { GIT_LITERAL_PATHSPECS: "1" } : {}),
    ...(agent === undefined ? {} : { SSH_AUTH_SOCK: agent }),
    // Over every protocol.* setting: ext::, git:// and http:// stay shut, also behind a person's url.*.insteadOf.
    GIT_ALLOW_PROTOCOL: call.allowFile === true ? "https:ssh:file" : "https:ssh",
    ...handed.variables,
    ...call.variables,
  });
}

async function existing(folder: string, files: HostFiles): Promise<string> {
  if (await files.exists(folder, "directory")) return folder;
  throw new AppError("workspace_missing", `The folder ${folder} does not exist. Initialise the workspace again.`);
}

function limit(stream: NodeJS.ReadableStream, overflow: AbortController): void {
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxOutputBytes) overflow.abort();
  });
}

/** Git's own words for how far it is, as `Receiving objects:  41% (…)`, in lines ended by carriage returns. */
function report(stderr: NodeJS.ReadableStream, onProgress: (progress: HostProgress) => void): void {
  let rest = "";
  stderr.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString("latin1")).split(/[\r\n]/);
    rest = lines.pop()?.slice(-200) ?? "";
    for (const line of lines) {
      const [, step, percent] = /^(?:remote: )?([A-Z][A-Za-z ]{1,40}):\s+(\d{1,3})%/.exec(line) ?? [];
      if (step !== undefined) onProgress({ step, percent: Number(percent) });
    }
  });
}

function endedEarly(
  command: readonly string[],
  why: { timeoutMs: number; timedOut: boolean; overflowed: boolean },
  cause: unknown,
): AppError {
  const name = command.slice(0, 2).join(" ");
  if (why.overflowed) {
    return new AppError("too_large", `${name} printed more than ${maxOutputBytes} bytes and was stopped.`, { cause });
  }
  if (why.timedOut) {
    const message = `${name} did not end within ${why.timeoutMs / 1000} s and was stopped. Check the network and the remote, then try again.`;
    return new AppError("timeout", message, { cause, data: { command } });
  }
  return new AppError("cancelled", `${name} was cancelled.`, { cause, data: { command } });
}

/**
 * A git that was killed leaves its lock behind, and every later command fails on it. The lock goes when no git of this
 * user works in its tree; true when it is gone and the command can be repeated.
 */
async function removeStaleLock(error: unknown, cwd: string, files: HostFiles): Promise<boolean> {
  const stderr = error instanceof AppError ? error.data["stderr"] : undefined;
  if (typeof stderr !== "string") return false;
  const lock = lockIn(stderr, cwd);
  if (lock === null) return false;
  const parts = lock.split(path.sep);
  const at = parts.indexOf(".git");
  if (at < 0 || (await gitRunsIn(parts.slice(0, at).join(path.sep))) || (await gitRunsIn(cwd))) return false;
  return files.removeFile(lock, { root: parts.slice(0, at + 1).join(path.sep) });
}

function lockIn(stderr: string, cwd: string): string | null {
  const lock = /Unable to create '(\/[^']+\.lock)': File exists/.exec(stderr)?.[1];
  if (lock !== undefined) return lock;
  const locked = /could not lock config file (.+): File exists/.exec(stderr)?.[1];
  return locked === undefined ? null : `${path.resolve(cwd, locked)}.lock`;
}
