import { Gate } from "./gate.ts";
import { RateBudget } from "./rate-budget.ts";

export interface TurnsOptions {
  /** The most requests under way at a time. */
  concurrency: number;
  /** Milliseconds that stand for a second of a limit. */
  secondMs: number;
  /** The longest a limit is waited for, in seconds. */
  maxWaitSeconds: number;
  /** The error for a limit that is not waited for. */
  refusal: (seconds: number) => Error;
}

/** Whoever wants to ask a tracker something. */
export interface Asker {
  signal: AbortSignal;
  /** Nobody waits for the answer. */
  background: boolean;
}

/**
 * Whose request of a connection goes out when: so many at a time, and none while the tracker wants none. What waits for
 * a limit holds no place among those under way, so that a sync that has to wait keeps nobody else from asking.
 */
export class Turns {
  readonly budget: RateBudget;
  readonly #gate: Gate;
  readonly #refusal: TurnsOptions["refusal"];

  constructor({ concurrency, secondMs, maxWaitSeconds, refusal }: TurnsOptions) {
    this.budget = new RateBudget({ secondMs, maxWaitSeconds });
    this.#gate = new Gate(concurrency);
    this.#refusal = refusal;
  }

  /**
   * The request's outcome, when it may go out.
   * @throws the refusal where a limit lasts too long; the signal's reason; what the request throws
   */
  async take<T>(asker: Asker, request: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.ready(asker);
      const outcome = await this.enter(asker, request);
      if (outcome !== null) return outcome.value;
    }
  }

  /** Waits until no limit stands against a request. @throws the refusal; the signal's reason */
  async ready({ background, signal }: Asker): Promise<void> {
    const seconds = await this.budget.ready(background, signal);
    if (seconds > 0) throw this.#refusal(seconds);
  }

  /**
   * The request's outcome as soon as there is a place for it; null where there is a limit by then, so that it has to
   * be {@link ready} anew: while it waited another may have been told to wait.
   */
  enter<T>({ background, signal }: Asker, request: () => Promise<T>): Promise<{ value: T } | null> {
    return this.#gate.run(async () => (this.budget.isOpen(background) ? { value: await request() } : null), signal);
  }
}
