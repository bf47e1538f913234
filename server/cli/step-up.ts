import type { Client } from "../../shared/contract/client.ts";
import { AppError } from "../../shared/errors.ts";
import type { Ask } from "./ask.ts";

/**
 * Asks for the password or a one-time code, which administering on a shared host takes.
 * @throws AppError step_up_required where the person has neither yet, invalid_input where there is no terminal
 */
export async function stepUpOnTerminal(client: Client, ask: Ask): Promise<void> {
  const { methods } = (await client.auth.me()).stepUp;
  if (methods.length === 0) {
    throw new AppError(
      "step_up_required",
      "Administering takes a password, and you have none yet. Get a one-time code from an administrator, then run: aiops password --with-code",
    );
  }
  const question = methods.includes("totp") ? "Password or one-time code: " : "Password: ";
  const answer = (await ask(question, { secret: true })).trim();
  const isCode = methods.includes("totp") && /^\d{6}$/.test(answer);
  await client.auth.stepUp(isCode ? { totp: answer } : { password: answer });
}
