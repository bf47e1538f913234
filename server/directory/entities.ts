import type { Clock } from "../../shared/clock.ts";
import { isoTime } from "../../shared/clock.ts";
import type { EventEntity } from "../../shared/entities/event.ts";
import { AppError } from "../../shared/errors.ts";
import type { EventBus } from "../events/bus.ts";
import { newId } from "../ids.ts";
import type { DocumentCollection } from "../storage/document-collection.ts";
import { globalScope, type CollectionDefinition, type DocumentStore } from "../storage/document-store.ts";

export interface EntityRecord {
  id: string;
  version: number;
  createdAt: string;
  updatedAt: string;
}

type Managed = keyof EntityRecord;

export interface EntityDirectoryOptions<T extends EntityRecord> {
  store: DocumentStore;
  definition: CollectionDefinition<T>;
  entity: EventEntity;
  /** Which tenant's file a record lies in; undefined for what belongs to none. */
  tenantOf?: (record: T) => string;
  /** Who alone hears of a record, besides administrators; undefined for everyone of its tenant. */
  ownerOf?: (record: T) => string | undefined;
  /** What listeners are sent: the record without its secrets. */
  present: (record: T) => unknown;
  events: EventBus;
  clock: Clock;
}

/**
 * The records of one kind over all tenants: found by id in one step, written to their tenant's collection, announced to
 * listeners. What a caller may see is decided before this.
 */
export class EntityDirectory<T extends EntityRecord> {
  readonly #options: EntityDirectoryOptions<T>;
  readonly #collections: Map<string, DocumentCollection<T>>;
  readonly #homes = new Map<string, DocumentCollection<T>>();

  private constructor(options: EntityDirectoryOptions<T>, collections: Map<string, DocumentCollection<T>>) {
    this.#options = options;
    this.#collections = collections;
    for (const collection of collections.values()) {
      for (const record of collection.list()) this.#homes.set(record.id, collection);
    }
  }

  /** @throws AppError storage_corrupt */
  static async open<T extends EntityRecord>(options: EntityDirectoryOptions<T>): Promise<EntityDirectory<T>> {
    const { store, definition, tenantOf } = options;
    const collections =
      tenantOf === undefined
        ? new Map([[globalScope, await store.collection(definition)]])
        : await store.everyTenant(definition);
    return new EntityDirectory(options, collections);
  }

  find(id: string): T | undefined {
    return this.#homes.get(id)?.get(id);
  }

  get(id: string): T {
    const record = this.find(id);
    if (record === undefined) throw new AppError("not_found", `There is no such ${this.#options.entity}.`);
    return record;
  }

  /** Every record that fits, oldest first. */
  list(fits: (record: T) => boolean = () => true): T[] {
    return [...this.#collections.values()]
      .flatMap((collection) => collection.list().filter(fits))
      .sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
  }

  /** The record of one tenant that has this value in a unique field. */
  findUnique(field: string, value: string, tenantId: string = globalScope): T | undefined {
    return this.#collections.get(tenantId)?.find(field, value);
  }

  /** @throws AppError name_taken, storage_full, storage_failed */
  async create(fields: Omit<T, Managed>, id = newId()): Promise<T> {
    const now = isoTime(this.#options.clock);
    const record = this.#options.definition.parse({ ...fields, id, version: 1, createdAt: now, updatedAt: now });
    const collection = await this.#collectionOf(record);
    const stored = await collection.insert(record);
    this.#homes.set(stored.id, collection);
    this.#announce(stored, "created");
    return stored;
  }

  /**
   * @param expectedVersion the version the change was made on; undefined takes whatever is there
   * @throws AppError not_found, stale_version, name_taken, storage_full, storage_failed
   */
  async update(id: string, expectedVersion: number | undefined, change: (record: T) => T): Promise<T> {
    const stored = await this.#home(id).update(id, expectedVersion, (record) => ({
      ...change(record),
      updatedAt: isoTime(this.#options.clock),
    }));
    this.#announce(stored, "changed");
    return stored;
  }

  async remove(id: string, expectedVersion: number | undefined): Promise<T> {
    const removed = await this.#home(id).remove(id, expectedVersion);
    this.#homes.delete(id);
    this.#announce(removed, "deleted");
    return removed;
  }

  #home(id: string): DocumentCollection<T> {
    const home = this.#homes.get(id);
    if (home === undefined) throw new AppError("not_found", `There is no such ${this.#options.entity}.`);
    return home;
  }

  async #collectionOf(record: T): Promise<DocumentCollection<T>> {
    const scope = this.#options.tenantOf?.(record) ?? globalScope;
    const present = this.#collections.get(scope);
    if (present !== undefined) return present;
    const opened = await this.#options.store.collection(this.#options.definition, scope);
    this.#collections.set(scope, opened);
    return opened;
  }

  #announce(record: T, change: "created" | "changed" | "deleted"): void {
    const { entity, tenantOf, ownerOf, present, events } = this.#options;
    const tenantId = tenantOf?.(record) ?? (entity === "tenant" ? record.id : null);
    const ownerId = ownerOf?.(record);
    const data = change === "deleted" ? null : present(record);
    events.publish({ entity, change, id: record.id, tenantId, ...(ownerId !== undefined && { ownerId }), data });
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
