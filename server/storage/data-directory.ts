import { chmodSync, lstatSync, readdirSync, readFileSync, type Stats } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { isoTime, type Clock } from "../../shared/clock.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { removeIfThere, writeFileAtomic } from "./atomic-file.ts";
import { makePrivate } from "./database.ts";
import { isMissing, isSqliteBusy, storageError } from "./fault.ts";
import { makeDirectories } from "./make-directories.ts";

/** The layout of the directory as a whole; a newer one is refused. */
const layoutVersion = 1;

const lockName = "lock.sqlite";
const holderName = "server.json";
export const layoutName = "layout.json";

/** Files of the running server that mean nothing without it: not in a backup. */
export const runtimeFiles: ReadonlySet<string> = new Set([lockName, `${lockName}-journal`, holderName]);

const layoutFile = z.object({ layout: z.int(), createdAt: z.string() });
const holderFile = z.object({ pid: z.int(), address: z.string().nullable(), since: z.string() });

/** The server that has the data. */
export type Holder = z.infer<typeof holderFile>;

/**
 * A data directory that this process alone may write. The lock is the kernel's, held on a small SQLite file: it goes
 * with the process however that ends, and no other process can seem to hold it because it got the same number.
 */
export class DataDirectory {
  readonly path: string;
  readonly #lock: DatabaseSync;
  readonly #since: string;

  private constructor(path: string, lock: DatabaseSync, since: string) {
    this.path = path;
    this.#lock = lock;
    this.#since = since;
  }

  /**
   * Makes or checks the directory (0700, own) and takes its lock.
   * @throws AppError data_directory_in_use naming the holder; unsafe_path (someone else's, or a directory with other
   *   things in it); storage_too_new; storage_full; storage_failed
   */
  static async open(path: string, clock: Clock): Promise<DataDirectory> {
    prepareDirectory(path);
    const lock = takeLock(path);
    try {
      for (const name of readdirSync(path)) if (name.endsWith(".tmp")) await removeIfThere(join(path, name));
      await checkLayout(path, clock);
      const directory = new DataDirectory(path, lock, isoTime(clock));
      await directory.announce(null);
      return directory;
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  /** Says where the server listens, for whoever is refused the directory meanwhile. */
  async announce(address: string | null): Promise<void> {
    const holder: Holder = { pid: process.pid, address, since: this.#since };
    await writeFileAtomic(this.file(holderName), `${JSON.stringify(holder)}\n`);
  }

  /** A path below the directory. */
  file(...names: string[]): string {
    return join(this.path, ...names);
  }

  /** A directory below, made with mode 0700 where it is missing. */
  directory(...names: string[]): string {
    const path = this.file(...names);
    try {
      makeDirectories(path);
    } catch (error) {
      throw storageError(error, `make the directory ${path}`);
    }
    return path;
  }

  /** Lets go of the lock. */
  close(): void {
    this.#lock.close();
  }
}

/** Who has the directory, or undefined where nobody holds its lock. Changes nothing. */
export function currentHolder(path: string): Holder | undefined {
  if (statIfThere(join(path, lockName)) === undefined) return undefined;
  try {
    takeLock(path).close();
    return undefined;
  } catch (error) {
    if (error instanceof AppError && error.code === "data_directory_in_use") return readHolder(path);
    throw error;
  }
}

function statIfThere(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function prepareDirectory(path: string): void {
  try {
    makeDirectories(path);
  } catch (error) {
    throw storageError(error, `make the data directory ${path} (choose another with --data-dir)`);
  }
  const stats = statIfThere(path);
  if (stats?.isDirectory() !== true) {
    throw new AppError(
      "unsafe_path",
      `The data directory ${path} is not a directory. Choose another one (--data-dir).`,
    );
  }
  if (stats.uid !== process.getuid?.()) {
    throw new AppError(
      "unsafe_path",
      `The data directory ${path} belongs to another user (uid ${stats.uid}). Choose another one (--data-dir).`,
    );
  }
  const names = readdirSync(path);
  if (names.length > 0 && !names.includes(layoutName) && !names.includes(lockName)) {
    throw new AppError(
      "unsafe_path",
      `The directory ${path} has other things in it (${names.slice(0, 3).join(", ")}). ` +
        "Give aiops a directory of its own (--data-dir).",
    );
  }
  if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o700);
}

function takeLock(path: string): DatabaseSync {
  let lock: DatabaseSync;
  try {
    makePrivate(join(path, lockName));
    lock = new DatabaseSync(join(path, lockName), { timeout: 0 });
  } catch (error) {
    throw storageError(error, `open ${lockName}`);
  }
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    if (isSqliteBusy(error)) throw inUse(path);
    throw storageError(error, `lock the data directory ${path}`);
  }
}

function inUse(path: string): AppError {
  const holder = readHolder(path);
  const who =
    holder === undefined
      ? "another process"
      : `the aiops server with process id ${holder.pid}` +
        `${holder.address === null ? "" : ` at ${holder.address}`}, since ${holder.since}`;
  return new AppError(
    "data_directory_in_use",
    `The data directory ${path} is in use by ${who}. Stop that server, or choose another directory (--data-dir).`,
    holder === undefined ? {} : { data: { holder } },
  );
}

/** The note is only for people; where it is absent or unreadable the lock still tells the truth. */
function readHolder(path: string): Holder | undefined {
  const read = readJson(join(path, holderName), holderFile);
  return read instanceof Error ? undefined : read;
}

function readJson<T>(path: string, schema: z.ZodType<T>): T | Error | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw storageError(error, `read ${basename(path)}`);
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    return new Error(errorMessage(error), { cause: error });
  }
}

async function checkLayout(path: string, clock: Clock): Promise<void> {
  const file = join(path, layoutName);
  const present = readJson(file, layoutFile);
  if (present instanceof Error) {
    throw new AppError("storage_corrupt", `${file} is damaged. Restore a backup with "aiops restore".`, {
      cause: present,
    });
  }
  if (present === undefined) {
    await writeFileAtomic(file, `${JSON.stringify({ layout: layoutVersion, createdAt: isoTime(clock) })}\n`);
    return;
  }
  if (present.layout > layoutVersion) {
    throw new AppError(
      "storage_too_new",
      `The data directory ${path} was made by a newer aiops (layout ${present.layout}). Upgrade aiops, or restore a backup.`,
    );
  }
}
