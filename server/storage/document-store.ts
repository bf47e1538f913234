import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../shared/errors.ts";
import { removeIfThere, syncDirectory } from "./atomic-file.ts";
import { DocumentCollection, type CollectionRules, type StoredDocument } from "./document-collection.ts";
import { collectionPaths } from "./document-file.ts";
import { isMissing, storageError } from "./fault.ts";

/** The folder of what belongs to no tenant. No tenant id begins with an underscore. */
export const globalScope = "_global";

export interface CollectionDefinition<T extends StoredDocument> extends CollectionRules<T> {
  /** Also the file's name. */
  name: string;
}

export interface DocumentStoreOptions {
  /** Told what an operator may want to know, in a sentence. */
  notice?: (message: string) => void;
}

/**
 * The control plane's documents: one lowdb file per tenant and collection in `<directory>/<tenant or _global>/`.
 * Every file is opened through here, once.
 */
export class DocumentStore {
  readonly #directory: string;
  readonly #notice: (message: string) => void;
  readonly #open = new Map<string, Promise<unknown>>();
  readonly #closers: (() => Promise<void>)[] = [];

  private constructor(directory: string, notice: (message: string) => void) {
    this.#directory = directory;
    this.#notice = notice;
  }

  /** Opens or makes the directory (0700) and clears away what an interrupted write left. */
  static async open(directory: string, options: DocumentStoreOptions = {}): Promise<DocumentStore> {
    await makeDirectory(directory);
    const store = new DocumentStore(directory, options.notice ?? (() => undefined));
    for (const scope of await store.scopes()) {
      for (const name of await readdir(join(directory, scope))) {
        if (name.endsWith(".tmp")) await removeIfThere(join(directory, scope, name));
      }
    }
    return store;
  }

  /** The tenants that have documents, and `_global`. */
  async scopes(): Promise<string[]> {
    const entries = await readdir(this.#directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  }

  /**
   * One collection of one tenant, or of none. Opened at the first call; the same object after that.
   * @throws AppError storage_corrupt naming the file: the server must not go on, `recoverCollection` can help
   */
  async collection<T extends StoredDocument>(
    definition: CollectionDefinition<T>,
    tenantId: string = globalScope,
  ): Promise<DocumentCollection<T>> {
    if (!/^[A-Za-z0-9_-]+$/.test(tenantId)) {
      throw new AppError("invalid_input", "A tenant id has only letters, digits, - and _.");
    }
    const key = `${tenantId}/${definition.name}`;
    const present = this.#open.get(key) ?? this.#openCollection(definition, tenantId);
    this.#open.set(key, present);
    // One definition per name, so what is kept under the name has the definition's type.
    return present as Promise<DocumentCollection<T>>;
  }

  /** The collection in every tenant that has it, by tenant id. */
  async everyTenant<T extends StoredDocument>(
    definition: CollectionDefinition<T>,
  ): Promise<Map<string, DocumentCollection<T>>> {
    const found = new Map<string, DocumentCollection<T>>();
    for (const scope of await this.scopes()) {
      if (scope !== globalScope) found.set(scope, await this.collection(definition, scope));
    }
    return found;
  }

  /** Writes and closes everything that was opened. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#open.values());
    await Promise.all(this.#closers.map((close) => close()));
  }

  async #openCollection<T extends StoredDocument>(
    definition: CollectionDefinition<T>,
    scope: string,
  ): Promise<DocumentCollection<T>> {
    const directory = join(this.#directory, scope);
    await makeDirectory(directory);
    const paths = collectionPaths(directory, definition.name);
    const collection = await DocumentCollection.open(paths, definition.name, definition, this.#notice);
    this.#closers.push(() => collection.close());
    return collection;
  }
}

/** Makes one directory, mode 0700, durably; its parent must exist. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await readdir(path);
  } catch (error) {
    if (!isMissing(error)) throw storageError(error, `read the directory ${path}`);
    try {
      await mkdir(path, { mode: 0o700 });
      await syncDirectory(join(path, ".."));
    } catch (failure) {
      throw storageError(failure, `make the directory ${path}`);
    }
  }
}
