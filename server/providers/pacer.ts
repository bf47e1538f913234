import { setTimeout as delay } from "node:timers/promises";

/**
 * Lets work begin in order and so many milliseconds apart at least. Its form is what octokit's throttling plugin wants
 * of the groups it is given.
 */
export class Pacer {
  readonly #spacingMs: number;
  #freeAt = 0;

  constructor(spacingMs: number) {
    this.#spacingMs = spacingMs;
  }

  key(_id: string): this {
    return this;
  }

  async schedule<T>(_options: unknown, work: () => Promise<T>): Promise<T> {
    const now = performance.now();
    const begin = Math.max(now, this.#freeAt);
    this.#freeAt = begin + this.#spacingMs;
    if (begin > now) await delay(begin - now);
    return work();
  }
}
