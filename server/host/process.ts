import { readFileSync } from "node:fs";

/**
 * What Linux tells everyone about a process, from /proc/PID/stat (proc_pid_stat(5)). Read at once and not through a
 * helper: it takes some 15 µs, and is readable for all users.
 */
export interface ProcessFacts {
  /** The program's name, cut to 15 characters by the kernel. */
  name: string;
  processGroup: number;
  /** The process group in the foreground of its terminal; -1 without a terminal. */
  foregroundGroup: number;
}

/** Null where there is no such process, where it ended and was not collected yet, or where /proc hides it. */
export function processFacts(pid: number): ProcessFacts | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ESRCH: it ended while it was read.
    if (code === "ENOENT" || code === "ESRCH") return null;
    throw error;
  }
  // The name stands in parentheses and may itself hold any character, spaces and parentheses included.
  const close = stat.lastIndexOf(")");
  const fields = stat.slice(close + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return null;
  return {
    name: stat.slice(stat.indexOf("(") + 1, close),
    processGroup: Number(fields[2]),
    foregroundGroup: Number(fields[5]),
  };
}
