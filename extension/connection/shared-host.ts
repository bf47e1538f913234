import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import http from "node:http";
import os from "node:os";
import { hostSignInIo, type NodeParts } from "../../shared/contract/host-sign-in-io.ts";
import {
  findSharedServer as find,
  requireSharedServer as require,
  signInFromHost as signIn,
  type SharedServer,
} from "../../shared/contract/host-sign-in.ts";
import type { LocalGrant } from "../../shared/contract/sign-in.ts";
import { AppError } from "../../shared/errors.ts";

// This module carries the validation of what a server says before it is known, and is imported only where there is one.

/**
 * VS Code puts an agent of its own, for proxies, in the place of the one that `http.request` is given, and with it a new
 * connection in the place of the one that is kept. The class itself it leaves alone.
 */
const openHttp: NodeParts["openHttp"] = () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return {
    request: ({ hostname, port, pathname: path, search }, options, answered) =>
      new http.ClientRequest(
        { ...options, agent, hostname: hostname.replace(/^\[|\]$/g, ""), port, path: `${path}${search}` },
        answered,
      ),
    destroy: () => agent.destroy(),
  };
};

const io = hostSignInIo({ execFile, fs, os, openHttp });

/** This host's shared server. @throws AppError unsafe_path, invalid_input */
export function findSharedServer(file: string): Promise<SharedServer | undefined> {
  return find(file, io);
}

/** @throws AppError `unavailable` where somebody else's program answers */
export function requireSharedServer(server: SharedServer): Promise<void> {
  return require(server, io);
}

/**
 * Signs in as the Linux user this process runs as, without a question.
 * @throws AppError with `data.hostIdentity` where the server does not take this user
 */
export async function signInFromHost(server: SharedServer): Promise<LocalGrant> {
  try {
    return await signIn(server, "VS Code", io);
  } catch (error) {
    if (!(error instanceof AppError) || !["unauthenticated", "forbidden", "conflict"].includes(error.code)) throw error;
    const { code, message, errors, data } = error;
    throw new AppError(code, message, { cause: error, errors, data: { ...data, hostIdentity: true } });
  }
}
