import * as z from "zod";

/**
 * How a personal server and its clients find each other: a file of mode 0600 in a 0700 directory of the person. Whoever
 * can read its secret is the person. Pure: reading and writing is the caller's.
 */
export const runtimeFileName = "server.json";

export const runtimeFile = z.object({
  url: z.url(),
  pid: z.int(),
  version: z.string(),
  secret: z.string(),
  startedAt: z.string(),
});

export type RuntimeFile = z.infer<typeof runtimeFile>;

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
