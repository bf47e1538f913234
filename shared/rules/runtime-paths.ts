/** The file, in the runtime directory, by which a personal server is found. */
export const runtimeFileName = "server.json";

export interface RuntimePaths {
  dataDir: string;
  runtimeDir: string;
}

/**
 * The default places, by the XDG base directory specification.
 * @param env the environment, where AIOPS_DATA_DIR and AIOPS_RUNTIME_DIR win
 * @param home absolute path of the person's home
 * @param chosenDataDir a data directory named elsewhere, as on a command line
 */
export function runtimePaths(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  chosenDataDir?: string,
): RuntimePaths {
  const dataHome = nonEmpty(env["XDG_DATA_HOME"]) ?? `${home}/.local/share`;
  const ownDataDir = chosenDataDir ?? nonEmpty(env["AIOPS_DATA_DIR"]);
  const dataDir = ownDataDir ?? `${dataHome}/aiops`;
  const systemRuntime = nonEmpty(env["XDG_RUNTIME_DIR"]);
  // A data directory of one's own (tests, several servers) must not share the person's one runtime directory.
  const below = ownDataDir !== undefined || systemRuntime === undefined;
  const runtimeDir = nonEmpty(env["AIOPS_RUNTIME_DIR"]) ?? (below ? `${dataDir}/run` : `${systemRuntime}/aiops`);
  return { dataDir, runtimeDir };
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
