import { setImmediate as yieldToOthers } from "node:timers/promises";
import { AppError } from "../../shared/errors.ts";
import { previousPath, readRegularFile } from "./atomic-file.ts";
import { crcText, parseJournal, type JournalFrame } from "./journal-format.ts";

/** A stored record before it is checked against its schema. */
export interface RawRecord {
  id: string;
}

/** A collection as it is in memory. `sequence` numbers the last change it holds. */
export interface CollectionState<T> {
  schema: 1;
  collection: string;
  sequence: number;
  items: Map<string, T>;
}

/** Where a collection lives: the document and, beside it, the journal of changes since the document was written. */
export interface CollectionPaths {
  document: string;
  journal: string;
}

export function collectionPaths(directory: string, collection: string): CollectionPaths {
  return { document: `${directory}/${collection}.json`, journal: `${directory}/${collection}.journal` };
}

export interface LoadedCollection {
  state: CollectionState<RawRecord>;
  /** Bytes of the document, 0 while there is none. */
  documentBytes: number;
  /** Bytes of good frames in the present journal. */
  journalBytes: number;
  /** Bytes after them: an interrupted write that was never acknowledged. */
  tornBytes: number;
  /** The previous journal holds changes that the document does not have yet (a compaction was interrupted). */
  previousJournalNeeded: boolean;
}

const schemaVersion = 1;

/** What stands between the last record and the end; the checksum covers all before it. */
function trailer(crc: string): string {
  return `\n],"crc32":"${crc}"}\n`;
}

const trailerLength = trailer("00000000").length;

/**
 * The text of a document file: `{schema, collection, sequence, items, crc32}`, one record a line. Other work gets its
 * turn between slices, so writing 100,000 records stalls nobody.
 */
export async function* serializeCollection(
  state: Pick<CollectionState<unknown>, "collection" | "sequence">,
  records: readonly unknown[],
): AsyncGenerator<string> {
  let crc = 0;
  const checked = (text: string): string => {
    crc = Number.parseInt(crcText(text, crc), 16);
    return text;
  };
  const head = { schema: schemaVersion, collection: state.collection, sequence: state.sequence };
  yield checked(`${JSON.stringify(head).slice(0, -1)},"items":[`);
  const slice = 500;
  for (let from = 0; from < records.length; from += slice) {
    const lines = records.slice(from, from + slice).map((record) => JSON.stringify(record));
    yield checked(`${from === 0 ? "" : ","}\n${lines.join(",\n")}`);
    await yieldToOthers();
  }
  yield trailer(crc.toString(16).padStart(8, "0"));
}

function corrupt(path: string, why: string, cause?: unknown): AppError {
  return new AppError(
    "storage_corrupt",
    `The data file ${path} is damaged: ${why}. "aiops doctor --repair" sets it aside and offers the last good copy.`,
    { cause, data: { file: path } },
  );
}

interface Envelope {
  schema: number;
  collection: string;
  sequence: number;
  items: RawRecord[];
}

function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== "object" || value === null) return false;
  const { schema, collection, sequence, items } = value as Record<string, unknown>;
  return (
    typeof schema === "number" &&
    typeof collection === "string" &&
    typeof sequence === "number" &&
    Array.isArray(items) &&
    items.every((item) => typeof item === "object" && item !== null && typeof (item as RawRecord).id === "string")
  );
}

/**
 * Reads a document file's text.
 * @throws AppError storage_corrupt when it is torn or altered, storage_too_new when a newer aiops wrote it
 */
export function parseDocument(path: string, bytes: Buffer, collection: string): CollectionState<RawRecord> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    const what = bytes.length === 0 ? "it is empty" : "it is not complete JSON";
    throw corrupt(path, what, error);
  }
  if (!isEnvelope(parsed)) throw corrupt(path, "it is not a document file of aiops");
  if (parsed.schema > schemaVersion) {
    throw new AppError(
      "storage_too_new",
      `The data file ${path} was written by a newer aiops (format ${parsed.schema}). Upgrade aiops, or restore a backup.`,
    );
  }
  const covered = bytes.subarray(0, Math.max(0, bytes.length - trailerLength));
  if (bytes.toString("utf8", covered.length) !== trailer(crcText(covered))) {
    throw corrupt(path, "its checksum does not match its content");
  }
  if (parsed.collection !== collection) throw corrupt(path, `it holds the collection "${parsed.collection}"`);
  const items = new Map(parsed.items.map((item) => [item.id, item]));
  return { schema: 1, collection, sequence: parsed.sequence, items };
}

/** Applies what the frames add; false where a gap keeps the rest from being applied. */
function apply(state: CollectionState<RawRecord>, frames: JournalFrame[]): boolean {
  for (const frame of frames) {
    if (frame.first > state.sequence + 1) return false;
    frame.ops.forEach((operation, index) => {
      const sequence = frame.first + index;
      if (sequence <= state.sequence) return;
      if ("del" in operation) state.items.delete(operation.del);
      else state.items.set((operation.put as RawRecord).id, operation.put as RawRecord);
      state.sequence = sequence;
    });
  }
  return true;
}

/**
 * Reads a collection: the document, then what the previous and the present journal add to it. Changes nothing.
 * @throws AppError storage_corrupt naming the file, storage_too_new, storage_failed
 */
export async function loadCollection(paths: CollectionPaths, collection: string): Promise<LoadedCollection> {
  const { present, previous, document } = await readFiles(paths, paths.document);
  if (document === undefined && (await readRegularFile(previousPath(paths.document))) !== undefined) {
    throw corrupt(paths.document, "it is missing, though an older copy is there");
  }
  const state = startFrom(document, paths.document, collection);
  const base = state.sequence;
  replay(state, previousPath(paths.journal), previous);
  const previousJournalNeeded = state.sequence > base;
  const goodBytes = replay(state, paths.journal, present);
  return {
    state,
    documentBytes: document?.length ?? 0,
    journalBytes: goodBytes,
    tornBytes: present.length - goodBytes,
    previousJournalNeeded,
  };
}

/**
 * What can be read of a damaged collection: the document, or where that is damaged the one before it, and of the
 * journals everything up to the first damage. Undefined where nothing can be read.
 */
export async function loadLastGood(
  paths: CollectionPaths,
  collection: string,
): Promise<CollectionState<RawRecord> | undefined> {
  for (const path of [paths.document, previousPath(paths.document)]) {
    const { present, previous, document } = await readFiles(paths, path);
    let state: CollectionState<RawRecord>;
    try {
      state = startFrom(document, path, collection);
    } catch (error) {
      if (error instanceof AppError && error.code === "storage_corrupt") continue;
      throw error;
    }
    const whole = apply(state, parseJournal(previous).frames) && apply(state, parseJournal(present).frames);
    // A document that is gone reads as an empty one: then only journals that begin at the beginning make up for it.
    if (document !== undefined || (whole && state.sequence > 0)) return state;
  }
  return undefined;
}

async function readFiles(
  paths: CollectionPaths,
  documentPath: string,
): Promise<{ present: Buffer; previous: Buffer; document: Buffer | undefined }> {
  // In this order nothing is missed when a running server compacts between two of the reads (a backup from outside).
  const present = (await readRegularFile(paths.journal)) ?? Buffer.alloc(0);
  const previous = (await readRegularFile(previousPath(paths.journal))) ?? Buffer.alloc(0);
  return { present, previous, document: await readRegularFile(documentPath) };
}

function startFrom(document: Buffer | undefined, path: string, collection: string): CollectionState<RawRecord> {
  if (document !== undefined) return parseDocument(path, document, collection);
  return { schema: 1, collection, sequence: 0, items: new Map() };
}

function replay(state: CollectionState<RawRecord>, path: string, bytes: Buffer): number {
  const journal = parseJournal(bytes);
  if (journal.damagedAt !== null) throw corrupt(path, `it is unreadable at byte ${journal.damagedAt}`);
  if (!apply(state, journal.frames)) throw corrupt(path, `changes after number ${state.sequence} are missing`);
  return journal.goodBytes;
}
