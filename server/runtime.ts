import { chmod, lstat, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../shared/errors.ts";
import { runtimeFile, type RuntimeFile } from "../shared/rules/runtime-file.ts";
import { runtimeFileName } from "../shared/rules/runtime-paths.ts";
import { writeFileAtomic } from "./storage/atomic-file.ts";
import { storageError } from "./storage/fault.ts";
import { makeDirectories } from "./storage/make-directories.ts";

/**
 * Makes the runtime directory or checks that it is ours alone: 0700, on a shared host one that others may pass through
 * to what is meant for them (0711) but in which they can change nothing.
 * @throws AppError unsafe_path, storage_full, storage_failed
 */
export async function openRuntimeDirectory(path: string, mode: "personal" | "shared" = "personal"): Promise<void> {
  try {
    makeDirectories(path);
  } catch (error) {
    throw storageError(error, `make the runtime directory ${path} (choose another with AIOPS_RUNTIME_DIR)`);
  }
  const stats = await lstat(path);
  const own = stats.isDirectory() && stats.uid === process.getuid?.();
  if (mode === "shared") {
    if (!own || (stats.mode & 0o022) !== 0) {
      throw new AppError(
        "unsafe_path",
        `The runtime directory ${path} must be a directory of the service user in which nobody else can write: ` +
          `chown and chmod 711 it, or set AIOPS_RUNTIME_DIR.`,
      );
    }
    if ((stats.mode & 0o011) !== 0o011) await chmod(path, 0o711);
    return;
  }
  if (!own || (stats.mode & 0o077) !== 0) {
    throw new AppError(
      "unsafe_path",
      `The runtime directory ${path} must be a directory of yours that nobody else can enter: chmod 700 it, or set AIOPS_RUNTIME_DIR.`,
    );
  }
}

/** Lets clients of this person find the server. */
export async function announceServer(directory: string, file: RuntimeFile): Promise<void> {
  await writeFileAtomic(join(directory, runtimeFileName), `${JSON.stringify(file)}\n`);
}

/** Takes the announcement back, if it is still ours. */
export async function withdrawServer(directory: string, secret: string): Promise<void> {
  const present = await readAnnouncement(directory);
  if (present?.secret === secret) await rm(join(directory, runtimeFileName), { force: true });
}

/**
 * What a server announced, or undefined where none did.
 * @param owner the uid it must belong to: this person's own unless told
 * @throws AppError unsafe_path where the file is not this person's alone: its address must not be trusted
 */
export async function readAnnouncement(
  directory: string,
  owner: number | undefined = process.getuid?.(),
): Promise<RuntimeFile | undefined> {
  const path = join(directory, runtimeFileName);
  try {
    const stats = await lstat(path);
    if (!stats.isFile() || stats.uid !== owner || (stats.mode & 0o077) !== 0) {
      throw new AppError(
        "unsafe_path",
        `${path} must be a file of yours that nobody else can read. Remove it and start the server anew.`,
      );
    }
    return runtimeFile.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    if (error instanceof AppError) throw error;
    throw new AppError(
      "unavailable",
      `${path} is not readable as a server's announcement. Remove it and start the server anew.`,
      { cause: error },
    );
  }
}
