import { AppError } from "../../../shared/errors.ts";
import type { HostUser } from "../host.ts";
import { isRecord } from "./arguments.ts";
import { maxCallsInFlight, toWire, type FromHelper, type ToHelper } from "./protocol.ts";
import { limitOf, takes, verbs } from "./verbs.ts";

export type Call = Extract<ToHelper, { type: "call" }>;

/** How much longer than its own limit a call may take before it is answered for: what is ended needs a moment. */
const graceMs = 5_000;

/** The calls a helper works on: each is answered once, can be cancelled, and has its time. */
export class Calls {
  readonly #user: HostUser;
  readonly #send: (message: FromHelper) => void;
  readonly #onQuiet: () => void;
  readonly #running = new Map<number, { abort: AbortController; done: Promise<void> }>();

  /** `onQuiet` is called when the last of the calls is answered. */
  constructor(user: HostUser, send: (message: FromHelper) => void, onQuiet: () => void) {
    this.#user = user;
    this.#send = send;
    this.#onQuiet = onQuiet;
  }

  get inFlight(): number {
    return this.#running.size;
  }

  begin(call: Call): void {
    if (this.#running.has(call.id)) {
      this.#refuse(call.id, new AppError("invalid_input", `Call ${call.id} runs already.`));
      return;
    }
    if (this.#running.size >= maxCallsInFlight) {
      const message = `This person's helper works on ${maxCallsInFlight} calls already. Try again in a moment.`;
      this.#refuse(call.id, new AppError("unavailable", message));
      return;
    }
    const abort = new AbortController();
    const done = this.#answer(call, abort).finally(() => {
      this.#running.delete(call.id);
      if (this.#running.size === 0) this.#onQuiet();
    });
    this.#running.set(call.id, { abort, done });
  }

  /** A call that was answered meanwhile is left. */
  cancel(id: number): void {
    this.#running.get(id)?.abort.abort();
  }

  /** Ends all that runs, and waits for it. */
  async endAll(): Promise<void> {
    for (const { abort } of this.#running.values()) abort.abort();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  async #answer(call: Call, abort: AbortController): Promise<void> {
    try {
      const value = await this.#inTime(call, abort);
      this.#send({ type: "result", id: call.id, value });
    } catch (error) {
      this.#refuse(call.id, error);
    }
  }

  #refuse(id: number, error: unknown): void {
    this.#send({ type: "error", id, error: toWire(error) });
  }

  async #inTime(call: Call, abort: AbortController): Promise<unknown> {
    const verb = verbs.get(call.verb);
    if (verb === undefined || !takes(verb, call.args)) {
      const what = verb ? `the arguments of ${call.verb}` : `the verb ${JSON.stringify(call.verb).slice(0, 100)}`;
      throw new AppError("invalid_input", `The helper does not take ${what}. Run "aiops install" to renew it.`);
    }
    const own = call.verb.startsWith("files.") ? 0 : graceMs;
    const limitMs = limitOf(verb, call.args);
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      abort.abort();
      const message = `${call.verb} did not end within ${limitMs / 1000} s. Check the disk or network it works on, then try again.`;
      reject(new AppError("timeout", message));
    }, limitMs + own);
    try {
      return await Promise.race([this.#perform(call, abort.signal), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #perform(call: Call, signal: AbortSignal): Promise<unknown> {
    const args = [...call.args];
    const count = verbs.get(call.verb)?.args.length ?? 0;
    if (!call.verb.startsWith("files.")) this.#addSignal(args, count, call, signal);
    const [group = "", method = ""] = call.verb.split(".");
    if (group === "run") return Reflect.apply(this.#user.run, undefined, args);
    const target = group === "files" ? this.#user.files : this.#user.git;
    return Reflect.apply(Reflect.get(target, method) as (...given: unknown[]) => unknown, target, args);
  }

  /** The last argument of a method that can be cancelled or tells its progress is its options. */
  #addSignal(args: unknown[], count: number, call: Call, signal: AbortSignal): void {
    const last = args.length === count ? args.at(-1) : undefined;
    if (last !== undefined && !isRecord(last)) return;
    if (last === undefined && args.length < count - 1) return;
    const onProgress = (progress: { step: string; percent: number | null }) =>
      this.#send({ type: "progress", id: call.id, progress });
    args[count - 1] = { ...last, signal, ...(call.progress === true ? { onProgress } : {}) };
  }
}
