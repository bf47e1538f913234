import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod";
import { AppError } from "../../shared/errors.ts";
import { writeFileAtomic } from "../storage/atomic-file.ts";
import { isMissing, storageError, systemCode } from "../storage/fault.ts";
import { makeDirectories } from "../storage/make-directories.ts";
import { keyText } from "./keys.ts";

const keyFileSchema = z.object({
  /** The id of the key new values are sealed with. */
  active: z.string(),
  keys: z.array(z.object({ id: z.string(), key: keyText, createdAt: z.string() })).min(1),
  /** A new key was made, and values may still be sealed with the ones before it. */
  rotating: z.boolean().optional(),
});

export type KeyFile = z.infer<typeof keyFileSchema>;

/** Replaces the key file durably (0600). @throws AppError storage_full, storage_failed, unsafe_path */
export async function writeKeyFile(path: string, file: KeyFile): Promise<void> {
  try {
    makeDirectories(dirname(path));
  } catch (error) {
    throw storageError(error, `make the directory of the key file ${path}`);
  }
  await writeFileAtomic(path, `${JSON.stringify(file, undefined, 2)}\n`);
}

/** Undefined where there is none. @throws AppError unsafe_path, storage_corrupt, storage_failed */
export async function readKeyFile(path: string): Promise<KeyFile | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (systemCode(error) === "ELOOP")
      throw new AppError("unsafe_path", `The key file ${path} is a link; it must be a file.`);
    throw storageError(error, `read the key file ${path}`);
  }
  try {
    const stats = await handle.stat();
    if ((stats.mode & 0o077) !== 0) {
      throw new AppError(
        "unsafe_path",
        `Others may read the key file ${path}. Run: chmod 600 '${path}' (and replace the key if somebody did read it).`,
      );
    }
    if (stats.uid !== process.getuid?.()) {
      throw new AppError("unsafe_path", `The key file ${path} belongs to another user (uid ${stats.uid}).`);
    }
    return keyFileSchema.parse(JSON.parse(await handle.readFile("utf8")));
  } catch (error) {
    if (error instanceof AppError) throw error;
    // The parser's message could quote a key, so it is not passed on.
    throw new AppError("storage_corrupt", `The key file ${path} is damaged. Put back your copy of it.`);
  } finally {
    await handle.close();
  }
}
