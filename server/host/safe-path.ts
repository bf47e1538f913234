import { constants } from "node:fs";
import { open, readlink, realpath, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../shared/errors.ts";

const openDirectory = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** A folder held open, so that it cannot be swapped for another while its entries are worked on. */
export class HeldFolder implements AsyncDisposable {
  readonly #handle: FileHandle;
  /** The real path, as the kernel tells it of the open folder. */
  readonly path: string;

  private constructor(handle: FileHandle, realPath: string) {
    this.#handle = handle;
    this.path = realPath;
  }

  /**
   * Opens the folder at `realPath`, which must be its real path: what was opened is compared with it after opening
   * (O_NOFOLLOW alone does not stop a linked parent).
   * @throws AppError `unsafe_path`; ENOENT as it is.
   */
  static async open(realPath: string): Promise<HeldFolder> {
    const handle = await openNoFollow(realPath, openDirectory);
    const opened = await readlink(`/proc/self/fd/${handle.fd}`);
    if (opened === realPath) return new HeldFolder(handle, realPath);
    await handle.close();
    throw unsafe(realPath, `it leads through a symbolic link to ${opened}`);
  }

  /** A path to an entry that goes through the open folder, whatever has become of its name. */
  entry(name: string): string {
    return `/proc/self/fd/${this.#handle.fd}/${name}`;
  }

  /** Makes renames and removals in the folder durable. */
  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** The path below `root`, in parts; empty for the root itself. @throws AppError `unsafe_path` outside it. */
export function partsBelow(root: string, target: string): string[] {
  if (!path.isAbsolute(root) || !path.isAbsolute(target)) throw unsafe(target, "only absolute paths are taken");
  if (target.includes("\0")) throw unsafe(target.replaceAll("\0", "?"), "it holds a NUL character");
  const below = path.relative(root, target);
  if (below === "") return [];
  const parts = below.split(path.sep);
  if (parts[0] === "..") throw unsafe(target, `it is outside ${root}`);
  return parts;
}

/** Whether `target` is `root` or lies below it, by name only; links are not looked at. */
export function isWithin(root: string, target: string): boolean {
  return path.relative(root, target).split(path.sep)[0] !== "..";
}

/**
 * Holds the folder that `target` lies in, with no symbolic link between it and the root.
 * @throws AppError `unsafe_path`, `workspace_missing` where the root is gone; ENOENT where a folder between is.
 */
export async function holdParent(root: string, target: string): Promise<{ folder: HeldFolder; name: string }> {
  const parts = partsBelow(root, target);
  const name = parts.pop();
  if (name === undefined) throw unsafe(target, "it is the root itself");
  return { folder: await HeldFolder.open(path.join(await realRoot(root), ...parts)), name };
}

/** The root with its own links resolved: the links above it are the person's own affair. */
export async function realRoot(root: string): Promise<string> {
  try {
    return await realpath(root);
  } catch (error) {
    if (errno(error) !== "ENOENT") throw error;
    throw new AppError("workspace_missing", `The folder ${root} does not exist.`, { cause: error });
  }
}

/** Opens without following a link at the name, and without waiting for a pipe's other end. */
export async function openNoFollow(target: string, flags: number, mode?: number): Promise<FileHandle> {
  try {
    return await open(target, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, mode);
  } catch (error) {
    if (errno(error) === "ELOOP") throw unsafe(target, "it is a symbolic link", error);
    if (errno(error) === "ENOTDIR") throw unsafe(target, "it leads through a symbolic link or a file", error);
    throw error;
  }
}

export function unsafe(target: string, why: string, cause?: unknown): AppError {
  const message = `${target} was refused: ${why}. Remove or rename what stands there, then try again.`;
  return new AppError("unsafe_path", message, { cause, data: { path: target } });
}

export function errno(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code;
}
