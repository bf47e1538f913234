import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";

const STOP_TIMEOUT_MS = 5_000;

/** A child with all its own children. */
export interface ProcessGroup {
  child: ChildProcess;
  /** Settles when the child has ended. */
  ended: Promise<void>;
  /** Asks the whole group to end, and makes it end after 5 s; harmless when it has. */
  stop(): Promise<void>;
}

/** Starts a program as the leader of a process group of its own, so that stopping it leaves no child behind. */
export function startGroup(argv: string[], options: SpawnOptions): ProcessGroup {
  const [command = "", ...args] = argv;
  const child = spawn(command, args, { ...options, detached: true });
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  child.once("error", reject);
  child.once("exit", () => resolve());
  // Nothing is left behind either when this process ends without having stopped it.
  const onProcessExit = (): void => {
    if (child.pid !== undefined) signalGroup(child.pid, "SIGKILL");
  };
  process.once("exit", onProcessExit);
  const stop = async (): Promise<void> => {
    const { pid } = child;
    if (pid === undefined) return;
    signalGroup(pid, "SIGTERM");
    const timer = setTimeout(() => signalGroup(pid, "SIGKILL"), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
    signalGroup(pid, "SIGKILL");
    process.off("exit", onProcessExit);
  };
  return { child, ended, stop };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
