import { readdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { HostUser } from "./host.ts";
import { processFacts } from "./process.ts";

const lookEveryMs = 50;
/** How long each is waited for: the hang-up that closing the terminal was, then what is sent here. */
const hangUpMs = 500;
const signals = [
  { name: "TERM", waitMs: 2_000 },
  { name: "KILL", waitMs: 1_000 },
] as const;

/**
 * The process groups of what was started in a terminal and of what is in its foreground: noted while it is open, for
 * `endGroups`. What a shell put into the background is not among them: a person may want that to go on.
 */
export function terminalGroups(pid: number): number[] {
  const facts = processFacts(pid);
  if (facts === null) return [];
  return [...new Set([facts.processGroup, facts.foregroundGroup])].filter((group) => group > 1);
}

/**
 * Ends what goes on after its terminal was closed: some tools take no notice of the hang-up. Signals are sent as that
 * Linux user, and only to groups that were seen alive without a break, so none that got the same number later.
 */
export async function endGroups(user: HostUser, groups: readonly number[]): Promise<void> {
  let left = await remaining(groups, hangUpMs);
  for (const { name, waitMs } of signals) {
    if (left.length === 0) return;
    for (const group of left) await signal(user, name, -group);
    left = await remaining(left, waitMs);
  }
}

/**
 * Sends a signal as that Linux user to a process, or to a group by its negative number. One that ended since makes
 * kill fail, which is as well.
 */
export async function signal(user: HostUser, name: "TERM" | "KILL" | "CHLD", pid: number): Promise<void> {
  await user.run(["sh", "-c", 'kill -s "$1" -- "$2"', "sh", name, String(pid)], { check: false });
}

/** Those of the groups that still have members after the time, or none as soon as none has. */
async function remaining(groups: readonly number[], withinMs: number): Promise<number[]> {
  let left = await alive(groups);
  for (let waited = 0; left.length > 0 && waited < withinMs; waited += lookEveryMs) {
    await delay(lookEveryMs);
    left = await alive(left);
  }
  return left;
}

async function alive(groups: readonly number[]): Promise<number[]> {
  if (groups.length === 0) return [];
  const pids = (await readdir("/proc")).map(Number).filter(Number.isInteger);
  const members = new Set(pids.map((pid) => processFacts(pid)?.processGroup));
  return groups.filter((group) => members.has(group));
}
