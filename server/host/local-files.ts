import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { lstat, mkdir, readdir, realpath, rename, rm, unlink, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../shared/errors.ts";
import type { FileStat, HostFiles, ReadOptions, Within, WriteOptions } from "./files.ts";
import { errno, HeldFolder, holdParent, openNoFollow, partsBelow, realRoot, unsafe } from "./safe-path.ts";

const defaultMaxBytes = 1024 * 1024;
const permissionBits = 0o7777;

/** The files of the user the process runs as. */
export function createLocalFiles(): HostFiles {
  return {
    stat: (target) => told(target, () => look(target)),
    exists: (target, kind) => told(target, () => exists(target, kind)),
    realPath: (target) => told(target, () => absentAsNull(() => realpath(target))),
    makeDirectory: (target, options) => told(target, () => makeDirectory(target, options)),
    list: (target, options) => told(target, () => list(target, options)),
    readFile: (target, options) => told(target, () => absentAsNull(() => readText(target, options))),
    writeFile: (target, text, options) => told(target, () => writeText(target, text, options)),
    removeFile: (target, options) => told(target, () => removeFile(target, options)),
    removeTree: (target, options) => told(target, () => removeTree(target, options)),
    rename: (from, to, options) => told(from, () => move(from, to, options)),
    changeMode: (target, mode, options) =>
      told(target, () => withOpen(target, options, (handle) => handle.chmod(mode))),
    changeOwner: (target, uid, gid, options) =>
      told(target, () => withOpen(target, options, (handle) => handle.chown(uid, gid))),
    changeGroup: (target, gid, options) =>
      told(target, () => withOpen(target, options, async (handle) => handle.chown((await handle.stat()).uid, gid))),
  };
}

async function look(target: string): Promise<FileStat | null> {
  try {
    return describe(await lstat(target));
  } catch (error) {
    // ENOTDIR: nothing stands below a file.
    if (errno(error) === "ENOENT" || errno(error) === "ENOTDIR") return null;
    throw error;
  }
}

async function exists(target: string, kind?: FileStat["kind"]): Promise<boolean> {
  const stat = await absentAsNull(() => lstat(target));
  return stat !== null && (kind === undefined || kindOf(stat) === kind);
}

async function makeDirectory(target: string, { root, mode = 0o700 }: WriteOptions): Promise<void> {
  let at = await realRoot(root);
  for (const part of partsBelow(root, target)) {
    await using folder = await HeldFolder.open(at);
    try {
      await mkdir(folder.entry(part), { mode });
    } catch (error) {
      if (errno(error) !== "EEXIST") throw error;
      const stat = await lstat(folder.entry(part));
      if (!stat.isDirectory()) throw unsafe(path.join(at, part), "a folder is needed there, and something else stands");
    }
    at = path.join(at, part);
  }
}

async function list(target: string, { root }: Within): Promise<{ name: string; kind: FileStat["kind"] }[]> {
  await using folder = await HeldFolder.open(path.join(await realRoot(root), ...partsBelow(root, target)));
  const entries = await readdir(folder.entry("."), { withFileTypes: true });
  return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readText(target: string, { root, maxBytes = defaultMaxBytes }: ReadOptions): Promise<string> {
  const { folder, name } = await holdParent(root, target);
  await using held = folder;
  await using handle = await openAt(held, name, constants.O_RDONLY);
  const stat = await handle.stat();
  if (!stat.isFile()) throw unsafe(target, "it is not a file");
  const buffer = Buffer.alloc(Math.min(stat.size, maxBytes) + 1);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
  if (stat.size > maxBytes || bytesRead > maxBytes) {
    throw new AppError("too_large", `${target} is larger than ${maxBytes} bytes and was not read.`);
  }
  return buffer.subarray(0, bytesRead).toString("utf8");
}

async function writeText(target: string, text: string, { root, mode }: WriteOptions): Promise<void> {
  const { folder, name } = await holdParent(root, target);
  await using held = folder;
  const before = await absentAsNull(() => lstat(held.entry(name)));
  if (before?.isSymbolicLink() === true) throw unsafe(target, "it is a symbolic link");
  if (before && !before.isFile()) throw unsafe(target, "it is not a file");
  const bits = mode ?? (before ? before.mode & permissionBits : 0o600);
  const temporary = held.entry(`.${name.slice(0, 100)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await writeNew(temporary, text, bits);
    await rename(temporary, held.entry(name));
  } catch (error) {
    await absentAsNull(() => unlink(temporary));
    throw error;
  }
  await held.sync();
}

async function writeNew(target: string, text: string, mode: number): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  await using handle = await openNoFollow(target, flags, mode & 0o700);
  await handle.writeFile(text, "utf8");
  await handle.chmod(mode);
  await handle.sync();
}

async function removeFile(target: string, { root }: Within): Promise<boolean> {
  return removeEntry(target, root, async (entry, stat) => {
    if (stat.isSymbolicLink()) throw unsafe(target, "it is a symbolic link");
    if (!stat.isFile()) throw unsafe(target, "it is not a file");
    await unlink(entry);
  });
}

async function removeTree(target: string, { root }: Within): Promise<boolean> {
  return removeEntry(target, root, async (entry, stat) => {
    if (stat.isSymbolicLink()) throw unsafe(target, "it is a symbolic link");
    if (!stat.isDirectory()) throw unsafe(target, "it is not a folder");
    await rm(entry, { recursive: true, maxRetries: 3 });
  });
}

/** False where nothing stands, or a folder above it is gone already. */
async function removeEntry(
  target: string,
  root: string,
  remove: (entry: string, stat: Stats) => Promise<void>,
): Promise<boolean> {
  const removed = await absentAsNull(async () => {
    const { folder, name } = await holdParent(root, target);
    await using held = folder;
    await remove(held.entry(name), await lstat(held.entry(name)));
    await held.sync();
    return true;
  });
  return removed ?? false;
}

async function move(from: string, to: string, { root }: Within): Promise<void> {
  const source = await holdParent(root, from);
  await using sourceFolder = source.folder;
  const target = await holdParent(root, to);
  await using targetFolder = target.folder;
  if ((await absentAsNull(() => lstat(targetFolder.entry(target.name)))) !== null) {
    throw new AppError("conflict", `${to} exists already; rename or remove it, then try again.`);
  }
  await rename(sourceFolder.entry(source.name), targetFolder.entry(target.name));
  await targetFolder.sync();
}

async function withOpen(target: string, { root }: Within, act: (handle: FileHandle) => Promise<void>): Promise<void> {
  const { folder, name } = await holdParent(root, target);
  await using held = folder;
  await using handle = await openAt(held, name, constants.O_RDONLY);
  await act(handle);
}

/** Opens an entry of a held folder; a link is refused under its own path, not the one through /proc. */
async function openAt(folder: HeldFolder, name: string, flags: number): Promise<FileHandle> {
  try {
    return await openNoFollow(folder.entry(name), flags);
  } catch (error) {
    if (error instanceof AppError) throw unsafe(path.join(folder.path, name), "it is a symbolic link", error);
    throw error;
  }
}

interface Kinds {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

function kindOf(entry: Kinds): FileStat["kind"] {
  if (entry.isSymbolicLink()) return "symlink";
  if (entry.isDirectory()) return "directory";
  return entry.isFile() ? "file" : "other";
}

function describe(stat: Stats): FileStat {
  return {
    kind: kindOf(stat),
    size: stat.size,
    mode: stat.mode & permissionBits,
    uid: stat.uid,
    gid: stat.gid,
    modifiedAt: stat.mtime.toISOString(),
  };
}

async function absentAsNull<T>(act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    if (errno(error) === "ENOENT") return null;
    throw error;
  }
}

/** Translates the system's errors, where they arise, into sentences for the person whose files these are. */
async function told<T>(target: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof AppError) throw error;
    const options = { cause: error, data: { path: target } };
    switch (errno(error)) {
      case "EACCES":
      case "EPERM":
      case "EROFS":
        throw new AppError("forbidden", `This Linux user has no right to do that with ${target}.`, options);
      case "ENOSPC":
      case "EDQUOT":
        throw new AppError(
          "storage_full",
          `There is no space left to write ${target}. Free some, then try again.`,
          options,
        );
      case "ENOENT":
        throw new AppError("workspace_missing", `The folder of ${target} does not exist.`, options);
      case "ENAMETOOLONG":
        throw new AppError("invalid_input", `The name ${target} is too long for the file system.`, options);
      default:
        throw new AppError("internal", `${target} could not be worked on: ${String(error)}`, options);
    }
  }
}
