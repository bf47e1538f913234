import type { CliContext } from "./connect.ts";
import type { Output } from "./output.ts";

export interface CommandContext extends CliContext {
  output: Output;
  /** Reads standard input to its end. */
  readInput: () => Promise<string>;
  /** Where the command was called. */
  cwd: string;
}

/** What a command is given: where the context comes from is decided once, from the global options. */
export type Context = () => CommandContext;
