import { text } from "node:stream/consumers";
import { askOnTerminal } from "./ask.ts";
import { runCli } from "./program.ts";
import { terminal } from "./output.ts";
import { version } from "../version.ts";

// A reader that leaves (`aiops issues list | head`) is not an error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  version,
  output: terminal,
  readInput: () => text(process.stdin),
  ask: askOnTerminal,
  cwd: process.cwd(),
});
