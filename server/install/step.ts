import { errorMessage } from "../../shared/errors.ts";
import { AppError } from "../../shared/errors.ts";

/** Puts back what a step changed. */
export type Undo = () => Promise<void>;

/** One thing that is made or changed on the host. */
export interface Step {
  /** What it does, in the imperative, with the paths and names. */
  what: string;
  /** Whether it is as it should be already. Changes nothing. */
  isDone(): Promise<boolean>;
  /** @returns what puts the host back as it was before */
  apply(): Promise<Undo>;
}

export interface PlannedStep {
  step: Step;
  done: boolean;
}

/** Looks at what is there, so that it can be said what will be done before anything is. */
export async function plan(steps: readonly Step[]): Promise<PlannedStep[]> {
  const planned: PlannedStep[] = [];
  for (const step of steps) planned.push({ step, done: await step.isDone() });
  return planned;
}

/**
 * Does the steps in order; when one fails, what those before it made is undone, last first.
 * @param said is told of each step that was done or undone
 * @throws AppError of the step that failed, saying what could not be undone
 */
export async function carryOut(steps: readonly Step[], said: (line: string) => void): Promise<void> {
  const undos: { what: string; undo: Undo }[] = [];
  for (const step of steps) {
    // Looked at anew: a step before it may have seen to it, or undone it.
    if (await step.isDone()) continue;
    try {
      const undo = await step.apply();
      undos.push({ what: step.what, undo });
      said(`done: ${step.what}`);
    } catch (error) {
      throw await takeBack(step.what, error, undos, said);
    }
  }
}

async function takeBack(
  failed: string,
  cause: unknown,
  undos: readonly { what: string; undo: Undo }[],
  said: (line: string) => void,
): Promise<AppError> {
  const left: string[] = [];
  for (const { what, undo } of undos.toReversed()) {
    try {
      await undo();
      said(`undone: ${what}`);
    } catch (error) {
      // The others are undone all the same; this one is named.
      left.push(`${what} (${errorMessage(error)})`);
    }
  }
  const rest = left.length === 0 ? "The host is as it was before." : `Could not be undone: ${left.join("; ")}.`;
  const code = cause instanceof AppError ? cause.code : "command_failed";
  return new AppError(code, `Failed to: ${failed}. ${errorMessage(cause)} ${rest}`, { cause });
}
