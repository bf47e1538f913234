import { existsSync } from "node:fs";
import { AppError } from "../../shared/errors.ts";
import { loadConfig } from "../config/load.ts";
import type { InstallPlaces } from "./places.ts";

/**
 * The port of the server: that of a configuration that is there already, for it is kept.
 * @param wanted what the command line says
 * @throws AppError conflict where they differ; invalid_input for a configuration that is wrong
 */
export async function installedPort(places: InstallPlaces, wanted: number | undefined): Promise<number> {
  if (!existsSync(places.configFile)) return wanted ?? places.port;
  const { port } = await loadConfig({ env: { AIOPS_CONFIG: places.configFile, HOME: "/" } });
  if (wanted === undefined || wanted === port) return port;
  throw new AppError(
    "conflict",
    `${places.configFile} says port ${port} and is kept. Change it there, then run this without --port.`,
  );
}
