import { readdir, readFile, readlink } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { errno } from "./safe-path.ts";

/** Inherited by everything a git command starts, whatever group or session that moves to. */
export const markVariable = "AIOPS_GIT_TASK";

const patienceMs = 2_000;

/**
 * Ends every process of this user that carries the mark in its environment (as Jenkins finds a build's processes):
 * SIGTERM, and SIGKILL for what is still there after two seconds. Returns when none is left.
 */
export async function endMarked(mark: string): Promise<void> {
  const deadline = Date.now() + patienceMs;
  const asked = new Set<number>();
  for (;;) {
    const left = await markedProcesses(mark);
    if (left.length === 0) return;
    const late = Date.now() > deadline;
    for (const pid of left) {
      if (late) signal(pid, "SIGKILL");
      else if (!asked.has(pid)) signal(pid, "SIGTERM");
      asked.add(pid);
    }
    await delay(10);
  }
}

async function markedProcesses(mark: string): Promise<number[]> {
  const wanted = `\0${markVariable}=${mark}\0`;
  return matching(async (folder) => {
    const environment = `\0${await readFile(`${folder}/environ`, "latin1")}\0`;
    return environment.includes(Buffer.from(wanted).toString("latin1"));
  });
}

/** Whether a git command of this user works in the folder now (git moves into the tree it works on). */
export async function gitRunsIn(tree: string): Promise<boolean> {
  const found = await matching(async (folder) => {
    if (!(await readFile(`${folder}/comm`, "utf8")).startsWith("git")) return false;
    const below = path.relative(tree, await readlink(`${folder}/cwd`));
    return below.split(path.sep)[0] !== "..";
  });
  return found.length > 0;
}

async function matching(test: (folder: string) => Promise<boolean>): Promise<number[]> {
  const pids = (await readdir("/proc")).map(Number).filter(Number.isInteger);
  const hits = await Promise.all(pids.map((pid) => passing(() => test(`/proc/${pid}`))));
  return pids.filter((_, index) => hits[index]);
}

/** Processes end while they are looked at, and those of others are closed to us: neither is ours to find. */
async function passing(test: () => Promise<boolean>): Promise<boolean> {
  try {
    return await test();
  } catch (error) {
    const code = errno(error);
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES" || code === "EPERM") return false;
    throw error;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errno(error) !== "ESRCH") throw error;
  }
}
