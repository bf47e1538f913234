import { abortable } from "./providers/abortable.ts";

/** Runs work on one key strictly one after the other; different keys do not wait for each other. */
export class Serial {
  readonly #last = new Map<string, Promise<void>>();

  /** Whether work on the key runs or waits. */
  isBusy(key: string): boolean {
    return this.#last.has(key);
  }

  /**
   * @param signal Ends the waiting; once it is its turn, the work itself sees to being broken off.
   * @throws the signal's reason, at once, where it is aborted before the turn; or what the work throws
   */
  async run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last.get(key);
    const { promise: done, resolve } = Promise.withResolvers<void>();
    this.#last.set(key, done);
    const leave = () => {
      if (this.#last.get(key) === done) this.#last.delete(key);
      resolve();
    };
    try {
      await (before === undefined || signal === undefined ? before : abortable(before, signal));
    } catch (error) {
      // Whoever comes next still waits for those before.
      void before?.then(leave);
      throw error;
    }
    try {
      return await work();
    } finally {
      leave();
    }
  }
}

/** Runs work while none of its kind runs. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Turns that all who are given it take. */
export function takeTurns(): InTurn {
  const serial = new Serial();
  return (work) => serial.run("all", work);
}
