import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const RETRY_MS = 500;

/**
 * Runs `work` while holding a lock file, so that two set-ups at once do not collide. A lock left by a process that
 * has ended is taken over.
 * @template T
 * @param {string} file
 * @param {(owner: number) => void} onWait called once when another process holds the lock
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, onWait, work) {
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  while (!acquire(file)) {
    const owner = readOwner(file);
    if (owner === undefined || !isRunning(owner)) {
      removeLock(file, owner);
      continue;
    }
    if (!told) onWait(owner);
    told = true;
    await delay(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
function acquire(file) {
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Removes a lock whose owner has ended; not one that another process has taken over in the meantime.
 * @param {string} file
 * @param {number | undefined} owner
 */
function removeLock(file, owner) {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readOwner(aside) !== owner) linkSync(aside, file);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  }
  rmSync(aside, { force: true });
}

/** @param {string} file */
function readOwner(file) {
  try {
    const owner = Number.parseInt(readFileSync(file, "utf8"), 10);
    return Number.isInteger(owner) ? owner : undefined;
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (error.code === "ESRCH") return false;
    if (error.code === "EPERM") return true;
    throw error;
  }
}
