import { plainAddress } from "./socket-table.ts";

/**
 * The name of the directory that a challenge of host identity asks for: unguessable, and of use at one server, for one
 * person and one asker only. A server that passes on another one's challenge is found out by it.
 */
export interface ChallengeBinding {
  /** What the client made for this sign-in. */
  nonce: string;
  linuxUser: string;
  /** The server's end of the connection. */
  address: string;
  port: number;
}

const nameFormat = /^[0-9a-f]{32}-[0-9a-f]{64}$/;

/** A name with 128 random bits and the SHA-256 of those and what it binds. */
export async function challengeName(binding: ChallengeBinding): Promise<string> {
  return boundTo(hex(crypto.getRandomValues(new Uint8Array(16))), binding);
}

/** Whether a name is one, with no slash or dot in it, and binds exactly this. */
export async function isBoundName(name: string, binding: ChallengeBinding): Promise<boolean> {
  if (!nameFormat.test(name)) return false;
  return name === (await boundTo(name.slice(0, 32), binding));
}

async function boundTo(random: string, { nonce, linuxUser, address, port }: ChallengeBinding): Promise<string> {
  const said = JSON.stringify(["aiops host identity", random, nonce, linuxUser, plainAddress(address), port]);
  return `${random}-${hex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(said))))}`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
