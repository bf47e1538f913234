import type { TokenScope } from "../../shared/rules/token-scopes.ts";
import type { Database } from "../storage/database.ts";

/** A personal access token as it is kept: never the token itself. Times are milliseconds since the epoch. */
export interface AccessTokenRow {
  /** The `jti` of the token. */
  id: string;
  userId: string;
  name: string;
  scopes: readonly TokenScope[];
  /** SHA-256 of the token. */
  digest: string;
  createdAt: number;
  lastUsedAt: number | null;
  expiresAt: number;
}

interface Row {
  id: string;
  user_id: string;
  name: string;
  scopes: string;
  digest: string;
  created_at: string;
  last_used_at: string | null;
  expires_at: string;
}

/** How much later than stored a use must be to be stored again, in milliseconds: a request must not cost a write. */
const touchInterval = 60_000;

/** People's personal access tokens, in SQLite. */
export class AccessTokenRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  insert(token: Omit<AccessTokenRow, "lastUsedAt">): void {
    this.#database
      .prepare(
        `INSERT INTO access_tokens (id, user_id, name, scopes, digest, created_at, last_used_at, expires_at)
         VALUES (:id, :userId, :name, :scopes, :digest, :createdAt, NULL, :expiresAt)`,
      )
      .run({
        id: token.id,
        userId: token.userId,
        name: token.name,
        scopes: JSON.stringify(token.scopes),
        digest: token.digest,
        createdAt: iso(token.createdAt),
        expiresAt: iso(token.expiresAt),
      });
  }

  get(id: string): AccessTokenRow | undefined {
    const row = this.#database.prepare<Row>("SELECT * FROM access_tokens WHERE id = :id").get({ id });
    return row === undefined ? undefined : fromRow(row);
  }

  /** A person's tokens that have not expired, newest first. */
  listOf(userId: string, now: number): AccessTokenRow[] {
    return this.#database
      .prepare<Row>(
        `SELECT * FROM access_tokens WHERE user_id = :userId AND expires_at > :now ORDER BY created_at DESC, id LIMIT 500`,
      )
      .all({ userId, now: iso(now) })
      .map(fromRow);
  }

  /** Remembers that a token is in use, to the minute. */
  touch({ id, lastUsedAt }: AccessTokenRow, now: number): void {
    if (lastUsedAt !== null && now - lastUsedAt < touchInterval) return;
    this.#database.prepare("UPDATE access_tokens SET last_used_at = :now WHERE id = :id").run({ id, now: iso(now) });
  }

  remove(id: string): void {
    this.#database.prepare("DELETE FROM access_tokens WHERE id = :id").run({ id });
  }

  removeExpired(now: number): void {
    this.#database.prepare("DELETE FROM access_tokens WHERE expires_at <= :now").run({ now: iso(now) });
  }
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function fromRow(row: Row): AccessTokenRow {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    scopes: JSON.parse(row.scopes) as TokenScope[],
    digest: row.digest,
    createdAt: Date.parse(row.created_at),
    lastUsedAt: row.last_used_at === null ? null : Date.parse(row.last_used_at),
    expiresAt: Date.parse(row.expires_at),
  };
}
