import * as path from "node:path";
import { runtimeFileName, runtimePaths } from "../../shared/rules/runtime-paths.ts";

/** Where a personal server keeps its data and says where it listens. */
export interface Places {
  dataDirectory: string;
  runtimeFile: string;
  /** What the server prints when this extension starts it. */
  logFile: string;
}

/** @param home the person's home directory */
export function places(env: Readonly<Record<string, string | undefined>>, home: string): Places {
  const { dataDir, runtimeDir } = runtimePaths(env, home);
  return {
    dataDirectory: dataDir,
    runtimeFile: path.join(runtimeDir, runtimeFileName),
    logFile: path.join(dataDir, "server-output.log"),
  };
}
