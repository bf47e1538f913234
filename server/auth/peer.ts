import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { ownerOfConnection, plainAddress } from "../../shared/rules/socket-table.ts";

/** Both ends of a request's connection, as its socket has them. */
export interface Ends {
  remoteAddress: string;
  remotePort: number;
  localAddress: string;
  localPort: number;
}

export function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): Ends {
  return {
    remoteAddress: remoteAddress ?? "",
    remotePort: remotePort ?? 0,
    localAddress: localAddress ?? "",
    localPort: localPort ?? 0,
  };
}

/** Whether a connection comes from this host by the loopback interface. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return plain.startsWith("127.") || plain === "::1";
}

/** The kernel's tables of TCP sockets. A kernel without IPv6 has but the first. */
export async function readSocketTables(): Promise<string[]> {
  return Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map(readTable));
}

async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, "latin1");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

/**
 * The uid that made the other end of a connection on this host. For a forwarder it is the forwarder's, so that this alone
 * is never a sign-in.
 * @returns undefined where the connection is gone, or does not come from this host
 */
export async function uidOfPeer(ends: Ends): Promise<number | undefined> {
  if (!isLoopback(ends.remoteAddress)) return undefined;
  return ownerOfConnection(
    await readSocketTables(),
    { address: ends.remoteAddress, port: ends.remotePort },
    { address: ends.localAddress, port: ends.localPort },
  );
}

/**
 * Names whose a connection from this host is, to count tries and requests by: people on one host share its address, and
 * what a stranger does then falls back on the stranger alone.
 * @param address the client's, which a trusted proxy may have told
 * @returns undefined for one from elsewhere
 */
export async function localPeer(socket: Socket, address: string): Promise<string | undefined> {
  if (address !== socket.remoteAddress || !isLoopback(address)) return undefined;
  const known = names.get(socket) ?? nameOf(socket);
  names.set(socket, known);
  return known;
}

/** A connection stays whose it is. */
const names = new WeakMap<Socket, Promise<string | undefined>>();

async function nameOf(socket: Socket): Promise<string | undefined> {
  const uid = await uidOfPeer(endsOf(socket));
  return uid === undefined ? undefined : `uid:${uid}`;
}
