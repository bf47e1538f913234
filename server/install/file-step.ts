import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { chmod, chown, lstat, mkdir, open, readFile, rename, rm, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "../../shared/errors.ts";
import { syncDirectory } from "../storage/atomic-file.ts";
import { isMissing } from "../storage/fault.ts";
import type { Step } from "./step.ts";

export interface Owner {
  uid: number;
  gid: number;
}

/** Who something belongs to; null while the account is not there yet. */
export type OwnerOf = () => Promise<Owner | null>;

export const root: OwnerOf = () => Promise.resolve({ uid: 0, gid: 0 });

export interface FileStepOptions {
  what: string;
  path: string;
  content: string | (() => Promise<Buffer>);
  mode: number;
  owner?: OwnerOf;
  /** What is there already stays as it is, whatever is in it. */
  keepPresent?: boolean;
  /** Looks at the file under another name before it is put in place. @throws to refuse it */
  check?: (path: string) => Promise<void>;
  /** Called after the file is in place, and after it was put back as it was. */
  onChange?: () => Promise<void>;
}

/** Writes one file: at once, synced, with owner and mode; undone by putting back what was there. */
export function fileStep(options: FileStepOptions): Step {
  const { path, mode, owner = root, keepPresent = false } = options;
  const content = async () => {
    return typeof options.content === "string" ? Buffer.from(options.content) : options.content();
  };
  return {
    what: options.what,
    isDone: async () => {
      const present = await statIfThere(path);
      if (present === undefined) return false;
      const wanted = await owner();
      if (!present.isFile() || !isOwnedBy(present, wanted) || (present.mode & 0o7777) !== mode) return false;
      return keepPresent || (await readFile(path)).equals(await content());
    },
    apply: async () => {
      const before = await readIfThere(path);
      const wanted = await present(owner, path);
      const write = async (bytes: Buffer, as: Owner, withMode: number) => {
        await replaceFile(path, bytes, as, withMode, options.check);
        await options.onChange?.();
      };
      await write(before !== undefined && keepPresent ? before.bytes : await content(), wanted, mode);
      return async () => {
        if (before !== undefined) {
          await write(before.bytes, before.stats, before.stats.mode & 0o7777);
          return;
        }
        await rm(path, { force: true });
        await options.onChange?.();
      };
    },
  };
}

export interface DirectoryStepOptions {
  path: string;
  mode: number;
  owner?: OwnerOf;
}

/** Makes one directory, or corrects its owner and mode; undone by removing it where it was made and is empty. */
export function directoryStep({ path, mode, owner = root }: DirectoryStepOptions): Step {
  return {
    what: `make the directory ${path} (mode ${mode.toString(8).padStart(4, "0")})`,
    isDone: async () => {
      const stats = await statIfThere(path);
      return stats?.isDirectory() === true && isOwnedBy(stats, await owner()) && (stats.mode & 0o7777) === mode;
    },
    apply: async () => {
      const before = await statIfThere(path);
      if (before !== undefined && !before.isDirectory()) {
        throw new AppError("unsafe_path", `${path} is there and is no directory. Move it away.`);
      }
      const { uid, gid } = await present(owner, path);
      if (before === undefined) await mkdir(path, { mode: 0o700 });
      await chown(path, uid, gid);
      await chmod(path, mode);
      await syncDirectory(dirname(path));
      return async () => {
        if (before === undefined) await rmdir(path);
        else {
          await chown(path, before.uid, before.gid);
          await chmod(path, before.mode & 0o7777);
        }
      };
    },
  };
}

/** @throws AppError not_found: steps stand in an order in which the account is made before */
async function present(owner: OwnerOf, path: string): Promise<Owner> {
  const found = await owner();
  if (found === null) throw new AppError("not_found", `The account that ${path} should belong to does not exist.`);
  return found;
}

function isOwnedBy(stats: Stats, owner: Owner | null): boolean {
  return owner !== null && stats.uid === owner.uid && stats.gid === owner.gid;
}

export async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function readIfThere(path: string): Promise<{ bytes: Buffer; stats: Stats } | undefined> {
  const stats = await statIfThere(path);
  if (stats === undefined) return undefined;
  if (!stats.isFile()) throw new AppError("unsafe_path", `${path} is there and is no file. Move it away.`);
  return { bytes: await readFile(path), stats };
}

async function replaceFile(
  path: string,
  bytes: Buffer,
  { uid, gid }: Owner,
  mode: number,
  check: FileStepOptions["check"],
): Promise<void> {
  // The ending stays last, for systemd-analyze knows a unit by it; the dot in front keeps others from reading it.
  const temporary = `${dirname(path)}/.${randomBytes(6).toString("hex")}.${path.slice(dirname(path).length + 1)}`;
  try {
    const handle = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.chown(uid, gid);
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await check?.(temporary);
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
