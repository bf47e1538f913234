import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../shared/clock.ts";
import { Serial } from "../serial.ts";

export interface ThrottleOptions {
  clock: Clock;
  /** Waits that many milliseconds; tests only count them. */
  wait?: (milliseconds: number) => Promise<unknown>;
}

/** Wrong tries that cost nothing: people mistype. */
const freeFailures = 3;
/** Milliseconds the next try waits, doubled with each failure up to the most. */
const firstDelay = 250;
const longestDelay = 8_000;
/** Tries of one key that may wait at a time; more are refused unheard. */
const mostWaiting = 8;
/** A key that was quiet this long, in milliseconds, starts anew. */
const forgetAfter = 15 * 60_000;
/** Keys remembered; the one that was quiet longest goes first. */
const mostKeys = 20_000;

interface Failures {
  count: number;
  last: number;
  waiting: number;
}

/**
 * Answers wrong tries ever later. A key is an account *and* where the try comes from, so that whoever guesses slows down
 * themselves: the right password from elsewhere is answered at once, and no account is ever locked.
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #wait: (milliseconds: number) => Promise<unknown>;
  readonly #failures = new Map<string, Failures>();
  readonly #serial = new Serial();

  constructor({ clock, wait = delay }: ThrottleOptions) {
    this.#clock = clock;
    this.#wait = wait;
  }

  /**
   * Checks one try after the delay that the key has earned; tries of a key go one after the other.
   * @returns what `check` answers; false, without asking it, where too many of the key wait already
   */
  async attempt(key: string, check: () => Promise<boolean>): Promise<boolean> {
    const failures = this.#of(key);
    if (failures.waiting >= mostWaiting) return false;
    failures.waiting += 1;
    try {
      return await this.#serial.run(key, () => this.#try(key, failures, check));
    } finally {
      failures.waiting -= 1;
    }
  }

  async #try(key: string, failures: Failures, check: () => Promise<boolean>): Promise<boolean> {
    const over = failures.count - freeFailures;
    if (over >= 0) await this.#wait(Math.min(firstDelay * 2 ** over, longestDelay));
    const right = await check();
    if (right) failures.count = 0;
    else failures.count += 1;
    failures.last = this.#clock.now();
    // Where it stands in the map is how long it was quiet.
    this.#failures.delete(key);
    if (failures.count > 0) this.#failures.set(key, failures);
    return right;
  }

  #of(key: string): Failures {
    const now = this.#clock.now();
    const known = this.#failures.get(key);
    if (known !== undefined && Math.abs(now - known.last) < forgetAfter) return known;
    const failures = { count: 0, last: now, waiting: 0 };
    this.#failures.set(key, failures);
    if (this.#failures.size > mostKeys) {
      const oldest = this.#failures.keys().next().value;
      if (oldest !== undefined) this.#failures.delete(oldest);
    }
    return failures;
  }
}
