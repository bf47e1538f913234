import { createHash, randomBytes, type Hash } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { link, lstat, mkdir, open, readdir, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { isoTime, systemClock, type Clock } from "../../shared/clock.ts";
import { AppError } from "../../shared/errors.ts";
import { syncDirectory, writeNew } from "./atomic-file.ts";
import { checkRecipients, encryptArchive, type EncryptTo } from "./backup-encryption.ts";
import { keyNotice, manifestName, type BackupManifest } from "./backup-manifest.ts";
import { copyDatabase } from "./database-copy.ts";
import { Database } from "./database.ts";
import { layoutName, runtimeFiles } from "./data-directory.ts";
import { loadCollection, serializeCollection } from "./document-file.ts";
import { isMissing, storageError, systemCode } from "./fault.ts";
import { listCollections } from "./recovery.ts";
import { tarEnd, tarHeader, tarPadding } from "./tar.ts";

export interface BackupOptions {
  dataDir: string;
  /** The file to make; must not exist. */
  target: string;
  /** For whom it is encrypted; nobody else can read anything of it. */
  encryptTo?: EncryptTo | undefined;
  clock?: Clock;
}

export interface BackupResult {
  path: string;
  files: number;
  /** Of the backup file. */
  bytes: number;
  /** Whether the key for secrets is in it and what to do about it, in a sentence. */
  keyNotice: string;
}

/** Directories that are made anew, hold only copies, or belong to the running server. */
const skippedDirectories: ReadonlySet<string> = new Set(["backups", "run", "documents"]);

/**
 * Makes a backup, a gzipped tar file of mode 0600 (encrypted on request), whether a server runs on the data or not. The database is copied in
 * one transaction, each collection as it is at one moment, tenants' before those they refer to, the audit's files last,
 * so nothing in it refers to something that is not; acknowledged writes from before the start are all in it.
 * @throws AppError not_found (no data there), name_taken (the target exists), invalid_input (the key), storage_full, storage_corrupt, storage_failed
 */
export async function backup({
  dataDir,
  target,
  encryptTo,
  clock = systemClock,
}: BackupOptions): Promise<BackupResult> {
  if ((await statIfThere(join(dataDir, layoutName))) === undefined) {
    throw new AppError("not_found", `There is no aiops data in ${dataDir}. Name the directory with AIOPS_DATA_DIR.`);
  }
  if ((await statIfThere(target)) !== undefined) throw targetExists(target);
  if (encryptTo !== undefined) checkRecipients(encryptTo);
  const work = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(work, { mode: 0o700 });
    const archive = new Archive(clock);
    const made = join(work, "archive");
    const packed = createGzip();
    const [, written] = await Promise.allSettled([
      pipeline(Readable.from(archive.pieces(contentsOf(dataDir, work))), packed),
      writeNew(made, encryptTo === undefined ? packed : encryptArchive(packed, encryptTo)),
    ]);
    // Whichever side failed, the writing one has the reason; the other may only have been told to stop.
    if (written.status === "rejected") throw written.reason;
    await link(made, target);
    await syncDirectory(dirname(target));
    return { path: target, files: archive.files, bytes: (await lstat(target)).size, keyNotice };
  } catch (error) {
    if (systemCode(error) === "EEXIST") throw targetExists(target);
    throw storageError(error, `write the backup ${target}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function targetExists(target: string): AppError {
  return new AppError("name_taken", `${target} exists already. Choose another name for the backup.`);
}

/** A file of the backup. The size is known before, for tar has it in front. */
interface Content {
  path: string;
  size: number;
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

class Archive {
  readonly #clock: Clock;
  readonly #manifest: BackupManifest;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#manifest = { format: 1, createdAt: isoTime(clock), includesKey: false, files: [] };
  }

  get files(): number {
    return this.#manifest.files.length;
  }

  async *pieces(contents: AsyncIterable<Content>): AsyncGenerator<Uint8Array> {
    for await (const content of contents) {
      const hash = createHash("sha256");
      yield* this.#entry(content, hash);
      this.#manifest.files.push({ path: content.path, size: content.size, sha256: hash.digest("hex") });
    }
    const manifest = Buffer.from(`${JSON.stringify(this.#manifest, undefined, 2)}\n`);
    yield* this.#entry({ path: manifestName, size: manifest.length, pieces: [manifest] }, createHash("sha256"));
    yield tarEnd;
  }

  async *#entry({ path, size, pieces }: Content, hash: Hash): AsyncGenerator<Uint8Array> {
    yield tarHeader(path, size, this.#clock.now());
    for await (const piece of pieces) {
      hash.update(piece);
      yield piece;
    }
    yield tarPadding(size);
  }
}

async function* contentsOf(dataDir: string, work: string): AsyncGenerator<Content> {
  const files = await filesBelow(dataDir, dataDir);
  for (const path of files.filter((file) => file.endsWith(".sqlite"))) {
    const copy = join(work, "database");
    const database = new Database(join(dataDir, path));
    try {
      copyDatabase(database, copy);
    } finally {
      database.close();
    }
    yield* fileContent(copy, path);
    await rm(copy);
  }
  for (const { scope, collection, paths } of await listCollections(join(dataDir, "documents"))) {
    const { state } = await loadCollection(paths, collection);
    const pieces: Buffer[] = [];
    for await (const text of serializeCollection(state, [...state.items.values()])) pieces.push(Buffer.from(text));
    const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
    yield { path: `documents/${scope}/${collection}.json`, size, pieces };
  }
  const pinned = await pinFiles(join(dataDir, "audit"));
  try {
    for (const { name, handle } of pinned) yield* handleContent(handle, `audit/${name}`);
  } finally {
    await closeAll(pinned);
  }
  for (const path of files) {
    if (!path.endsWith(".sqlite") && !path.startsWith("audit/")) yield* fileContent(join(dataDir, path), path);
  }
}

/** Regular files below a directory, relative to the data directory; nothing that only the running server needs. */
async function filesBelow(directory: string, dataDir: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    const top = directory === dataDir;
    if (entry.isDirectory()) {
      if (!top || !skippedDirectories.has(entry.name)) found.push(...(await filesBelow(path, dataDir)));
    } else if (
      entry.isFile() &&
      !(top && runtimeFiles.has(entry.name)) &&
      !/(?:\.tmp|-wal|-shm|-journal)$/.test(path)
    ) {
      found.push(relative(dataDir, path).split(sep).join("/"));
    }
  }
  return found.sort();
}

interface Pinned {
  name: string;
  handle: FileHandle;
}

/**
 * Opens all files of a directory so that they belong together: when one was renamed meanwhile (the audit began a new
 * file), it is done again.
 */
async function pinFiles(directory: string): Promise<Pinned[]> {
  for (;;) {
    const before = await inodes(directory);
    const pinned: Pinned[] = [];
    try {
      for (const name of before.keys()) pinned.push({ name, handle: await open(join(directory, name), readFlags) });
      const after = await inodes(directory);
      if (JSON.stringify([...before]) === JSON.stringify([...after])) return pinned;
    } catch (error) {
      if (!isMissing(error)) {
        await closeAll(pinned);
        throw error;
      }
    }
    await closeAll(pinned);
  }
}

async function closeAll(pinned: readonly Pinned[]): Promise<void> {
  await Promise.all(pinned.map(({ handle }) => handle.close()));
}

async function inodes(directory: string): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  try {
    for (const name of (await readdir(directory)).sort()) {
      const stats = await statIfThere(join(directory, name));
      if (stats?.isFile() === true) found.set(name, stats.ino);
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return found;
}

const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW;

async function* fileContent(path: string, name: string): AsyncGenerator<Content> {
  let handle: FileHandle;
  try {
    handle = await open(path, readFlags);
  } catch (error) {
    // A file that went away since the directory was read is no part of the data any more.
    if (isMissing(error)) return;
    throw error;
  }
  try {
    yield* handleContent(handle, name);
  } finally {
    await handle.close();
  }
}

/** The file as long as it is now; what is appended meanwhile comes into the next backup. */
async function* handleContent(handle: FileHandle, path: string): AsyncGenerator<Content> {
  const { size } = await handle.stat();
  if (size === 0) yield { path, size, pieces: [] };
  else yield { path, size, pieces: handle.createReadStream({ start: 0, end: size - 1, autoClose: false }) };
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export { restore, type RestoreOptions, type RestoreResult } from "./restore.ts";
