import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { AppError } from "../../shared/errors.ts";

export interface AskOptions {
  /** What is typed is not shown. */
  secret?: boolean;
}

/** Asks one question and gives the answer. @throws AppError invalid_input where there is nobody to ask */
export type Ask = (question: string, options?: AskOptions) => Promise<string>;

/** Asks on the terminal. @throws AppError invalid_input where there is none to ask on */
export async function askOnTerminal(question: string, { secret = false }: AskOptions = {}): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new AppError(
      "invalid_input",
      "There is no terminal to ask on. Run it in one, or give the answers as options (--help).",
    );
  }
  if (secret) process.stderr.write(question);
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({
    input: process.stdin,
    output: secret ? hidden : process.stderr,
    terminal: true,
  });
  try {
    return await terminal.question(secret ? "" : question);
  } finally {
    terminal.close();
    if (secret) process.stderr.write("\n");
  }
}
