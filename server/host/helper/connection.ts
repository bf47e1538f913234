import type { Readable, Writable } from "node:stream";
import { errorMessage } from "../../../shared/errors.ts";
import type { HostUser } from "../host.ts";
import { count, flag, isRecord, optional, record, text, type Check } from "./arguments.ts";
import { Calls } from "./calls.ts";
import { encodeFrame, FrameReader } from "./frames.ts";
import {
  exitBadInput,
  exitRefused,
  maxAnswerBytes,
  maxRequestBytes,
  protocolVersion,
  toWire,
  type FromHelper,
  type HelperIdentity,
  type ToHelper,
} from "./protocol.ts";

export interface ConnectionOptions {
  user: HostUser;
  identity: HelperIdentity;
  input: Readable;
  output: Writable;
}

/** How long what still runs gets to end before the process does. */
const endMs = 5_000;
/** Until the server said its first word. */
const helloMs = 10_000;
/** Long enough for the first call to arrive. */
const shortestIdleMs = 200;
const longestIdleMs = 24 * 3_600_000;

const list: Check = (value) => Array.isArray(value);
const shapes: Readonly<Record<ToHelper["type"], Check>> = {
  hello: record({ type: text, protocol: count, idleMs: count }),
  call: record({ type: text, id: count, verb: text, args: list, progress: optional(flag) }),
  cancel: record({ type: text, id: count }),
};

/** The helper's side of the pipe, from the first word to the end of the process. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #frames = new FrameReader(maxRequestBytes);
  readonly #calls: Calls;
  #idleMs: number | undefined;
  #timer: NodeJS.Timeout;
  #ending = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#calls = new Calls(
      options.user,
      (message) => this.#send(message),
      () => this.#awaitIdle(),
    );
    this.#timer = setTimeout(() => this.#fail("nobody spoke to it", exitBadInput), helloMs);
    options.output.on("error", () => void this.end(0));
    options.input.on("data", (piece: Buffer) => this.#read(piece));
    options.input.on("end", () => void this.end(0));
    options.input.on("error", () => void this.end(0));
  }

  /** Ends all that was started, then the process. */
  async end(code: number): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    clearTimeout(this.#timer);
    setTimeout(() => process.exit(code), endMs).unref();
    await this.#calls.endAll();
    this.#options.output.end(() => process.exit(code));
  }

  #read(piece: Buffer): void {
    if (this.#ending) return;
    try {
      for (const message of this.#frames.push(piece)) this.#take(message);
    } catch (error) {
      this.#fail(errorMessage(error), exitBadInput);
    }
  }

  #take(message: unknown): void {
    if (this.#ending) return;
    if (!isMessage(message)) {
      this.#fail("it was sent a message of no known kind", exitBadInput);
      return;
    }
    if (message.type === "hello") this.#hello(message);
    else if (this.#idleMs === undefined) this.#fail("the first message was no hello", exitBadInput);
    else if (message.type === "cancel") this.#calls.cancel(message.id);
    else this.#begin(message);
  }

  #hello({ protocol, idleMs }: Extract<ToHelper, { type: "hello" }>): void {
    if (protocol !== protocolVersion) {
      const versions = `this helper speaks version ${protocolVersion} and the server version ${protocol}`;
      this.#fail(`${versions}; install the server's own with "aiops install"`, exitRefused);
      return;
    }
    this.#idleMs = Math.min(Math.max(idleMs, shortestIdleMs), longestIdleMs);
    this.#send({ type: "ready", protocol: protocolVersion, ...this.#options.identity });
    this.#awaitIdle();
  }

  #begin(message: Extract<ToHelper, { type: "call" }>): void {
    clearTimeout(this.#timer);
    this.#calls.begin(message);
  }

  #awaitIdle(): void {
    clearTimeout(this.#timer);
    if (this.#ending) return;
    this.#timer = setTimeout(() => {
      this.#send({ type: "bye" });
      void this.end(0);
    }, this.#idleMs);
  }

  /** An answer that is too large becomes an error of its call. */
  #send(message: FromHelper): void {
    if (!this.#options.output.writable) return;
    let frame: Buffer;
    try {
      frame = encodeFrame(message, maxAnswerBytes);
    } catch (error) {
      if (message.type !== "result") throw error;
      frame = encodeFrame({ type: "error", id: message.id, error: toWire(error) }, maxAnswerBytes);
    }
    this.#options.output.write(frame);
  }

  #fail(why: string, code: number): void {
    process.stderr.write(`aiops-helper ends: ${why}.\n`);
    void this.end(code);
  }
}

function isMessage(message: unknown): message is ToHelper {
  if (!isRecord(message) || typeof message["type"] !== "string") return false;
  const shape = Object.hasOwn(shapes, message["type"]) ? shapes[message["type"] as ToHelper["type"]] : undefined;
  return shape?.(message) === true;
}
