import { spawn, type ChildProcess } from "node:child_process";
import { AppError } from "../../shared/errors.ts";
import { isRecord } from "./helper/arguments.ts";
import { encodeFrame, FrameReader } from "./helper/frames.ts";
import {
  fromWire,
  maxAnswerBytes,
  maxRequestBytes,
  protocolVersion,
  type FromHelper,
  type HelperIdentity,
  type ToHelper,
} from "./helper/protocol.ts";
import { limitOf, verbs } from "./helper/verbs.ts";
import type { HostProgress } from "./progress.ts";
import { missingToolError } from "./missing-tool.ts";
import { helperEnded, startFailed, type HelperEnd, type HelperStart } from "./sudo-errors.ts";

export interface CallOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: HostProgress) => void) | undefined;
}

export interface HelperClientOptions extends HelperStart {
  /** Milliseconds without a call after which the helper ends itself. */
  idleMs: number;
}

/** A call that the helper had not begun when it ended itself; a new helper can have it. */
export class NotBegun extends Error {}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  onProgress: CallOptions["onProgress"];
}

const startMs = 20_000;
/** Beyond the helper's own limits: only a helper that is stuck answers this late. */
const stuckMs = 15_000;
const keptStderr = 8_192;

/** The server's end of one helper process, from its start to its end. */
export class HelperClient {
  readonly #options: HelperClientOptions;
  readonly #child: ChildProcess;
  readonly #frames = new FrameReader(maxAnswerBytes);
  readonly #waiting = new Map<number, Waiting>();
  readonly #ready = Promise.withResolvers<HelperIdentity>();
  readonly #gone = Promise.withResolvers<void>();
  #lastId = 0;
  #stderr = "";
  #over = false;
  #retired = false;
  /** It said that it ends of itself. */
  #bye = false;
  #failure: AppError | undefined;

  /** Starts `sudo -n -u USER -- PROGRAM` with an environment that holds a PATH and nothing else. */
  constructor(options: HelperClientOptions) {
    this.#options = options;
    const argv = ["-n", "-u", options.user, "--", options.program];
    this.#child = spawn("sudo", argv, {
      cwd: "/",
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
      stdio: ["pipe", "pipe", "pipe"],
      // A session of its own: without a terminal there is nothing sudo could ask on.
      detached: true,
    });
    const { stdin, stdout, stderr } = this.#child;
    // The helper is gone or going; how it ended tells why.
    stdin?.on("error", () => this.close());
    stdout?.on("data", (piece: Buffer) => this.#read(piece));
    stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-keptStderr);
    });
    this.#child.once("error", (error) => this.#notStarted(error));
    this.#child.once("close", (exitCode, signal) => this.#ended({ exitCode, signal, stderr: this.#stderr }));
    this.#write({ type: "hello", protocol: protocolVersion, idleMs: options.idleMs });
    const late = setTimeout(() => this.#giveUp(this.#tooLate("start", startMs)), startMs);
    const settled = () => clearTimeout(late);
    this.#ready.promise.then(settled, settled);
    this.#gone.promise.then(settled, settled);
  }

  /** What the helper says of itself. @throws AppError `forbidden`, `tool_missing`, `unavailable` where it did not start */
  get ready(): Promise<HelperIdentity> {
    return this.#ready.promise;
  }

  /** Resolves once the process has ended. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** It ended, or ends: it takes no calls any more. */
  get isOver(): boolean {
    return this.#over;
  }

  /**
   * @throws what the method throws; AppError `unavailable` where the helper ended before it answered; NotBegun
   */
  async call(verb: string, args: readonly unknown[], { signal, onProgress }: CallOptions = {}): Promise<unknown> {
    await this.#ready.promise;
    if (this.#over) throw new NotBegun();
    if (signal?.aborted === true) throw new AppError("cancelled", `${verb} was cancelled.`);
    const id = (this.#lastId += 1);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const known = verbs.get(verb);
    const limitMs = (known === undefined ? 0 : limitOf(known, args)) + stuckMs;
    const timer = setTimeout(() => this.#giveUp(this.#tooLate(verb, limitMs)), limitMs);
    const cancel = () => this.#write({ type: "cancel", id });
    signal?.addEventListener("abort", cancel, { once: true });
    this.#waiting.set(id, { resolve, reject, onProgress });
    try {
      this.#write({ type: "call", id, verb, args: [...args], ...(onProgress ? { progress: true } : {}) });
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
      this.#waiting.delete(id);
      if (this.#retired && this.#waiting.size === 0) this.close();
    }
  }

  /** Takes no more calls; the helper ends what it runs, and itself, when its input closes. */
  close(): void {
    this.#over = true;
    this.#child.stdin?.end();
  }

  /** Takes no more calls; the helper ends when it has answered those it has. */
  retire(): void {
    this.#over = true;
    this.#retired = true;
    if (this.#waiting.size === 0) this.close();
  }

  /** It is root's process (sudo), so it can't be killed: it ends when it sees that its input is closed. */
  #giveUp(why: AppError): void {
    this.#failure ??= why;
    this.close();
    this.#ready.reject(this.#failure);
    this.#fail(this.#failure);
  }

  #write(message: ToHelper): void {
    const frame = encodeFrame(message, maxRequestBytes);
    if (this.#child.stdin?.writable === true) this.#child.stdin.write(frame);
  }

  #read(piece: Buffer): void {
    try {
      for (const message of this.#frames.push(piece)) if (isAnswer(message)) this.#take(message);
    } catch (error) {
      const message = `The helper of ${this.#options.user} sent what is no answer. Install it anew: sudo aiops install.`;
      this.#child.stdout?.destroy();
      this.#giveUp(new AppError("unavailable", message, { cause: error }));
    }
  }

  #take(message: FromHelper): void {
    if (message.type === "ready") {
      this.#ready.resolve(message);
      return;
    }
    if (message.type === "bye") {
      this.#bye = true;
      this.#over = true;
      for (const { reject } of this.#waiting.values()) reject(new NotBegun());
      this.#child.stdin?.end();
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (message.type === "progress") waiting?.onProgress?.(message.progress);
    else if (message.type === "result") waiting?.resolve(message.value);
    else waiting?.reject(fromWire(message.error));
  }

  #notStarted(error: NodeJS.ErrnoException): void {
    this.#failure = error.code === "ENOENT" ? missingToolError("sudo", error) : undefined;
    this.#ended({ exitCode: null, signal: null, stderr: error.message });
  }

  #ended(end: HelperEnd): void {
    this.#over = true;
    this.#ready.reject(this.#failure ?? startFailed(this.#options, end));
    this.#fail(this.#bye ? new NotBegun() : (this.#failure ?? helperEnded(this.#options.user, end)));
    this.#gone.resolve();
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error);
  }

  #tooLate(what: string, ms: number): AppError {
    const message = `The helper of ${this.#options.user} did not answer (${what}) within ${ms / 1000} s and was given up. Try again: a new one starts by itself.`;
    return new AppError("timeout", message);
  }
}

/** Messages of a kind this server does not know come from a newer helper, and are left. */
function isAnswer(message: unknown): message is FromHelper {
  if (!isRecord(message)) return false;
  if (message["type"] === "bye") return true;
  if (message["type"] === "ready") return typeof message["uid"] === "number";
  if (typeof message["id"] !== "number") return false;
  if (message["type"] === "error") return isRecord(message["error"]);
  if (message["type"] === "progress") return isRecord(message["progress"]);
  return message["type"] === "result";
}
