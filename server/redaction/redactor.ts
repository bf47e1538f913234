import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { AppError } from "../../shared/errors.ts";
import { takeTurns, type InTurn } from "../serial.ts";
import type { Redaction, RedactionInput } from "./engine.ts";

/** What the worker says: 0 is that it is ready. */
export interface Answer {
  id: number;
  redaction?: Redaction;
  failure?: string;
}

export interface RedactorOptions {
  /** Milliseconds a text may take once the worker is ready. */
  deadlineMs?: number;
  /** Milliseconds the worker may take to start. */
  startMs?: number;
  /** UTF-16 units of all texts of a call together. */
  limit?: number;
}

interface Running {
  worker: Worker;
  ready: Promise<void>;
}

const memoryMb = 256;

/**
 * Redacts texts in a thread of its own, one call after the other. It fails closed: whatever goes wrong, the answer is an
 * error and never the text. A call that runs out of time ends the thread; the next one has a new one.
 */
export class Redactor {
  readonly #deadlineMs: number;
  readonly #startMs: number;
  readonly #limit: number;
  #running: Running | undefined;
  readonly #inTurn: InTurn = takeTurns();
  #lastId = 0;
  #closed = false;

  constructor({ deadlineMs = 1000, startMs = 10_000, limit = 1_048_576 }: RedactorOptions = {}) {
    this.#deadlineMs = deadlineMs;
    this.#startMs = startMs;
    this.#limit = limit;
  }

  /**
   * @throws AppError `too_large` beyond the limit, `timeout` beyond the deadline, `unavailable` where the thread failed.
   */
  async redact(input: RedactionInput): Promise<Redaction> {
    const units = input.texts.reduce((sum, text) => sum + text.length, 0);
    if (units > this.#limit) {
      throw new AppError(
        "too_large",
        `The text has ${String(units)} characters, and ${String(this.#limit)} can be redacted at once. Nothing was passed on; give it in parts.`,
      );
    }
    return this.#inTurn(() => this.#run(input));
  }

  /** Ends the thread. Calls made later are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  async #run(input: RedactionInput): Promise<Redaction> {
    if (this.#closed) throw new AppError("unavailable", "Redaction has been shut down; nothing was passed on.");
    this.#running ??= start();
    const { worker, ready } = this.#running;
    try {
      await within(ready, this.#startMs, "The redaction thread did not start in time");
      this.#lastId += 1;
      return await within(ask(worker, this.#lastId, input), this.#deadlineMs, "Redacting the text took too long");
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.worker.terminate();
  }
}

/** The worker's program: beside this file in the sources, in `server/` of what is built. */
function program(): URL {
  const here = fileURLToPath(import.meta.url);
  if (here.endsWith(".ts")) return new URL("./worker.ts", import.meta.url);
  const folder = basename(dirname(here)) === "server" ? "./" : "./server/";
  return new URL(`${folder}redaction-worker.js`, import.meta.url);
}

function start(): Running {
  const worker = new Worker(program(), { env: {}, resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
  // A thread that waits for work keeps no process alive.
  worker.unref();
  return { worker, ready: answerOf(worker, 0).then(() => undefined) };
}

async function ask(worker: Worker, id: number, input: RedactionInput): Promise<Redaction> {
  const answered = answerOf(worker, id);
  worker.ref();
  worker.postMessage({ id, input });
  const { redaction, failure } = await answered;
  worker.unref();
  if (redaction === undefined) throw failed(failure ?? "it gave no answer");
  return redaction;
}

function failed(why: string, cause?: unknown): AppError {
  return new AppError("unavailable", `Redaction failed (${why}). The text was not passed on; try again.`, { cause });
}

/** The answer with a number, or the thread's end. */
function answerOf(worker: Worker, id: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: Answer) => {
      if (answer.id === id) settle(() => resolve(answer));
    };
    const onError = (error: unknown) =>
      settle(() => reject(failed(error instanceof Error ? error.message : String(error), error)));
    const onExit = () => settle(() => reject(failed("its thread ended")));
    const settle = (end: () => void) => {
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      end();
    };
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
  });
}

async function within<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new AppError("timeout", `${what} (${String(ms)} ms). It was not passed on; give a shorter text.`));
  }, ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
