import * as path from "node:path";
import { runtimeFileName, runtimePaths } from "../../shared/rules/runtime-paths.ts";

/** Where a personal server says where it listens, and what it has to say. */
export interface Places {
  runtimeFile: string;
  /** What the server prints when this extension starts it. */
  logFile: string;
}

/**
 * @param home the person's home directory
 * @param storage the folder VS Code keeps for this extension: the server allows nothing foreign among its data
 */
export function places(env: Readonly<Record<string, string | undefined>>, home: string, storage: string): Places {
  const { runtimeDir } = runtimePaths(env, home);
  return {
    runtimeFile: path.join(runtimeDir, runtimeFileName),
    logFile: path.join(storage, "server-output.log"),
  };
}
