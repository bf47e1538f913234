import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, type Gunzip } from "node:zlib";
import { AppError } from "../../shared/errors.ts";
import { syncDirectory, writeNew } from "./atomic-file.ts";
import { openArchive, type BackupKeys } from "./backup-encryption.ts";
import { keyNotice, manifestName, manifestSchema, type BackupManifest } from "./backup-manifest.ts";
import { Database } from "./database.ts";
import { layoutName } from "./data-directory.ts";
import { isMissing, storageError, systemCode } from "./fault.ts";
import { makeDirectories } from "./make-directories.ts";
import { findDamagedCollections } from "./recovery.ts";
import { readTar } from "./tar.ts";

export interface RestoreOptions {
  /** The backup file. */
  source: string;
  /** Absent or empty; made with mode 0700. */
  dataDir: string;
  /** What an encrypted backup is opened with. */
  keys?: BackupKeys | undefined;
}

export interface RestoreResult {
  files: number;
  createdAt: string;
  /** Whether the key for secrets came with it, in a sentence. */
  keyNotice: string;
}

/**
 * Unpacks a backup beside the data directory, checks every file against the manifest, the database and the documents by
 * reading them, and only then puts it in place: a damaged backup leaves nothing behind.
 * @throws AppError conflict (the directory has things in it), not_found, invalid_input (damaged), storage_full, storage_failed
 */
export async function restore({ source, dataDir, keys = {} }: RestoreOptions): Promise<RestoreResult> {
  await refuseFilled(dataDir);
  const work = `${dataDir}.restoring-${randomBytes(6).toString("hex")}`;
  try {
    makeDirectories(dirname(dataDir));
    await mkdir(work, { mode: 0o700 });
    const manifest = await unpack(source, work, keys);
    await checkData(work);
    await rename(work, dataDir);
    await syncDirectory(dirname(dataDir));
    return { files: manifest.files.length, createdAt: manifest.createdAt, keyNotice };
  } catch (error) {
    if (isMissing(error)) throw new AppError("not_found", `There is no backup ${source}.`, { cause: error });
    if (systemCode(error)?.startsWith("Z_") === true) throw damaged("it is not a whole gzip file", error);
    throw storageError(error, `restore ${source}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function damaged(why: string, cause?: unknown): AppError {
  return new AppError(
    "invalid_input",
    `The backup is damaged: ${why}. Nothing was restored; take another copy of it.`,
    {
      cause,
    },
  );
}

async function refuseFilled(dataDir: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(dataDir);
  } catch (error) {
    if (isMissing(error)) return;
    throw storageError(error, `read ${dataDir}`);
  }
  if (names.length > 0) {
    throw new AppError(
      "conflict",
      `${dataDir} is not empty. A backup is only restored into an empty directory: move the present data away first, ` +
        "or name another directory with AIOPS_DATA_DIR.",
    );
  }
}

/** A relative path that stays below. */
const safeName = /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^\0\\]+$/;

interface Unpacked {
  path: string;
  size: number;
  sha256: string;
}

async function unpack(source: string, work: string, keys: BackupKeys): Promise<BackupManifest> {
  const plain = createGunzip();
  const file: AsyncIterable<Buffer> = createReadStream(source);
  const [fed, read] = await Promise.allSettled([
    pipeline(Readable.from(openArchive(file, keys)), plain),
    unpackAll(plain, work),
  ]);
  // Whichever side failed, the feeding one has the reason where it has one; the other then only saw its stream end.
  if (fed.status === "rejected" && !isAbort(fed.reason)) throw fed.reason;
  if (read.status === "rejected") throw read.reason;
  return read.value;
}

async function unpackAll(plain: Gunzip, work: string): Promise<BackupManifest> {
  const unpacked: Unpacked[] = [];
  let manifest: BackupManifest | undefined;
  try {
    for await (const { name, content } of readTar(plain)) {
      if (name === manifestName) {
        manifest = await readManifest(content);
        continue;
      }
      if (manifest !== undefined || !safeName.test(name)) throw damaged(`it has the entry ${JSON.stringify(name)}`);
      unpacked.push(await unpackFile(work, name, content));
    }
  } finally {
    plain.destroy();
  }
  if (manifest === undefined) throw damaged("its list of contents is missing");
  compare(manifest, unpacked);
  return manifest;
}

function isAbort(error: unknown): boolean {
  return systemCode(error) === "ABORT_ERR" || systemCode(error) === "ERR_STREAM_PREMATURE_CLOSE";
}

async function readManifest(content: AsyncIterable<Buffer>): Promise<BackupManifest> {
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(piece);
  try {
    return manifestSchema.parse(JSON.parse(Buffer.concat(pieces).toString("utf8")));
  } catch (error) {
    throw damaged("its list of contents is unreadable, or of a newer aiops", error);
  }
}

async function unpackFile(work: string, name: string, content: AsyncIterable<Buffer>): Promise<Unpacked> {
  const path = join(work, name);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const hash = createHash("sha256");
  let size = 0;
  const hashed = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of content) {
      hash.update(piece);
      size += piece.length;
      yield piece;
    }
  };
  await writeNew(path, hashed());
  return { path: name, size, sha256: hash.digest("hex") };
}

function compare(manifest: BackupManifest, unpacked: readonly Unpacked[]): void {
  const found = new Map(unpacked.map((file) => [file.path, file]));
  for (const { path, size, sha256 } of manifest.files) {
    const file = found.get(path);
    if (file?.size !== size || file.sha256 !== sha256) throw damaged(`${path} is not as it was`);
  }
  if (found.size !== manifest.files.length || !found.has(layoutName)) throw damaged("its contents are not complete");
}

async function checkData(work: string): Promise<void> {
  const [broken] = await findDamagedCollections(join(work, "documents"));
  if (broken !== undefined) throw damaged(`the collection ${broken.collection} is unreadable`, broken.error);
  for (const name of await readdir(work)) {
    if (!name.endsWith(".sqlite")) continue;
    const database = new Database(join(work, name));
    try {
      const checked = database.prepare<{ integrity_check: string }>("PRAGMA integrity_check").get();
      if (checked?.integrity_check !== "ok") throw damaged(`the database ${name} does not pass its check`);
    } finally {
      database.close();
    }
  }
}
