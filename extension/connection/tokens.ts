import type { SecretStorage } from "vscode";

/** A token and until when it is good, as epoch milliseconds. */
export interface Grant {
  token: string;
  expiresAt: number;
}

const renewAheadMs = 60_000;

/**
 * The token of one server, renewed shortly before it ends. One that the person brought is kept in SecretStorage. One that
 * can be had without asking is kept in memory alone: it is got anew for each connection, by a sign-in in which the server
 * proves itself, so that a program which took over its address is never sent a token.
 */
export class TokenKeeper {
  readonly #secrets: SecretStorage;
  readonly #key: string;
  readonly #signIn: (() => Promise<Grant>) | undefined;
  #grant: Grant | undefined;
  #renewing: Promise<string> | undefined;

  /**
   * @param server names the server in SecretStorage
   * @param signIn gives a new token without asking the person; undefined where only they can bring one
   */
  constructor(secrets: SecretStorage, server: string, signIn: (() => Promise<Grant>) | undefined) {
    this.#secrets = secrets;
    this.#key = tokenKey(server);
    this.#signIn = signIn;
  }

  /** Whether a new token can be had without asking. */
  get canRenew(): boolean {
    return this.#signIn !== undefined;
  }

  /** A token that is still good for a minute; undefined where the person must sign in. */
  async token(): Promise<string | undefined> {
    if (this.#signIn === undefined) this.#grant ??= parseGrant(await this.#secrets.get(this.#key));
    if (this.#grant !== undefined && this.#grant.expiresAt - Date.now() > renewAheadMs) return this.#grant.token;
    return this.#signIn === undefined ? this.#grant?.token : this.renew();
  }

  /** Signs in anew; callers at the same moment share one attempt. */
  renew(): Promise<string> {
    this.#renewing ??= this.#renewNow().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renewNow(): Promise<string> {
    if (this.#signIn === undefined) throw new Error("this server's token comes from the person");
    this.#grant = await this.#signIn();
    return this.#grant.token;
  }
}

/** Keeps a token that the person brought for a server. */
export async function keepToken(secrets: SecretStorage, server: string, token: string): Promise<void> {
  // When it ends is not known here; the server's 401 says so.
  await storeGrant(secrets, tokenKey(server), { token, expiresAt: Number.MAX_SAFE_INTEGER });
}

async function storeGrant(secrets: SecretStorage, key: string, grant: Grant): Promise<void> {
  await secrets.store(key, JSON.stringify(grant));
}

function tokenKey(server: string): string {
  return `token:${server}`;
}

function parseGrant(text: string | undefined): Grant | undefined {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // What is kept is not ours, or was cut: as if there were none.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof value !== "object" || value === null || !("token" in value) || !("expiresAt" in value)) return undefined;
  return typeof value.token === "string" && typeof value.expiresAt === "number"
    ? { token: value.token, expiresAt: value.expiresAt }
    : undefined;
}
