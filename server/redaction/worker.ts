// The program of the worker thread: one request at a time, answered by its number.
import { parentPort } from "node:worker_threads";
import { errorMessage } from "../../shared/errors.ts";
import { redactTexts, type RedactionInput } from "./engine.ts";
import type { Answer } from "./redactor.ts";

const port = parentPort;
if (port === null) throw new Error("The redaction worker runs as a thread only.");

const answer = (message: Answer): void => port.postMessage(message);

port.on("message", ({ id, input }: { id: number; input: RedactionInput }) => {
  try {
    answer({ id, redaction: redactTexts(input) });
  } catch (error) {
    answer({ id, failure: errorMessage(error) });
  }
});
answer({ id: 0 });
