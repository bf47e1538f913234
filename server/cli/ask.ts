import { createInterface } from "node:readline/promises";
import { AppError } from "../../shared/errors.ts";

/** Asks on the terminal. @throws AppError invalid_input where there is none to ask on */
export async function askOnTerminal(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new AppError(
      "invalid_input",
      "There is no terminal to ask on. Run it in one, or give the answers as options (--help).",
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
