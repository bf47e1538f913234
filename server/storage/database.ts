import { closeSync, constants, fchmodSync, openSync } from "node:fs";
import { basename } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { AppError } from "../../shared/errors.ts";
import { storageError } from "./fault.ts";

export type SqlValue = SQLInputValue;
/** Values for `:name` placeholders, without the colon. */
export type SqlParameters = Record<string, SqlValue>;

/**
 * `LIMIT` of the parameter `:limit`. SQLite plans with a limit that stands there by itself, and so compiles the statement
 * anew each time it is run; a sum it only computes.
 */
export const atMost = ":limit + 0";

/** How long, in milliseconds, a call waits for another process that holds the database. */
const busyTimeout = 5_000;

/** Pages of 4 KiB at which the log is moved into the database: few enough to start quickly, rare during a sync. */
const checkpointPages = 4_000;

/**
 * The server's SQLite database: write-ahead log, every commit synced. Calls are synchronous; a commit that returned
 * survives a power cut. All calls throw AppError storage_full | storage_corrupt | storage_failed.
 */
export class Database {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Statement<unknown>>();
  #inTransaction = false;

  /** Opens or makes the file, mode 0600. Use `openDatabase` to get the schema as well. */
  constructor(path: string) {
    this.path = path;
    this.#database = guard(`open ${basename(path)}`, () => {
      makePrivate(path);
      const database = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: busyTimeout });
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;");
      database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
      return database;
    });
  }

  /**
   * The statement for this text, prepared once. Keep texts constant: values go into placeholders.
   * `Row` is what the text is known to give.
   */
  prepare<Row = unknown>(sql: string): Statement<Row> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known as Statement<Row>;
    const statement = new Statement<Row>(guard("prepare a query", () => this.#database.prepare(sql)));
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Runs statements without values, as a schema. */
  exec(sql: string): void {
    guard("change the database", () => this.#database.exec(sql));
  }

  /**
   * Runs `work` in one transaction: all of it is durable when this returns, none of it when it throws. A call within
   * `work` joins the transaction that runs. `work` must not be asynchronous.
   */
  transaction<T>(work: () => T): T {
    return this.#together("BEGIN IMMEDIATE", work);
  }

  /**
   * A transaction that survives the end of this process, but a power cut only with the next one that is durable: it is
   * then as if this one, and all since, had not been. For what is read again from where it came, and is fetched quickly.
   */
  repeatableTransaction<T>(work: () => T): T {
    if (this.#inTransaction) return work();
    this.exec("PRAGMA synchronous = NORMAL");
    try {
      return this.transaction(work);
    } finally {
      this.exec("PRAGMA synchronous = FULL");
    }
  }

  /**
   * Runs reads that belong together: all of them see the same state, and the file is locked once instead of for each.
   * `work` must neither write nor be asynchronous.
   */
  reading<T>(work: () => T): T {
    return this.#together("BEGIN", work);
  }

  /**
   * Names what is stored: it is another name after any change, whoever made it. Undefined within a transaction, whose
   * changes may yet be taken back.
   */
  get state(): string | undefined {
    if (this.#inTransaction) return undefined;
    const ours = this.prepare<{ changes: number }>("SELECT total_changes() AS changes").get();
    const others = this.prepare<{ data_version: number }>("PRAGMA data_version").get();
    return `${ours?.changes}.${others?.data_version}`;
  }

  #together<T>(begin: string, work: () => T): T {
    if (this.#inTransaction) return work();
    this.prepare(begin).run();
    this.#inTransaction = true;
    try {
      const result = work();
      this.prepare("COMMIT").run();
      return result;
    } catch (error) {
      // A full disk makes SQLite roll back by itself.
      if (this.#database.isTransaction) this.prepare("ROLLBACK").run();
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  close(): void {
    guard("close the database", () => this.#database.close());
  }
}

/** A prepared statement. */
export class Statement<Row> {
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    this.#statement = statement;
  }

  get(parameters: SqlParameters = {}): Row | undefined {
    return guard("read the database", () => this.#statement.get(parameters)) as Row | undefined;
  }

  all(parameters: SqlParameters = {}): Row[] {
    return guard("read the database", () => this.#statement.all(parameters)) as Row[];
  }

  /** Answers how many rows were changed. */
  run(parameters: SqlParameters = {}): number {
    return Number(guard("write to the database", () => this.#statement.run(parameters)).changes);
  }
}

function guard<T>(what: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw storageError(error, what);
  }
}

/** Makes the file before SQLite does, so that it never has another mode; its companions get the same one. */
export function makePrivate(path: string): void {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  let descriptor: number;
  try {
    descriptor = openSync(path, flags, 0o600);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ELOOP")) throw error;
    throw new AppError("unsafe_path", `${path} is a link that somebody planted; remove it and try again.`, {
      cause: error,
    });
  }
  try {
    fchmodSync(descriptor, 0o600);
  } finally {
    closeSync(descriptor);
  }
}
