import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { link, lstat, open, rename, unlink, type FileHandle } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { AppError } from "../../shared/errors.ts";
import { isMissing, storageError, systemCode } from "./fault.ts";

/** What a file is made of: one piece, or pieces that are produced while they are written. */
export type FileContent = string | Uint8Array | AsyncIterable<string | Uint8Array>;

export interface AtomicWriteOptions {
  /** Keeps what was there before as `<path>.previous`. */
  keepPrevious?: boolean;
}

/** The name under which the last good copy of `path` is kept. */
export function previousPath(path: string): string {
  return `${path}.previous`;
}

/** Writes all bytes, however many calls that takes (a nearly full disk writes a part before it refuses). */
export async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number | null): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) {
    const at = position === null ? null : position + offset;
    const { bytesWritten } = await handle.write(bytes, offset, bytes.length - offset, at);
    offset += bytesWritten;
  }
}

/** Makes the names in a directory durable: without it a renamed file may be gone after a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Replaces a file durably: when the promise resolves the new content survives a power cut; when it rejects the old
 * content is still there. At no moment is there no good file. The file has mode 0600.
 * @throws AppError storage_full | storage_failed | unsafe_path (something that is not a file has its name)
 */
export async function writeFileAtomic(
  path: string,
  content: FileContent,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const temporary = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  try {
    await refuseOtherThanFile(path);
    await writeNew(temporary, content);
    if (options.keepPrevious === true) await keepPrevious(path);
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await removeIfThere(temporary);
    throw storageError(error, `write ${basename(path)}`);
  }
}

/** Writes and syncs a file that must not exist yet; nothing is followed, nothing overwritten. Mode 0600. */
export async function writeNew(path: string, content: FileContent): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(path, flags, 0o600);
  try {
    if (typeof content === "string") await writeFully(handle, Buffer.from(content), null);
    else if (content instanceof Uint8Array) await writeFully(handle, content, null);
    else for await (const piece of content) await writeFully(handle, Buffer.from(piece), null);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Reads a whole file that must be a regular one; a planted link is refused, an absent file is undefined. */
export async function readRegularFile(path: string): Promise<Buffer | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (systemCode(error) === "ELOOP") throw notARegularFile(path);
    throw storageError(error, `read ${basename(path)}`);
  }
  try {
    if (!(await handle.stat()).isFile()) throw notARegularFile(path);
    return await handle.readFile();
  } catch (error) {
    throw storageError(error, `read ${basename(path)}`);
  } finally {
    await handle.close();
  }
}

/** Removes a file; one that is not there is fine. */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function notARegularFile(path: string): AppError {
  return new AppError(
    "unsafe_path",
    `${path} is not a regular file but a link or something else. Somebody planted it; remove it and try again.`,
  );
}

async function refuseOtherThanFile(path: string): Promise<void> {
  try {
    if (!(await lstat(path)).isFile()) throw notARegularFile(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** A second name for the present file, put in place by rename: `path` itself is never away. */
async function keepPrevious(path: string): Promise<void> {
  const second = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  try {
    await link(path, second);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  await rename(second, previousPath(path));
  // Where both were one file already (a crash between the two renames), rename leaves the second name behind.
  await removeIfThere(second);
}
