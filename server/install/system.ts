import { existsSync } from "node:fs";
import { systemClock } from "../../shared/clock.ts";
import { AppError } from "../../shared/errors.ts";
import { Accounts } from "../host/accounts.ts";
import type { RunResult } from "../host/host.ts";
import { spawn } from "../host/spawn.ts";
import type { Owner } from "./file-step.ts";

const env = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" };

/** Runs a system command as root. @throws AppError command_failed, tool_missing, timeout */
export function system(argv: readonly string[], { check = true }: { check?: boolean } = {}): Promise<RunResult> {
  return spawn(argv, { cwd: "/", env, timeoutMs: 60_000, check });
}

/** Whether systemd runs the machine: sd_booted(3). */
export function hasSystemd(): boolean {
  return existsSync("/run/systemd/system");
}

/** Whether units can be written for it, as in an image that is only being built. */
export function knowsSystemd(): boolean {
  return hasSystemd() || existsSync("/etc/systemd/system");
}

/** Null where there is no such account. Asked anew each time, for it may be made meanwhile. */
export async function accountOf(name: string): Promise<Owner | null> {
  const found = await new Accounts(systemClock).byName(name);
  return found === null ? null : { uid: found.uid, gid: found.gid };
}

/** @throws AppError forbidden */
export function requireRoot(what: string): void {
  if (process.getuid?.() === 0) return;
  throw new AppError("forbidden", `${what} changes the system, which only root may. Run it with sudo.`);
}
