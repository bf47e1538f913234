/** Lets one piece of work at a time go on per key; those that wait are served in the order they came. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<void>>();

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const { promise: done, resolve: release } = Promise.withResolvers<void>();
    const turn = before.then(() => done);
    this.#last.set(key, turn);
    await before;
    try {
      return await work();
    } finally {
      release();
      if (this.#last.get(key) === turn) this.#last.delete(key);
    }
  }
}

/** The results in the order of the items, with at most `limit` of them worked on at a time. The first error is thrown. */
export async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
