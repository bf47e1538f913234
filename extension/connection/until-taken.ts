import { AppError } from "../../shared/errors.ts";

const mostTries = 3;

/**
 * Asks for something that can be wrong, and again with the server's words where it is: three times at most.
 * @param ask is told why the answer before was not taken; undefined where the person gives up
 * @param take rejects a wrong answer with `unauthenticated` or `invalid_input`
 * @returns undefined where the person gave up
 * @throws AppError the last refusal; whatever else `take` throws at once
 */
export async function untilTaken<T extends object>(
  ask: (wrong: string | undefined) => Promise<string | undefined>,
  take: (answer: string) => Promise<T>,
): Promise<T | undefined> {
  let wrong: string | undefined;
  for (let tries = 1; ; tries += 1) {
    const answer = await ask(wrong);
    if (answer === undefined) return undefined;
    try {
      return await take(answer);
    } catch (error) {
      if (!isRefusal(error) || tries === mostTries) throw error;
      wrong = error.message;
    }
  }
}

export function isRefusal(error: unknown): error is AppError {
  return error instanceof AppError && ["unauthenticated", "invalid_input"].includes(error.code);
}
