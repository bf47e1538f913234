/** The most bytes that are kept: of pages, and of what was asked, which may be longer than what it found. */
const capacity = 2 * 1024 * 1024;

/**
 * Pages as they were sent, for as long as nothing in the store changes: every window asks for the same first pages again
 * and again. What was asked is the whole key, whose tenants it may show included.
 */
export class PageMemory {
  readonly #pages = new Map<string, Uint8Array>();
  #state = "";
  #bytes = 0;

  /** @param state of the store; a page of another state is never given. */
  find(state: string, key: string): Uint8Array | undefined {
    if (state !== this.#state) this.#clear(state);
    return this.#pages.get(key);
  }

  keep(state: string, key: string, page: Uint8Array): void {
    // A key's characters take two bytes each.
    const bytes = page.byteLength + key.length * 2;
    if (state !== this.#state || this.#bytes + bytes > capacity) this.#clear(state);
    if (bytes > capacity) return;
    this.#pages.set(key, page);
    this.#bytes += bytes;
  }

  #clear(state: string): void {
    this.#pages.clear();
    this.#state = state;
    this.#bytes = 0;
  }
}
