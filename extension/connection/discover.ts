import { stat } from "node:fs/promises";
import { AppError } from "../../shared/errors.ts";
import { isErrno } from "../errno.ts";
import { readRuntimeFile, type RuntimeFile } from "./runtime-file.ts";
import { runningServer } from "./server-process.ts";
import type { Places } from "./places.ts";
import type { ServerKind } from "./state.ts";

/** A server to talk to. */
export interface Endpoint {
  server: ServerKind;
  url: string;
  /** Signs in without a question; undefined where the person must bring a token. */
  secret: string | undefined;
  /** Tells one run of a server from the next: event ids mean nothing across them. */
  run: string;
}

const sharedClientFile = "/etc/aiops/client.json";

/**
 * Finds the server: a configured address, else that of a shared server of this host, else the personal one that runs.
 * @param configured the setting `aiops.serverUrl`, else AIOPS_URL; empty for none
 * @returns undefined where none runs, so that one may be started
 */
export async function discover(configured: string, places: Places): Promise<Endpoint | undefined> {
  if (configured !== "") return configuredEndpoint(configured, places);
  await refuseSharedServer();
  const running = await runningServer(places);
  return running === undefined ? undefined : personalEndpoint(running);
}

export function personalEndpoint(file: RuntimeFile): Endpoint {
  return { server: "personal", url: file.url, secret: file.secret, run: `${file.pid}@${file.startedAt}` };
}

async function configuredEndpoint(configured: string, places: Places): Promise<Endpoint> {
  if (!URL.canParse(configured) || !/^https?:$/.test(new URL(configured).protocol)) {
    throw new AppError(
      "invalid_input",
      `"${configured}" is not a server's address, as http://127.0.0.1:4280. Correct the setting aiops.serverUrl or the variable AIOPS_URL.`,
    );
  }
  const url = configured.replace(/\/+$/, "");
  const file = await readRuntimeFile(places.runtimeFile);
  // The secret goes to no other server than the one that wrote it.
  const secret = file?.url === url ? file.secret : undefined;
  return { server: "configured", url, secret, run: file?.url === url ? `${file.pid}@${file.startedAt}` : url };
}

async function refuseSharedServer(): Promise<void> {
  try {
    const { uid } = await stat(sharedClientFile);
    if (uid !== 0) return;
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES")) return;
    throw error;
  }
  throw new AppError(
    "unavailable",
    `This host has a shared aiops server (${sharedClientFile}), which this version of the extension can't use yet. To use a server of your own, set aiops.serverUrl to its address.`,
    { data: { sharedServer: true } },
  );
}
