import type { Clock } from "../../shared/clock.ts";
import { AppError } from "../../shared/errors.ts";
import type { Principal } from "../http/context.ts";

export interface StepUpOptions {
  /**
   * Whether administering asks for it: on a shared host. In personal mode person, server and agents are one Linux user,
   * and nothing that is asked for would keep an agent out.
   */
  required: boolean;
  clock: Clock;
}

/** Milliseconds that a password or one-time code counts. */
const lifetimeMs = 15 * 60_000;

/** Who has shown within the last minutes that they are a person, and not a program of theirs. */
export class StepUps {
  readonly #options: StepUpOptions;

  constructor(options: StepUpOptions) {
    this.#options = options;
  }

  get required(): boolean {
    return this.#options.required;
  }

  /** Until when a step-up counts, in milliseconds since the epoch; null where there is none that does. */
  until(steppedUpAt: number | null): number | null {
    if (steppedUpAt === null) return null;
    const until = steppedUpAt + lifetimeMs;
    return until > this.#options.clock.now() ? until : null;
  }

  /** @throws AppError `step_up_required` */
  require({ steppedUpAt }: Principal): void {
    if (!this.#options.required || this.until(steppedUpAt) !== null) return;
    throw new AppError(
      "step_up_required",
      "Administering takes your password or a one-time code within the last 15 minutes. Give one (POST /api/auth/step-up), and repeat.",
    );
  }
}
