import { constants } from "node:fs";
import { open, readdir, rename, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { auditRecord, type AuditRecord } from "../../shared/entities/audit.ts";
import { AppError } from "../../shared/errors.ts";
import { syncDirectory, writeFully } from "../storage/atomic-file.ts";
import { isMissing, storageError } from "../storage/fault.ts";

const presentName = "audit.jsonl";

/** A line of the audit's files: a record, or undefined where the line is none. `place` says where, for people. */
export interface AuditLine {
  place: string;
  record: AuditRecord | undefined;
}

/**
 * The audit's append-only files: `audit.jsonl`, and before it `audit-<first number>.jsonl`, oldest first. One writer.
 */
export class AuditFile {
  readonly #directory: string;
  readonly #maxBytes: number;
  #handle: FileHandle;
  #bytes: number;
  /** Number of the present file's first record; 0 while it is empty. */
  #first: number;
  /** Up to here the records are stored elsewhere too. */
  #settled: number;
  /** Readers that need the files to keep their names. */
  #readers = 0;
  #rotating: Promise<void> | undefined;
  #broken: AppError | undefined;

  private constructor(directory: string, maxBytes: number, handle: FileHandle, bytes: number, first: number) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
    this.#handle = handle;
    this.#bytes = bytes;
    this.#first = first;
    this.#settled = bytes;
  }

  /**
   * Opens the present file for appending, after cutting off a last line that was not completely written.
   * @param maxBytes at which a new file is begun
   */
  static async open(directory: string, maxBytes: number): Promise<AuditFile> {
    const path = join(directory, presentName);
    const handle = await openForAppend(path);
    try {
      const bytes = await cutTornLine(handle);
      if (bytes === 0) await syncDirectory(directory);
      let first = 0;
      for await (const { record } of readLines(path, presentName)) {
        first = record?.seq ?? 0;
        break;
      }
      return new AuditFile(directory, maxBytes, handle, bytes, first);
    } catch (error) {
      await handle.close();
      throw storageError(error, `open ${presentName}`);
    }
  }

  /** Appends records durably. @throws AppError, with the file as it was before */
  async append(records: readonly AuditRecord[]): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    const [first] = records;
    if (first === undefined) return;
    if (this.#bytes >= this.#maxBytes && this.#readers === 0) await this.#rotate();
    try {
      const bytes = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
      await writeFully(this.#handle, bytes, null);
      await this.#handle.datasync();
      if (this.#bytes === 0) this.#first = first.seq;
      this.#bytes += bytes.length;
    } catch (error) {
      await this.takeBack();
      throw storageError(error, "write the audit");
    }
  }

  /** Says that what was appended is stored elsewhere too. */
  settle(): void {
    this.#settled = this.#bytes;
  }

  /** Undoes the last append, whose records could not be stored elsewhere. Where that fails nothing more is written. */
  async takeBack(): Promise<void> {
    try {
      await this.#handle.truncate(this.#settled);
      await this.#handle.sync();
      this.#bytes = this.#settled;
    } catch (error) {
      this.#broken = new AppError(
        "storage_failed",
        "The audit could not be written nor put back as it was, so nothing is done any more. Check the disk and restart.",
        { cause: error },
      );
    }
  }

  /** Lets `use` read all settled lines, as often as it likes, while others go on appending. */
  async read<T>(use: (lines: () => AsyncGenerator<AuditLine>) => Promise<T>): Promise<T> {
    this.#readers++;
    try {
      await this.#rotating;
      const settled = this.#settled;
      return await use(() => readAllLines(this.#directory, settled));
    } finally {
      this.#readers--;
    }
  }

  /**
   * The lines after record `seq`, read from the end, for these are few; undefined where `seq` does not stand in the
   * present file.
   */
  async linesAfter(seq: number): Promise<AuditLine[] | undefined> {
    for (let length = 65_536; ; length *= 8) {
      const from = Math.max(0, this.#bytes - length);
      const bytes = Buffer.alloc(this.#bytes - from);
      await this.#handle.read(bytes, 0, bytes.length, from);
      const texts = bytes
        .toString("utf8")
        .split("\n")
        .slice(from === 0 ? 0 : 1, -1);
      const records = texts.map(parseLine);
      const known = records.findLastIndex((record) => record !== undefined && record.seq <= seq);
      if (known !== -1 || (from === 0 && seq === 0)) {
        return records.slice(known + 1).map((record) => ({ place: `the end of ${presentName}`, record }));
      }
      if (from === 0) return undefined;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #rotate(): Promise<void> {
    this.#rotating = this.#beginNewFile();
    try {
      await this.#rotating;
    } catch (error) {
      throw storageError(error, "begin a new audit file");
    } finally {
      this.#rotating = undefined;
    }
  }

  async #beginNewFile(): Promise<void> {
    const path = join(this.#directory, presentName);
    const rotated = join(this.#directory, `audit-${String(this.#first).padStart(12, "0")}.jsonl`);
    await rename(path, rotated);
    let next: FileHandle;
    try {
      next = await openForAppend(path);
    } catch (error) {
      await rename(rotated, path);
      throw error;
    }
    await this.#handle.close();
    this.#handle = next;
    this.#bytes = 0;
    this.#settled = 0;
    await syncDirectory(this.#directory);
  }
}

async function openForAppend(path: string): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
  try {
    return await open(path, flags, 0o600);
  } catch (error) {
    throw storageError(error, `open ${path}`);
  }
}

/** Answers the length without the torn line. */
async function cutTornLine(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  const block = Buffer.alloc(65_536);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - block.length);
    const { bytesRead } = await handle.read(block, 0, end - start, start);
    const newline = block.lastIndexOf("\n", bytesRead - 1);
    if (newline !== -1) return cut(handle, size, start + newline + 1);
    end = start;
  }
  return cut(handle, size, 0);
}

async function cut(handle: FileHandle, size: number, length: number): Promise<number> {
  if (length < size) {
    await handle.truncate(length);
    await handle.sync();
  }
  return length;
}

/** All lines of all files, oldest first; of the present file only so many bytes. */
export async function* readAllLines(directory: string, presentBytes?: number): AsyncGenerator<AuditLine> {
  for (const name of await auditFiles(directory)) {
    yield* readLines(join(directory, name), name, name === presentName ? presentBytes : undefined);
  }
}

/** The names of the audit's files, oldest first. */
export async function auditFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  const rotated = names.filter((name) => /^audit-\d+\.jsonl$/.test(name)).sort();
  return names.includes(presentName) ? [...rotated, presentName] : rotated;
}

async function* readLines(path: string, name: string, bytes?: number): AsyncGenerator<AuditLine> {
  if (bytes === 0) return;
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isMissing(error)) return;
    throw storageError(error, `read ${name}`);
  }
  try {
    let line = 0;
    for await (const text of handle.readLines({
      autoClose: false,
      ...(bytes === undefined ? {} : { end: bytes - 1 }),
    })) {
      line++;
      yield { place: `${name} line ${line}`, record: parseLine(text) };
    }
  } finally {
    await handle.close();
  }
}

function parseLine(text: string): AuditRecord | undefined {
  try {
    const record = auditRecord.safeParse(JSON.parse(text)).data;
    // Nothing may hide in a line that the record's hash does not cover.
    return JSON.stringify(record) === text ? record : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
