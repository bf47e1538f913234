import { lstat } from "node:fs/promises";
import type { SharedServer } from "../../shared/contract/host-sign-in.ts";
import { AppError } from "../../shared/errors.ts";
import { isErrno } from "../errno.ts";
import { readRuntimeFile, type RuntimeFile } from "./runtime-file.ts";
import { runningServer } from "./server-process.ts";
import type { Places } from "./places.ts";
import type { ServerKind } from "./state.ts";

/** How one gets in without a question; `token` where the person must bring what it takes. */
export type Door = { kind: "local"; secret: string } | { kind: "host"; shared: SharedServer } | { kind: "token" };

/** A server to talk to. */
export interface Endpoint {
  server: ServerKind;
  url: string;
  door: Door;
  /** Tells one run of a server from the next: event ids mean nothing across them. */
  run: string;
}

/**
 * Finds the server: a configured address, else that of a shared server of this host, else the personal one that runs.
 * @param configured the setting `aiops.serverUrl`, else AIOPS_URL; empty for none
 * @returns undefined where none runs, so that one may be started
 * @throws AppError unsafe_path where somebody else could have written the file that leads to a server
 */
export async function discover(configured: string, places: Places): Promise<Endpoint | undefined> {
  if (configured !== "") return configuredEndpoint(configured, places);
  const shared = await sharedServer(places);
  if (shared !== undefined) return sharedEndpoint(shared);
  const running = await runningServer(places);
  return running === undefined ? undefined : personalEndpoint(running);
}

export function personalEndpoint({ url, secret, pid, startedAt }: RuntimeFile): Endpoint {
  return { server: "personal", url, door: { kind: "local", secret }, run: `${pid}@${startedAt}` };
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
  if (file?.url === url) return { ...personalEndpoint(file), server: "configured" };
  const shared = await sharedServer(places);
  if (shared?.url === url) return sharedEndpoint(shared);
  return { server: "configured", url, door: { kind: "token" }, run: url };
}

function sharedEndpoint(shared: SharedServer): Endpoint {
  return { server: "shared", url: shared.url, door: { kind: "host", shared }, run: shared.url };
}

/** Undefined where this host has none, which most often costs one look alone. */
async function sharedServer({ sharedClientFile }: Places): Promise<SharedServer | undefined> {
  if (sharedClientFile === undefined) return undefined;
  try {
    await lstat(sharedClientFile);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
  const { findSharedServer } = await import("./shared-host.ts");
  return findSharedServer(sharedClientFile);
}
