import { createHash } from "node:crypto";
import type { Database } from "../storage/database.ts";

/** How one person signs in besides host identity. */
export interface Credentials {
  /** In PHC string format; null where none was set. */
  password: string | null;
  /** The sealed TOTP secret; null where none was enrolled. */
  totp: string | null;
  /** A sealed secret that was handed out, and counts once a code of it was given. */
  totpPending: string | null;
  /** The time step of the last code that was taken. */
  totpStep: number;
  /** Wrong codes since the last right one, or the last right password. */
  totpFailures: number;
}

interface Row {
  password: string | null;
  totp: string | null;
  totp_pending: string | null;
  totp_step: number;
  totp_failures: number;
}

const none: Credentials = { password: null, totp: null, totpPending: null, totpStep: 0, totpFailures: 0 };

/** People's passwords, TOTP secrets and one-time codes, in SQLite. Nothing of it leaves the server. */
export class CredentialRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(userId: string): Credentials {
    const row = this.#database.prepare<Row>("SELECT * FROM credentials WHERE user_id = :userId").get({ userId });
    if (row === undefined) return none;
    return {
      password: row.password,
      totp: row.totp,
      totpPending: row.totp_pending,
      totpStep: row.totp_step,
      totpFailures: row.totp_failures,
    };
  }

  /** Whoever has anything stored. */
  userIds(): string[] {
    return this.#database
      .prepare<{ user_id: string }>("SELECT user_id FROM credentials ORDER BY user_id")
      .all({})
      .map(({ user_id }) => user_id);
  }

  /** Changes what is given and leaves the rest. */
  set(userId: string, change: Partial<Credentials>): void {
    const { password, totp, totpPending, totpStep, totpFailures } = { ...this.get(userId), ...change };
    this.#database
      .prepare(
        `INSERT OR REPLACE INTO credentials (user_id, password, totp, totp_pending, totp_step, totp_failures)
         VALUES (:userId, :password, :totp, :totpPending, :totpStep, :totpFailures)`,
      )
      .run({ userId, password, totp, totpPending, totpStep, totpFailures });
  }

  /** Keeps a one-time code by its digest, and forgets those the person had. @param expiresAt milliseconds since the epoch */
  addCode(code: string, userId: string, expiresAt: number): void {
    this.#database.transaction(() => {
      this.#database.prepare("DELETE FROM sign_in_codes WHERE user_id = :userId").run({ userId });
      this.#database
        .prepare("INSERT INTO sign_in_codes (digest, user_id, expires_at) VALUES (:digest, :userId, :expiresAt)")
        .run({ digest: digestOf(code), userId, expiresAt: new Date(expiresAt).toISOString() });
    });
  }

  /** Whose code it is; it is gone then. Undefined for one that is unknown, used or expired. */
  takeCode(code: string, now: number): string | undefined {
    const row = this.#database
      .prepare<{ user_id: string; expires_at: string }>(
        "DELETE FROM sign_in_codes WHERE digest = :digest RETURNING user_id, expires_at",
      )
      .get({ digest: digestOf(code) });
    return row !== undefined && Date.parse(row.expires_at) > now ? row.user_id : undefined;
  }

  /** Forgets what belongs to people who are gone, and codes that nobody used. */
  tidy(exists: (userId: string) => boolean, now: number): void {
    const rows = this.#database.prepare<{ user_id: string }>("SELECT user_id FROM credentials").all();
    for (const { user_id: userId } of rows) {
      if (!exists(userId)) this.#database.prepare("DELETE FROM credentials WHERE user_id = :userId").run({ userId });
    }
    const at = new Date(now).toISOString();
    this.#database.prepare("DELETE FROM sign_in_codes WHERE expires_at <= :at").run({ at });
  }
}

/** What is kept of a code or token: nobody can guess 128 random bits back from it. */
export function digestOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
