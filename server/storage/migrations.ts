import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { isoTime, type Clock } from "../../shared/clock.ts";
import { AppError } from "../../shared/errors.ts";
import { Database } from "./database.ts";
import { copyDatabase } from "./database-copy.ts";

/** One step of the schema. Once released, a step never changes; what comes later gets the next number. */
export interface Migration {
  /** 1, 2, 3, … without gaps. */
  version: number;
  name: string;
  up: string;
}

export interface OpenDatabaseOptions {
  migrations: readonly Migration[];
  clock: Clock;
  /** Where the copy made before a migration goes; made when needed, mode 0700. */
  backupDirectory: string;
}

/**
 * Opens the database and brings its schema up to date: each migration runs once, all of them in one transaction, after
 * a copy of the data was put into the backup directory.
 * @throws AppError storage_too_new when a newer aiops wrote it; storage_corrupt, storage_full, storage_failed
 */
export function openDatabase(path: string, options: OpenDatabaseOptions): Database {
  const database = new Database(path);
  try {
    migrate(database, options);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/** The schema's version: the number of the last migration, 0 for an empty database. */
export function schemaVersion(database: Database): number {
  return database.prepare<{ user_version: number }>("PRAGMA user_version").get()?.user_version ?? 0;
}

function migrate(database: Database, { migrations, clock, backupDirectory }: OpenDatabaseOptions): void {
  const present = schemaVersion(database);
  const newest = migrations.at(-1)?.version ?? 0;
  if (present > newest) {
    throw new AppError(
      "storage_too_new",
      `The database ${database.path} has version ${present}; this aiops knows versions up to ${newest}. ` +
        "Upgrade aiops, or restore a backup made by this version.",
    );
  }
  if (present === newest) return;
  if (present > 0) {
    mkdirSync(backupDirectory, { recursive: true, mode: 0o700 });
    const name = `before-version-${newest}-${isoTime(clock).replaceAll(":", "-")}.sqlite`;
    copyDatabase(database, join(backupDirectory, name));
  }
  database.transaction(() => {
    database.exec("CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name TEXT, applied_at TEXT)");
    const record = database.prepare("INSERT INTO migrations VALUES (:version, :name, :at)");
    for (const { version, name, up } of migrations.filter((migration) => migration.version > present)) {
      database.exec(up);
      record.run({ version, name, at: isoTime(clock) });
    }
    database.exec(`PRAGMA user_version = ${newest}`);
  });
}
