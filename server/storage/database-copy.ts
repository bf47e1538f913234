import { closeSync, constants, fsyncSync, openSync } from "node:fs";
import type { Database } from "./database.ts";
import { storageError } from "./fault.ts";

/**
 * Copies a database as it is at this moment into a new file of mode 0600, durably; writers of other processes are not
 * held up. @throws AppError storage_full | storage_failed, also where the file exists
 */
export function copyDatabase(database: Database, path: string): void {
  try {
    // VACUUM INTO accepts an existing file when it is empty; this way it never has another mode.
    closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
    database.prepare("VACUUM INTO :path").run({ path });
    const descriptor = openSync(path, constants.O_RDONLY);
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw storageError(error, "copy the database");
  }
}
