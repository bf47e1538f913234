import type { IssueProvider, ProviderConnection } from "./provider.ts";

interface Pooled {
  connection: ProviderConnection;
  provider: Promise<IssueProvider>;
}

/**
 * One provider for each connection, made at its first use and kept until what it was made of changes: so everything
 * that goes over a connection (syncs, people's changes, pictures) shares its limits on requests.
 */
export class ProviderPool {
  readonly #create: (connection: ProviderConnection) => Promise<IssueProvider>;
  readonly #pooled = new Map<string, Pooled>();

  constructor(create: (connection: ProviderConnection) => Promise<IssueProvider>) {
    this.#create = create;
  }

  /** @throws AppError what making the provider throws; the next call tries again */
  async get(connection: ProviderConnection): Promise<IssueProvider> {
    const known = this.#pooled.get(connection.id);
    if (known && isSame(known.connection, connection)) return known.provider;
    const pooled = { connection, provider: this.#create(connection) };
    this.#pooled.set(connection.id, pooled);
    try {
      return await pooled.provider;
    } catch (error) {
      if (this.#pooled.get(connection.id) === pooled) this.#pooled.delete(connection.id);
      throw error;
    }
  }

  /** Lets go of a connection's provider and of the token it holds. */
  forget(connectionId: string): void {
    this.#pooled.delete(connectionId);
  }
}

function isSame(one: ProviderConnection, other: ProviderConnection): boolean {
  const { provider, baseUrl, email, token } = one;
  return provider === other.provider && baseUrl === other.baseUrl && email === other.email && token === other.token;
}
