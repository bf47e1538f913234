import { AppError, errorMessage } from "../../shared/errors.ts";

/** SQLite result codes (https://www.sqlite.org/rescode.html); the low byte of an extended code is the primary one. */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;
/** The shared-memory file of the write-ahead log could not be extended: what a full disk looks like there. */
const SQLITE_IOERR_SHMSIZE = 4874;

/** ENOSPC: no space; EDQUOT: quota used up; EFBIG: the process's or the file system's limit for one file. */
const fullDiskCodes = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** The `code` of a system error (`ENOENT`), or undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Whether the error says that a file or directory is not there. */
export function isMissing(error: unknown): boolean {
  return systemCode(error) === "ENOENT";
}

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode : undefined;
}

/** Whether another process holds the SQLite lock that was wanted. */
export function isSqliteBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && (code & 0xff) === SQLITE_BUSY;
}

function isFull(error: unknown): boolean {
  if (fullDiskCodes.has(systemCode(error) ?? "")) return true;
  const code = sqliteCode(error);
  return code !== undefined && ((code & 0xff) === SQLITE_FULL || code === SQLITE_IOERR_SHMSIZE);
}

/**
 * Turns what a file or database call threw into the error people see. An `AppError` passes as it is.
 * `what` names the thing that was attempted, as "write projects.json".
 */
export function storageError(error: unknown, what: string): AppError {
  if (error instanceof AppError) return error;
  if (isFull(error)) {
    return new AppError(
      "storage_full",
      `Could not ${what}: the disk is full. Nothing was lost; free some space and try again.`,
      { cause: error },
    );
  }
  const code = sqliteCode(error);
  if (code !== undefined && ((code & 0xff) === SQLITE_CORRUPT || (code & 0xff) === SQLITE_NOTADB)) {
    return new AppError(
      "storage_corrupt",
      `Could not ${what}: the database file is damaged. Stop the server and restore a backup with "aiops restore".`,
      { cause: error },
    );
  }
  return new AppError("storage_failed", `Could not ${what}: ${errorMessage(error)}.`, { cause: error });
}
