import type { User } from "../entities/user.ts";
import { AppError } from "../errors.ts";
import { localProof, newNonce } from "../rules/local-proof.ts";
import { createClient } from "./client.ts";

export interface LocalSignIn {
  url: string;
  /** Of the runtime file; never sent. */
  secret: string;
  /** What signs in, for the list of sessions. */
  client: string;
  /** Another person of this server. */
  as?: string | undefined;
  ttlSeconds?: number | undefined;
}

export interface LocalGrant {
  token: string;
  /** ISO 8601, UTC. */
  expiresAt: string;
  user: User;
}

/** How long a server may take to answer, in milliseconds. */
const timeoutMs = 10_000;

/**
 * Signs in at one's own server, and makes sure that it is.
 * @throws AppError `unavailable` where nobody, or somebody else's program, answers; what the server refuses
 */
export async function signInLocally({ url, secret, ...request }: LocalSignIn): Promise<LocalGrant> {
  const nonce = newNonce();
  const proof = await localProof(secret, "client", nonce);
  const stranger = createClient({ url, token: () => Promise.resolve(undefined) });
  const signal = AbortSignal.timeout(timeoutMs);
  const { serverProof, ...grant } = await stranger.auth.local({ nonce, proof, ...request }, { signal });
  if (serverProof === (await localProof(secret, "server", nonce, grant.token))) return grant;
  throw notTheServer(url);
}

export interface AdminRequest {
  url: string;
  /** Of the runtime file; never sent. */
  secret: string;
  email: string;
  name?: string | undefined;
  linuxUser?: string | undefined;
}

/** A person who is an administrator now, and the one-time code with which they set their password. */
export interface NewAdmin {
  user: User;
  code: string;
  /** ISO 8601, UTC. */
  expiresAt: string;
}

/**
 * Makes an administrator at a server whose runtime file one can read, and makes sure that it is that server.
 * @throws AppError `unavailable` where nobody, or somebody else's program, answers; what the server refuses
 */
export async function requestAdmin({ url, secret, ...request }: AdminRequest): Promise<NewAdmin> {
  const nonce = newNonce();
  const proof = await localProof(secret, "client", nonce);
  const stranger = createClient({ url, token: () => Promise.resolve(undefined) });
  const signal = AbortSignal.timeout(timeoutMs);
  const { serverProof, ...made } = await stranger.auth.createAdmin({ nonce, proof, ...request }, { signal });
  if (serverProof === (await localProof(secret, "server", nonce, made.code))) return made;
  throw notTheServer(url);
}

function notTheServer(url: string): AppError {
  return new AppError(
    "unavailable",
    `What answers at ${url} is not your aiops server: it does not know the secret of the runtime file. Start the server anew.`,
  );
}
