import type { SecretStorage } from "vscode";
import type { Client } from "../../shared/contract/client.ts";
import type { LocalGrant } from "../../shared/contract/sign-in.ts";
import { AppError } from "../../shared/errors.ts";
import type { Door, Endpoint } from "./discover.ts";
import type { Remote } from "./remote.ts";
import { stepUp, type AskForProof } from "./step-up.ts";
import { TokenKeeper, type Grant } from "./tokens.ts";

/** A server with the person signed in. */
export interface Link {
  endpoint: Endpoint;
  remote: Remote;
  tokens: TokenKeeper;
}

export interface LinkOptions {
  secrets: SecretStorage;
  askForProof: AskForProof;
}

/** Prepares to talk to a server; signs in with the first request. */
export async function openLink(endpoint: Endpoint, { secrets, askForProof }: LinkOptions): Promise<Link> {
  const { openRemote } = await import("./remote.ts");
  const { door, url } = endpoint;
  const tokens = new TokenKeeper(secrets, url, { signIn: signInBy(door, url), isKept: door.kind !== "local" });
  // What is kept must not go to a program that took the server's place.
  if (await tokens.hasKept()) await requireItself(endpoint);
  let asking: Promise<void> | undefined;
  const remote = openRemote(
    url,
    () => tokens.token(),
    () => {
      asking ??= stepUp(remote.client, askForProof, () => requireItself(endpoint)).finally(() => {
        asking = undefined;
      });
      return asking;
    },
  );
  return { endpoint, tokens, remote };
}

/** Makes a request; a token that was revoked or has ended meanwhile is renewed once. */
export async function authorized<T>({ remote, tokens }: Link, call: (client: Client) => Promise<T>): Promise<T> {
  try {
    return await call(remote.client);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "unauthenticated" || !tokens.canRenew) throw error;
    await tokens.renew();
    return call(remote.client);
  }
}

/**
 * Makes sure that a shared server is the one this host names, before it is given what others must not have.
 * @throws AppError `unavailable`
 */
export async function requireItself({ door }: Endpoint): Promise<void> {
  if (door.kind !== "host") return;
  const { requireSharedServer } = await import("./shared-host.ts");
  await requireSharedServer(door.shared);
}

function signInBy(door: Door, url: string): (() => Promise<Grant>) | undefined {
  if (door.kind === "token") return undefined;
  if (door.kind === "local") {
    return async () => {
      const { signInLocally } = await import("./remote.ts");
      return grantOf(await signInLocally({ url, secret: door.secret, client: "VS Code" }));
    };
  }
  return async () => {
    const { signInFromHost } = await import("./shared-host.ts");
    return grantOf(await signInFromHost(door.shared));
  };
}

/** As a server's grant, with its end as epoch milliseconds. */
export function grantOf({ token, expiresAt }: Pick<LocalGrant, "token" | "expiresAt">): Grant {
  return { token, expiresAt: Date.parse(expiresAt) };
}
