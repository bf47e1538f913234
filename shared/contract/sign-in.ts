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
  throw new AppError(
    "unavailable",
    `What answers at ${url} is not your aiops server: it does not know the secret of the runtime file. Start the server anew.`,
  );
}
