import { EventEmitter, type Disposable } from "vscode";

interface Versioned {
  id: string;
  version: number;
}

/** The entities of one kind, by id. Fires the ids that changed. */
export class Collection<T extends Versioned> implements Disposable {
  readonly #items = new Map<string, T>();
  readonly #changed = new EventEmitter<readonly string[]>();
  readonly onDidChange = this.#changed.event;

  get(id: string): T | undefined {
    return this.#items.get(id);
  }

  all(): T[] {
    return [...this.#items.values()];
  }

  get size(): number {
    return this.#items.size;
  }

  /** Takes an entity in, unless a newer version of it is here: events and answers may cross. */
  put(entity: T): void {
    const known = this.#items.get(entity.id);
    if (known !== undefined && known.version > entity.version) return;
    this.#items.set(entity.id, entity);
    this.#changed.fire([entity.id]);
  }

  remove(id: string): void {
    if (this.#items.delete(id)) this.#changed.fire([id]);
  }

  /** Forgets those that have been here longest, beyond a number. */
  trim(limit: number): void {
    for (const id of this.#items.keys()) {
      if (this.#items.size <= limit) return;
      this.remove(id);
    }
  }

  /** Replaces everything; fires once, with what differs. */
  replace(entities: readonly T[]): void {
    const next = new Map(entities.map((entity) => [entity.id, entity]));
    const changed = new Set<string>();
    for (const [id, entity] of next) if (this.#items.get(id)?.version !== entity.version) changed.add(id);
    for (const id of this.#items.keys()) if (!next.has(id)) changed.add(id);
    this.#items.clear();
    for (const [id, entity] of next) this.#items.set(id, entity);
    if (changed.size > 0) this.#changed.fire([...changed]);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
