import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { isMissing, systemCode } from "./fault.ts";

/**
 * Makes a directory and those above it that are missing, all with mode 0700. Node's own `recursive` never comes back
 * where the directory above is there and takes none, as /proc.
 * @throws the system's error
 */
export function makeDirectories(path: string): void {
  try {
    makeOne(path);
  } catch (error) {
    const above = dirname(path);
    if (!isMissing(error) || above === path) throw error;
    makeDirectories(above);
    makeOne(path);
  }
}

function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // There already, or something else of that name: what is done in it next says which.
    if (systemCode(error) !== "EEXIST") throw error;
  }
}
