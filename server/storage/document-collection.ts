import { Low } from "lowdb";
import { AppError } from "../../shared/errors.ts";
import type { CollectionPaths, CollectionState, RawRecord } from "./document-file.ts";
import { storageError } from "./fault.ts";
import type { JournalOperation } from "./journal-format.ts";
import { JournaledAdapter } from "./journaled-adapter.ts";

/** What every stored document has. */
export interface StoredDocument {
  id: string;
  version: number;
}

export interface CollectionRules<T> {
  /** Turns unknown data into a record or throws; a zod schema's `parse`. */
  parse: (value: unknown) => T;
  /** Values no two records of the collection may share, by the name of the field: `{slug: tenant.slug}`. */
  unique?: (record: T) => Record<string, string>;
}

interface QueuedWrite<T> {
  evaluate: (view: WriteView<T>) => T;
  resolve: (record: T) => void;
  reject: (error: unknown) => void;
}

/** The records as the writes before this one, not yet synced, leave them. */
interface WriteView<T> {
  get(id: string): T | undefined;
  put(record: T): T;
  remove(id: string): void;
}

/**
 * The records of one kind, of one tenant. All of them are in memory and read synchronously; records are frozen. A write
 * resolves when it is durable; until then nobody sees it, and when it fails memory is what the disk is. Writes made at
 * the same time share one sync and take effect in the order they were asked for.
 */
export class DocumentCollection<T extends StoredDocument> {
  readonly name: string;
  readonly #rules: CollectionRules<T>;
  readonly #low: Low<CollectionState<T>>;
  readonly #adapter: JournaledAdapter<T>;
  readonly #notice: (message: string) => void;
  readonly #taken = new Map<string, string>();
  #queue: QueuedWrite<T>[] = [];
  #draining: Promise<void> | undefined;
  #compacting: Promise<void> | undefined;
  #closed = false;

  /** Use `DocumentCollection.open`. */
  private constructor(
    name: string,
    rules: CollectionRules<T>,
    low: Low<CollectionState<T>>,
    adapter: JournaledAdapter<T>,
    notice: (message: string) => void,
  ) {
    this.name = name;
    this.#rules = rules;
    this.#low = low;
    this.#adapter = adapter;
    this.#notice = notice;
    for (const record of low.data.items.values()) this.#claim(record);
  }

  /**
   * @param notice is told what an operator may want to know, in a sentence.
   * @throws AppError storage_corrupt naming the file, storage_too_new, storage_failed
   */
  static async open<T extends StoredDocument>(
    paths: CollectionPaths,
    name: string,
    rules: CollectionRules<T>,
    notice: (message: string) => void,
  ): Promise<DocumentCollection<T>> {
    const check = (raw: RawRecord): T => {
      try {
        return deepFreeze(rules.parse(raw));
      } catch (error) {
        throw new AppError(
          "storage_corrupt",
          `The record ${raw.id} in the data file ${paths.document} is not valid, or was written by another version.`,
          { cause: error, data: { file: paths.document } },
        );
      }
    };
    const adapter = new JournaledAdapter(paths, name, check, notice);
    const low = new Low<CollectionState<T>>(adapter, { schema: 1, collection: name, sequence: 0, items: new Map() });
    await low.read();
    return new DocumentCollection(name, rules, low, adapter, notice);
  }

  get size(): number {
    return this.#low.data.items.size;
  }

  get(id: string): T | undefined {
    return this.#low.data.items.get(id);
  }

  /** All records, in the order they were inserted. */
  list(): T[] {
    return [...this.#low.data.items.values()];
  }

  /** The record that has this value in a unique field. */
  find(field: string, value: string): T | undefined {
    const id = this.#taken.get(uniqueKey(field, value));
    return id === undefined ? undefined : this.get(id);
  }

  /** @throws AppError name_taken (the id or a unique value is in use), storage_full, storage_failed */
  async insert(record: T): Promise<T> {
    return this.#write((view) => {
      if (view.get(record.id) !== undefined) {
        throw new AppError("name_taken", `There is a ${this.name} record with the id ${record.id} already.`);
      }
      return view.put(record);
    });
  }

  /**
   * Replaces a record by what `change` makes of it; `version` grows by one.
   * @param expectedVersion the version the caller read (`If-Match`); undefined takes whatever is there
   * @throws AppError not_found, stale_version, name_taken, storage_full, storage_failed, or what `change` throws
   */
  async update(id: string, expectedVersion: number | undefined, change: (current: T) => T): Promise<T> {
    return this.#write((view) => {
      const current = this.#present(view, id, expectedVersion);
      return view.put({ ...change(current), id, version: current.version + 1 });
    });
  }

  /** Removes a record and answers what it was. @throws as `update` */
  async remove(id: string, expectedVersion?: number): Promise<T> {
    return this.#write((view) => {
      const current = this.#present(view, id, expectedVersion);
      view.remove(id);
      return current;
    });
  }

  /** Finishes what was asked for, writes the document and closes it. Later writes are refused. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#draining;
    await this.#compacting;
    try {
      if (this.#adapter.hasJournal) {
        await this.#startCompaction();
        await this.#compacting;
      }
    } finally {
      await this.#adapter.close();
    }
  }

  #present(view: WriteView<T>, id: string, expectedVersion: number | undefined): T {
    const current = view.get(id);
    if (current === undefined) throw new AppError("not_found", `There is no such record in ${this.name}.`);
    requireVersion(current, expectedVersion);
    return current;
  }

  async #write(evaluate: (view: WriteView<T>) => T): Promise<T> {
    if (this.#closed) throw new AppError("unavailable", "The server is stopping; nothing more is written.");
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ evaluate, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Runs until no write waits: each round takes all that wait and syncs once. */
  async #drain(): Promise<void> {
    // Writes asked for in the same turn join the first round.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      await this.#commit(batch);
      if (this.#adapter.wantsCompaction && this.#compacting === undefined && !this.#closed)
        await this.#startCompaction();
    }
    this.#draining = undefined;
  }

  async #commit(batch: QueuedWrite<T>[]): Promise<void> {
    const overlay = new Overlay(this.#low.data.items, this.#taken, this.#rules, this.name);
    const done: { write: QueuedWrite<T>; record: T }[] = [];
    for (const write of batch) {
      try {
        done.push({ write, record: overlay.attempt(write.evaluate) });
      } catch (error) {
        write.reject(error);
      }
    }
    if (overlay.operations.length > 0) {
      const state = this.#low.data;
      try {
        await this.#adapter.append({ first: state.sequence + 1, ops: overlay.operations });
      } catch (error) {
        for (const { write } of done) write.reject(error);
        return;
      }
      state.sequence += overlay.operations.length;
      this.#apply(overlay);
    }
    for (const { write, record } of done) write.resolve(record);
  }

  #apply(overlay: Overlay<T>): void {
    const { items } = this.#low.data;
    for (const [id, record] of overlay.changes) {
      const before = items.get(id);
      if (before !== undefined) this.#release(before);
      if (record === undefined) items.delete(id);
      else items.set(id, record);
    }
    for (const record of overlay.changes.values()) if (record !== undefined) this.#claim(record);
  }

  #claim(record: T): void {
    for (const key of uniqueKeys(this.#rules, record)) this.#taken.set(key, record.id);
  }

  #release(record: T): void {
    for (const key of uniqueKeys(this.#rules, record)) this.#taken.delete(key);
  }

  /** Sets the journal aside between two rounds, then writes the document beside the coming ones. */
  async #startCompaction(): Promise<void> {
    try {
      await this.#adapter.rotate();
    } catch (error) {
      this.#notice(storageError(error, `compact ${this.name}`).message);
      return;
    }
    this.#compacting = this.#compact();
  }

  async #compact(): Promise<void> {
    try {
      await this.#low.write();
    } catch (error) {
      // The journal holds everything, so nothing is lost; it is tried again when the journal has grown once more.
      this.#notice(storageError(error, `compact ${this.name}`).message);
    }
    this.#compacting = undefined;
  }
}

/** One round's changes over the stored records. */
class Overlay<T extends StoredDocument> {
  readonly changes = new Map<string, T | undefined>();
  readonly operations: JournalOperation[] = [];
  readonly #items: ReadonlyMap<string, T>;
  readonly #taken: ReadonlyMap<string, string>;
  readonly #rules: CollectionRules<T>;
  readonly #name: string;
  /** Unique values claimed (by an id) or given up (null) in this round. */
  readonly #claims = new Map<string, string | null>();

  constructor(
    items: ReadonlyMap<string, T>,
    taken: ReadonlyMap<string, string>,
    rules: CollectionRules<T>,
    name: string,
  ) {
    this.#items = items;
    this.#taken = taken;
    this.#rules = rules;
    this.#name = name;
  }

  /** Evaluates one write. It makes at most one change, and that only as its last step, so a throw leaves no trace. */
  attempt(evaluate: (view: WriteView<T>) => T): T {
    return evaluate({
      get: (id) => this.#get(id),
      put: (record) => this.#put(record),
      remove: (id) => {
        this.#change(id, undefined);
        this.operations.push({ del: id });
      },
    });
  }

  #get(id: string): T | undefined {
    return this.changes.has(id) ? this.changes.get(id) : this.#items.get(id);
  }

  #put(record: T): T {
    // Through JSON, so that memory holds exactly what the disk will give back, and nothing of the caller's.
    const stored = deepFreeze(this.#rules.parse(JSON.parse(JSON.stringify(record))));
    for (const [field, value] of Object.entries(this.#rules.unique?.(stored) ?? {})) {
      const key = uniqueKey(field, value);
      const owner = this.#claims.has(key) ? this.#claims.get(key) : this.#taken.get(key);
      if (owner !== undefined && owner !== null && owner !== stored.id) {
        const message = `The ${field} "${value}" is taken. Choose another one.`;
        throw new AppError("name_taken", message, {
          errors: [{ path: field, message }],
          data: { field, collection: this.#name },
        });
      }
    }
    this.#change(stored.id, stored);
    this.operations.push({ put: stored });
    return stored;
  }

  #change(id: string, record: T | undefined): void {
    const before = this.#get(id);
    if (before !== undefined) for (const key of uniqueKeys(this.#rules, before)) this.#claims.set(key, null);
    if (record !== undefined) for (const key of uniqueKeys(this.#rules, record)) this.#claims.set(key, record.id);
    this.changes.set(id, record);
  }
}

function uniqueKey(field: string, value: string): string {
  return JSON.stringify([field, value]);
}

function uniqueKeys<T>(rules: CollectionRules<T>, record: T): string[] {
  return Object.entries(rules.unique?.(record) ?? {}).map(([field, value]) => uniqueKey(field, value));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

/** @throws AppError stale_version where the record is not the one the caller read */
export function requireVersion({ version }: StoredDocument, expectedVersion: number | undefined): void {
  if (expectedVersion === undefined || expectedVersion === version) return;
  throw new AppError(
    "stale_version",
    `It was changed by someone else meanwhile (version ${version}, not ${expectedVersion}). Read it again.`,
    { data: { currentVersion: version } },
  );
}
