import { spawn as spawnProcess, type ChildProcess } from "node:child_process";
import { statSync } from "node:fs";
import { constants as osConstants } from "node:os";
import { AppError } from "../../shared/errors.ts";
import type { RunOptions, RunResult } from "./host.ts";
import { missingToolError } from "./missing-tool.ts";

const defaultTimeoutMs = 30_000;
const defaultMaxOutputBytes = 10 * 1024 * 1024;
/** Between asking a process group to end (SIGTERM) and ending it (SIGKILL). */
const killAfterMs = 2_000;
/** How long output is still read after the command ended, where something it started holds its output open. */
const drainMs = 500;

export interface SpawnOptions extends Omit<RunOptions, "env" | "cwd"> {
  cwd: string;
  /** The complete environment of the child. */
  env: Readonly<Record<string, string>>;
}

/**
 * Runs one command to its end: an argument vector, never a shell, in a session and process group of its own (so no
 * terminal it could ask on). On time-out, abort or too much output the whole group is ended.
 * @throws AppError `command_failed` (unless `check` is false), `timeout`, `cancelled`, `too_large`, `tool_missing`,
 * `workspace_missing` where `cwd` is gone. `data` holds `command`, `exitCode`, `stderr`, with secrets replaced.
 */
export async function spawn(argv: readonly string[], options: SpawnOptions): Promise<RunResult> {
  const [program, ...args] = argv;
  if (program === undefined || program === "" || argv.some((argument) => argument.includes("\0"))) {
    throw new AppError("invalid_input", "A command needs a program, and arguments without NUL characters.");
  }
  const redact = redactor(options.secrets ?? []);
  const command = argv.map(redact);
  if (options.signal?.aborted === true) throw cancelled(command);

  const child = spawnProcess(program, args, {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const ended = new Ending(child, command, options);
  child.stdin.on("error", (error: NodeJS.ErrnoException) => {
    // A command may end, or close its input, before it has read all of it; its exit code tells whether that mattered.
    if (error.code !== "EPIPE") ended.stop(new AppError("command_failed", error.message, { cause: error }));
  });
  child.stdin.end(options.input ?? "");
  const result = await ended.result();
  if (options.check === false || result.exitCode === 0) return result;
  throw commandFailed(command, result.exitCode, redact(result.stderr));
}

/** The typed error of a command that ended badly; the message shows the last line it said. */
export function commandFailed(command: readonly string[], exitCode: number, stderr: string): AppError {
  const said = stderr.trim().split("\n").at(-1) ?? "";
  const program = command.slice(0, 2).join(" ");
  return new AppError("command_failed", `${program} failed with exit code ${exitCode}${said ? `: ${said}` : "."}`, {
    data: { command, exitCode, stderr: stderr.slice(-4_000) },
  });
}

/** Ends every process of a group; one that is gone already is no error. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function cancelled(command: readonly string[]): AppError {
  return new AppError("cancelled", `${command[0] ?? "The command"} was cancelled.`, { data: { command } });
}

function redactor(secrets: readonly string[]): (text: string) => string {
  const marked = secrets.filter((secret) => secret !== "");
  return (text) => marked.reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
}

/** Follows one child to its end: collects output, watches time, signal and size, and ends the group when one is over. */
class Ending {
  readonly #child: ChildProcess;
  readonly #command: readonly string[];
  readonly #options: SpawnOptions;
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];
  #failure: AppError | undefined;
  #kill: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess, command: readonly string[], options: SpawnOptions) {
    this.#child = child;
    this.#command = command;
    this.#options = options;
    this.#collect(child.stdout, this.#stdout);
    this.#collect(child.stderr, this.#stderr);
  }

  /** Ends the whole group; `failure` is what the caller is told. The first reason stands. */
  stop(failure: AppError): void {
    if (this.#failure) return;
    this.#failure = failure;
    const { pid } = this.#child;
    if (pid === undefined) return;
    signalGroup(pid, "SIGTERM");
    this.#kill = setTimeout(() => signalGroup(pid, "SIGKILL"), killAfterMs);
  }

  async result(): Promise<RunResult> {
    const { signal, timeoutMs = defaultTimeoutMs } = this.#options;
    const abort = () => this.stop(cancelled(this.#command));
    signal?.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(() => {
      const message = `${this.#command[0] ?? "The command"} did not end within ${timeoutMs / 1000} s and was stopped.`;
      this.stop(new AppError("timeout", message, { data: { command: this.#command, timeoutMs } }));
    }, timeoutMs);
    try {
      const exitCode = await this.#exit();
      if (this.#failure) throw this.#failure;
      return { exitCode, stdout: text(this.#stdout), stderr: text(this.#stderr) };
    } finally {
      clearTimeout(timer);
      clearTimeout(this.#kill);
      signal?.removeEventListener("abort", abort);
    }
  }

  async #exit(): Promise<number> {
    const child = this.#child;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    let drain: NodeJS.Timeout | undefined;
    child.on("error", (error: NodeJS.ErrnoException) => reject(this.#notStarted(error)));
    child.on("exit", () => {
      // Whatever of the group outlived a stopped leader is ended with it.
      if (this.#failure && child.pid !== undefined) signalGroup(child.pid, "SIGKILL");
      drain = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, drainMs);
    });
    child.on("close", (code, signal) => resolve(code ?? 128 + (signal ? osConstants.signals[signal] : 0)));
    try {
      return await promise;
    } finally {
      clearTimeout(drain);
    }
  }

  #collect(stream: NodeJS.ReadableStream | null, into: Buffer[]): void {
    const cap = this.#options.maxOutputBytes ?? defaultMaxOutputBytes;
    let size = 0;
    stream?.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= cap) {
        into.push(chunk);
        return;
      }
      const message = `${this.#command[0] ?? "The command"} printed more than ${cap} bytes and was stopped.`;
      this.stop(new AppError("too_large", message, { data: { command: this.#command, maxOutputBytes: cap } }));
    });
  }

  #notStarted(error: NodeJS.ErrnoException): AppError {
    const program = this.#command[0] ?? "";
    const data = { command: this.#command };
    if (error.code === "ENOENT" && !isDirectory(this.#options.cwd)) {
      return new AppError("workspace_missing", `The folder ${this.#options.cwd} does not exist.`, {
        cause: error,
        data,
      });
    }
    if (error.code === "ENOENT") return missingToolError(program, error);
    return new AppError("command_failed", `${program} could not be started: ${error.message}`, { cause: error, data });
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}
