import type { SecretStorage } from "vscode";

/** A token and until when it is good, as epoch milliseconds. */
export interface Grant {
  token: string;
  expiresAt: number;
}

const renewAheadMs = 60_000;

export interface TokenKeeperOptions {
  /** Gives a new token without asking the person; undefined where only they can bring one. */
  signIn: (() => Promise<Grant>) | undefined;
  /** Whether one that the person brought is looked for in SecretStorage. */
  isKept: boolean;
}

/**
 * The token of one server, renewed shortly before it ends. One that the person brought is kept in SecretStorage, and used
 * before any other until it ends. One that can be had without asking is kept in memory alone: it is got anew for each
 * connection, by a sign-in in which the server proves itself, so that a program which took over its address is never sent
 * a token.
 */
export class TokenKeeper {
  readonly #secrets: SecretStorage;
  readonly #key: string;
  readonly #options: TokenKeeperOptions;
  #grant: Grant | undefined;
  #renewing: Promise<string> | undefined;

  /** @param server names the server in SecretStorage */
  constructor(secrets: SecretStorage, server: string, options: TokenKeeperOptions) {
    this.#secrets = secrets;
    this.#key = tokenKey(server);
    this.#options = options;
  }

  /** Whether a new token can be had without asking. */
  get canRenew(): boolean {
    return this.#options.signIn !== undefined;
  }

  /** Whether the person brought one that has not ended. */
  async hasKept(): Promise<boolean> {
    const kept = await this.#kept();
    return kept !== undefined && isGood(kept);
  }

  /** A token that is still good for a minute; undefined where the person must sign in. */
  async token(): Promise<string | undefined> {
    this.#grant ??= await this.#kept();
    if (this.#grant !== undefined && isGood(this.#grant)) return this.#grant.token;
    return this.canRenew ? this.renew() : this.#grant?.token;
  }

  /** Signs in anew; callers at the same moment share one attempt. */
  renew(): Promise<string> {
    this.#renewing ??= this.#renewNow().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renewNow(): Promise<string> {
    const { signIn } = this.#options;
    if (signIn === undefined) throw new Error("this server's token comes from the person");
    const kept = await this.#kept();
    if (kept !== undefined && kept.token !== this.#grant?.token && isGood(kept)) {
      // Another window signed in meanwhile.
      this.#grant = kept;
      return kept.token;
    }
    if (kept !== undefined) await this.#secrets.delete(this.#key);
    this.#grant = await signIn();
    return this.#grant.token;
  }

  async #kept(): Promise<Grant | undefined> {
    return this.#options.isKept ? parseGrant(await this.#secrets.get(this.#key)) : undefined;
  }
}

function isGood({ expiresAt }: Grant): boolean {
  return expiresAt - Date.now() > renewAheadMs;
}

/** Keeps a token that the person brought for a server. */
export async function keepToken(secrets: SecretStorage, server: string, grant: Grant): Promise<void> {
  await secrets.store(tokenKey(server), JSON.stringify(grant));
}

/** Forgets what the person brought for a server. */
export async function forgetToken(secrets: SecretStorage, server: string): Promise<void> {
  await secrets.delete(tokenKey(server));
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
