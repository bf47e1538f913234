/** Runs work on one key strictly one after the other; different keys do not wait for each other. */
export class Serial {
  readonly #last = new Map<string, Promise<void>>();

  /** Whether work on the key runs or waits. */
  isBusy(key: string): boolean {
    return this.#last.has(key);
  }

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const { promise: done, resolve } = Promise.withResolvers<void>();
    this.#last.set(key, done);
    try {
      await before;
      return await work();
    } finally {
      if (this.#last.get(key) === done) this.#last.delete(key);
      resolve();
    }
  }
}
