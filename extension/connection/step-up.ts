import type { Client } from "../../shared/contract/client.ts";
import { AppError } from "../../shared/errors.ts";
import { isRefusal, untilTaken } from "./until-taken.ts";

export type ProofMethod = "password" | "totp";

/**
 * Asks the person for their password or a one-time code.
 * @param wrong why the one before was not taken
 * @returns undefined where the person gives none
 */
export type AskForProof = (methods: readonly ProofMethod[], wrong: string | undefined) => Promise<string | undefined>;

/**
 * Lets the person show again who they are, which administering on a shared host takes. What they type goes to the server
 * and nowhere else.
 * @param requireItself throws where it is not the server that would be given it
 * @throws AppError `step_up_required` where they have neither password nor codes yet, gave none, or a wrong one three times
 */
export async function stepUp(client: Client, ask: AskForProof, requireItself: () => Promise<void>): Promise<void> {
  const { methods } = (await client.auth.me()).stepUp;
  if (methods.length === 0) {
    throw failed(
      "Administering takes a password, and you have none yet. Get a one-time code from an administrator, then use aiops: Set Password.",
      { data: { setPassword: true } },
    );
  }
  const show = async (answer: string) => {
    await requireItself();
    const isCode = methods.includes("totp") && /^\d{6}$/.test(answer.trim());
    return client.auth.stepUp(isCode ? { totp: answer.trim() } : { password: answer });
  };
  try {
    const shown = await untilTaken((wrong) => ask(methods, wrong), show);
    if (shown !== undefined) return;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw failed(`Nothing was changed: what you gave was wrong three times. ${error.message}`, { cause: error });
  }
  throw failed("Nothing was changed: it takes your password or a one-time code, and you gave none.");
}

function failed(message: string, options: { cause?: unknown; data?: Record<string, unknown> } = {}): AppError {
  return new AppError("step_up_required", message, options);
}
