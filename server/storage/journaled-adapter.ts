import type { Adapter } from "lowdb";
import { constants } from "node:fs";
import { open, rename, type FileHandle } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { AppError } from "../../shared/errors.ts";
import { previousPath, syncDirectory, writeFileAtomic, writeFully } from "./atomic-file.ts";
import {
  loadCollection,
  serializeCollection,
  type CollectionPaths,
  type CollectionState,
  type RawRecord,
} from "./document-file.ts";
import { storageError } from "./fault.ts";
import { encodeFrame, type JournalFrame } from "./journal-format.ts";

/** Below this the journal is left to grow, in bytes: starting reads it in a few milliseconds. */
const smallestCompaction = 1_048_576;

/**
 * The lowdb adapter of one collection (docs/decisions/0003-document-storage.md): `read` gives what the document and its
 * journals hold, `append` makes changes durable by one synced line, `write` writes the whole document anew. The document
 * is only rewritten when the journal has outgrown it, so a change costs the same however many records there are.
 * Calls of `append` and `rotate` must not overlap; `write` may run beside `append`.
 */
export class JournaledAdapter<T extends RawRecord> implements Adapter<CollectionState<T>> {
  readonly #paths: CollectionPaths;
  readonly #collection: string;
  readonly #check: (record: RawRecord) => T;
  readonly #notice: (message: string) => void;
  #journal: FileHandle | undefined;
  #journalBytes = 0;
  #documentBytes = 0;
  #previousNeeded = false;
  #broken: AppError | undefined;

  constructor(
    paths: CollectionPaths,
    collection: string,
    check: (record: RawRecord) => T,
    notice: (message: string) => void,
  ) {
    this.#paths = paths;
    this.#collection = collection;
    this.#check = check;
    this.#notice = notice;
  }

  /** Reads everything; a torn tail is cut off, for the next append goes there. */
  async read(): Promise<CollectionState<T>> {
    const loaded = await loadCollection(this.#paths, this.#collection);
    if (loaded.tornBytes > 0) {
      await this.#cutJournal(loaded.journalBytes);
      this.#notice(`Dropped ${loaded.tornBytes} bytes of an interrupted write at the end of ${this.#paths.journal}.`);
    }
    this.#journalBytes = loaded.journalBytes;
    this.#documentBytes = loaded.documentBytes;
    this.#previousNeeded = loaded.previousJournalNeeded;
    const items = new Map([...loaded.state.items.values()].map((raw) => [raw.id, this.#check(raw)]));
    return { ...loaded.state, items };
  }

  /** Makes changes durable. When it rejects the journal is as before. */
  async append(frame: JournalFrame): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    const what = `write ${basename(this.#paths.journal)}`;
    try {
      const handle = (this.#journal ??= await this.#openJournal());
      const bytes = encodeFrame(frame);
      await writeFully(handle, bytes, this.#journalBytes);
      await handle.datasync();
      this.#journalBytes += bytes.length;
    } catch (error) {
      await this.#undoAppend(error);
      throw storageError(error, what);
    }
  }

  /** Whether the journal has outgrown the document, so that rewriting it costs each change a fixed share. */
  get wantsCompaction(): boolean {
    return this.#journalBytes > Math.max(smallestCompaction, this.#documentBytes);
  }

  get hasJournal(): boolean {
    return this.#journalBytes > 0;
  }

  /**
   * The first half of a compaction: the journal so far is set aside as the previous one and a new one begun. The
   * previous one is kept until the next compaction, so with the previous document it makes up the last good copy.
   */
  async rotate(): Promise<void> {
    if (this.#previousNeeded || this.#journalBytes === 0) return;
    if (this.#broken !== undefined) throw this.#broken;
    await this.close();
    await rename(this.#paths.journal, previousPath(this.#paths.journal));
    this.#previousNeeded = true;
    this.#journalBytes = 0;
    this.#journal = await this.#openJournal();
  }

  /** The second half, and lowdb's own way to write: the whole document, atomically, the one before it kept. */
  async write(state: CollectionState<T>): Promise<void> {
    // A snapshot: records are never changed in place, and the state goes on while this is written.
    const head = { collection: state.collection, sequence: state.sequence };
    const records = [...state.items.values()];
    let bytes = 0;
    const counted = async function* (): AsyncGenerator<string> {
      for await (const piece of serializeCollection(head, records)) {
        bytes += Buffer.byteLength(piece);
        yield piece;
      }
    };
    await writeFileAtomic(this.#paths.document, counted(), { keepPrevious: true });
    this.#documentBytes = bytes;
    this.#previousNeeded = false;
  }

  async close(): Promise<void> {
    const handle = this.#journal;
    this.#journal = undefined;
    await handle?.close();
  }

  async #openJournal(): Promise<FileHandle> {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;
    const handle = await open(this.#paths.journal, flags, 0o600);
    try {
      await handle.sync();
      await syncDirectory(dirname(this.#paths.journal));
    } catch (error) {
      await handle.close();
      throw error;
    }
    return handle;
  }

  async #cutJournal(length: number): Promise<void> {
    const handle = await open(this.#paths.journal, constants.O_WRONLY | constants.O_NOFOLLOW);
    try {
      await handle.truncate(length);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** After a failed append: what was written of it goes. Where even that fails, nothing is written any more. */
  async #undoAppend(cause: unknown): Promise<void> {
    if (this.#journal === undefined) return;
    try {
      await this.#journal.truncate(this.#journalBytes);
      await this.#journal.sync();
    } catch (error) {
      this.#broken = new AppError(
        "storage_failed",
        `${this.#paths.journal} could not be written nor put back as it was; nothing more is written to it. ` +
          "Check the disk and restart the server.",
        { cause: new AggregateError([cause, error]) },
      );
    }
  }
}
