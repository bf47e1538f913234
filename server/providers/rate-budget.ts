import { setTimeout as delay } from "node:timers/promises";

export interface RateBudgetOptions {
  /** Milliseconds that stand for a second of a limit. */
  secondMs: number;
  /** The longest a limit is waited for, in seconds. */
  maxWaitSeconds: number;
}

/** How many requests of a window are kept for people: a twentieth, at most fifty. */
const keptShare = 20;
const mostKept = 50;

/**
 * What a connection may still ask of its tracker, shared by all that use it: once the tracker said "enough", nobody
 * asks again before it allows, and the last requests of a window are left to people while syncs wait. Time is
 * monotonic, so that a jump of the clock neither locks nor opens anything.
 */
export class RateBudget {
  readonly #options: RateBudgetOptions;
  #pausedUntil = 0;
  #backgroundPausedUntil = 0;

  constructor(options: RateBudgetOptions) {
    this.#options = options;
  }

  /** The tracker wants no requests for so many seconds. */
  pause(seconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#after(seconds));
  }

  /** The tracker counts: so many of `limit` requests are left until the window ends in so many seconds. */
  note(limit: number, remaining: number, endsInSeconds: number): void {
    const kept = Math.min(mostKept, Math.floor(limit / keptShare));
    this.#backgroundPausedUntil = remaining <= kept ? this.#after(endsInSeconds) : 0;
  }

  /**
   * Waits until a request may go out. Answers 0 then; where the wait would be too long, the seconds it would take, at
   * once.
   *
   * @param background Whether nobody waits for the answer.
   */
  async ready(background: boolean, signal: AbortSignal): Promise<number> {
    for (;;) {
      const left = this.#left(background);
      if (left <= 0) return 0;
      const seconds = Math.ceil(left / this.#options.secondMs);
      if (seconds > this.#options.maxWaitSeconds) return seconds;
      await delay(left, undefined, { signal });
    }
  }

  /** Whether a request may go out at this moment. */
  isOpen(background: boolean): boolean {
    return this.#left(background) <= 0;
  }

  /** Milliseconds until a request may go out. */
  #left(background: boolean): number {
    const until = background ? Math.max(this.#pausedUntil, this.#backgroundPausedUntil) : this.#pausedUntil;
    return until - performance.now();
  }

  #after(seconds: number): number {
    return performance.now() + Math.max(seconds, 0) * this.#options.secondMs;
  }
}
