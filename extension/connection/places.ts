import * as path from "node:path";
import { sharedClientFile } from "../../shared/rules/client-file.ts";
import { runtimeFileName, runtimePaths } from "../../shared/rules/runtime-paths.ts";

/** Where a server says where it listens, and what a personal one has to say. */
export interface Places {
  runtimeFile: string;
  /** Names this host's shared server; undefined where the environment leads to a personal one. */
  sharedClientFile: string | undefined;
  /** What the server prints when this extension starts it. */
  logFile: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param env of this process; no setting names the shared server's file, for a folder's settings come with the folder
 * @param home the person's home directory
 * @param storage the folder VS Code keeps for this extension: the server allows nothing foreign among its data
 */
export function places(env: Environment, home: string, storage: string): Places {
  const { runtimeDir } = runtimePaths(env, home);
  return {
    runtimeFile: path.join(runtimeDir, runtimeFileName),
    sharedClientFile: clientFile(env),
    logFile: path.join(storage, "server-output.log"),
  };
}

/** As the CLI: a data or runtime directory that is named leads to the personal server there. */
function clientFile(env: Environment): string | undefined {
  const named = env["AIOPS_CLIENT_FILE"] ?? "";
  if (named !== "") return named;
  const isPersonal = [env["AIOPS_DATA_DIR"], env["AIOPS_RUNTIME_DIR"]].some((value) => (value ?? "") !== "");
  return isPersonal ? undefined : sharedClientFile;
}
