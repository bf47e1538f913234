import type { Database } from "../storage/database.ts";

/** One sign-in. Times are milliseconds since the epoch. */
export interface AuthSessionRow {
  /** The `jti` of its token. */
  id: string;
  userId: string;
  /** What signed in, as "VS Code". */
  client: string;
  createdAt: number;
  lastUsedAt: number;
  expiresAt: number;
  revokedAt: number | null;
  /** How the person proved who they are: RFC 8176 values, or our own `local` and `host`. */
  amr: readonly string[];
  /** When the person last proved it by password or one-time code. */
  steppedUpAt: number | null;
}

interface Row {
  id: string;
  user_id: string;
  client: string;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  revoked_at: string | null;
  amr: string;
  stepped_up_at: string | null;
}

/** How much later than stored a use must be to be stored again, in milliseconds: a request must not cost a write. */
const touchInterval = 60_000;

/** The sign-ins in SQLite, where a revocation is durable before it is answered. */
export class AuthSessionRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  insert(session: AuthSessionRow): void {
    this.#database
      .prepare<Row>(
        `INSERT INTO auth_sessions (id, user_id, client, created_at, last_used_at, expires_at, revoked_at, amr, stepped_up_at)
         VALUES (:id, :userId, :client, :createdAt, :lastUsedAt, :expiresAt, NULL, :amr, :steppedUpAt)`,
      )
      .run({
        id: session.id,
        userId: session.userId,
        client: session.client,
        createdAt: iso(session.createdAt),
        lastUsedAt: iso(session.lastUsedAt),
        expiresAt: iso(session.expiresAt),
        amr: JSON.stringify(session.amr),
        steppedUpAt: session.steppedUpAt === null ? null : iso(session.steppedUpAt),
      });
  }

  get(id: string): AuthSessionRow | undefined {
    const row = this.#database.prepare<Row>("SELECT * FROM auth_sessions WHERE id = :id").get({ id });
    return row === undefined ? undefined : fromRow(row);
  }

  /** A person's sign-ins that are neither ended nor expired, newest first. */
  listOf(userId: string, now: number): AuthSessionRow[] {
    return this.#database
      .prepare<Row>(
        `SELECT * FROM auth_sessions WHERE user_id = :userId AND revoked_at IS NULL AND expires_at > :now
         ORDER BY created_at DESC LIMIT 500`,
      )
      .all({ userId, now: iso(now) })
      .map(fromRow);
  }

  /** Remembers that a sign-in is in use, to the minute. */
  touch(session: AuthSessionRow, now: number): void {
    if (now - session.lastUsedAt < touchInterval) return;
    this.#database
      .prepare("UPDATE auth_sessions SET last_used_at = :now WHERE id = :id")
      .run({ id: session.id, now: iso(now) });
  }

  /** Remembers that the person proved again who they are. */
  stepUp(id: string, amr: readonly string[], now: number): void {
    this.#database
      .prepare("UPDATE auth_sessions SET stepped_up_at = :now, amr = :amr WHERE id = :id")
      .run({ id, amr: JSON.stringify(amr), now: iso(now) });
  }

  revoke(id: string, now: number): void {
    this.#database
      .prepare("UPDATE auth_sessions SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL")
      .run({ id, now: iso(now) });
  }

  /** Forgets what expired: a token of it is refused by its own date. */
  removeExpired(now: number): void {
    this.#database.prepare("DELETE FROM auth_sessions WHERE expires_at <= :now").run({ now: iso(now) });
  }
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function fromRow(row: Row): AuthSessionRow {
  return {
    id: row.id,
    userId: row.user_id,
    client: row.client,
    createdAt: Date.parse(row.created_at),
    lastUsedAt: Date.parse(row.last_used_at),
    expiresAt: Date.parse(row.expires_at),
    revokedAt: row.revoked_at === null ? null : Date.parse(row.revoked_at),
    amr: JSON.parse(row.amr) as string[],
    steppedUpAt: row.stepped_up_at === null ? null : Date.parse(row.stepped_up_at),
  };
}
