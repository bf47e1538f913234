import { spawn } from "node:child_process";
import { mkdir, open, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../shared/errors.ts";
import { exitCodes } from "../../shared/rules/exit-codes.ts";
import { serverFlags } from "../../shared/rules/server-flags.ts";
import { isErrno } from "../errno.ts";
import type { Places } from "./places.ts";
import { isAlive, readRuntimeFile, type RuntimeFile } from "./runtime-file.ts";

export interface StartOptions {
  /** The bundled server, absolute. */
  program: string;
  places: Places;
  /** Minutes without a client or session until it ends by itself. */
  idleMinutes: number;
  signal: AbortSignal;
}

const startLimitMs = 20_000;
const stopLimitMs = 10_000;
const lookAgainMs = 40;

/**
 * Starts the personal server apart from this process, so that it survives a window reload, and waits until it has said
 * where it listens. Where another window was quicker, that one's server is answered.
 * @throws AppError `unavailable` with the end of its output, where it ended or did not answer within 20 s
 */
export async function startServer(options: StartOptions): Promise<RuntimeFile> {
  const { places } = options;
  await mkdir(path.dirname(places.logFile), { recursive: true });
  await using log = await open(places.logFile, "w", 0o600);
  const child = spawn(
    process.execPath,
    [...serverFlags, options.program, "serve", "--port", "0", "--idle-minutes", String(options.idleMinutes)],
    {
      cwd: homedir(),
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      env: serverEnvironment(process.env),
    },
  );
  let why: string | undefined;
  let inUse = false;
  child.once("error", (error) => {
    why = error.message;
  });
  child.once("exit", (code, signal) => {
    why = `it ended with ${signal ?? `exit code ${String(code)}`}`;
    inUse = code === exitCodes.inUse;
  });
  child.unref();

  const deadline = Date.now() + startLimitMs;
  while (Date.now() < deadline) {
    options.signal.throwIfAborted();
    const found = await runningServer(places);
    if (found !== undefined) return found;
    if (why !== undefined) break;
    await delay(lookAgainMs);
  }
  const output = await lastLines(places.logFile);
  const reason = why ?? `it did not answer within ${startLimitMs / 1000} s`;
  throw new AppError(
    "unavailable",
    `The aiops server could not be started: ${reason}.${output === "" ? "" : ` It said: ${output}`}`,
    // One that starts or ends at this moment is waited for; anything else needs a person, who needs the log.
    { data: inUse ? { inUse } : { logFile: places.logFile } },
  );
}

/** The personal server that runs now, if one does. */
export async function runningServer(places: Places): Promise<RuntimeFile | undefined> {
  const file = await readRuntimeFile(places.runtimeFile);
  return file !== undefined && isAlive(file.pid) ? file : undefined;
}

/**
 * Ends the personal server in its own orderly way; sessions in tmux go on.
 * @throws AppError `timeout` where it has not ended within 10 s
 */
export async function stopServer(places: Places): Promise<void> {
  const running = await runningServer(places);
  if (running === undefined) return;
  try {
    process.kill(running.pid, "SIGTERM");
  } catch (error) {
    if (isErrno(error, "ESRCH")) return;
    throw error;
  }
  const deadline = Date.now() + stopLimitMs;
  while (isAlive(running.pid)) {
    if (Date.now() > deadline) {
      throw new AppError(
        "timeout",
        `The aiops server (process ${running.pid}) does not end. End it by hand and try again.`,
      );
    }
    await delay(lookAgainMs);
  }
}

/** VS Code's own variables would make the server, and what it starts, believe that they run inside VS Code's process. */
function serverEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|GIT_ASKPASS$)/.test(name));
  const forNode = process.versions["electron"] === undefined ? {} : { ELECTRON_RUN_AS_NODE: "1" };
  return { ...Object.fromEntries(kept), ...forNode };
}

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, "utf8");
  return text.trim().split("\n").slice(-3).join(" ").slice(-600);
}

/** Where the bundled server lies. */
export function serverProgram(extensionPath: string): string {
  return path.join(extensionPath, "dist", "aiops.js");
}
