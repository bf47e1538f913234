import { AppError, errorMessage, isErrorCode, type ErrorCode, type FieldError } from "../errors.ts";
import { isRecord, type Shape } from "./shape.ts";

/** Something one side may be asked, and what it answers. */
export interface Request<I, O> {
  kind: "request";
  input: Shape<I>;
  output: Shape<O>;
}

/** Something one side is told. */
export interface Notification<I> {
  kind: "notification";
  input: Shape<I>;
}

/** All that one side understands. */
export type Surface = Record<string, Request<unknown, unknown> | Notification<unknown>>;

export function request<I, O>(input: Shape<I>, output: Shape<O>): Request<I, O> {
  return { kind: "request", input, output };
}

export function notification<I>(input: Shape<I>): Notification<I> {
  return { kind: "notification", input };
}

/** One handler for each member of a surface: leaving one out does not compile. */
export type Handlers<S extends Surface> = {
  [K in keyof S]: S[K] extends Request<infer I, infer O>
    ? (input: I) => O | Promise<O>
    : S[K] extends Notification<infer I>
      ? (input: I) => void | Promise<void>
      : never;
};

type Requests<S extends Surface> = { [K in keyof S]: S[K] extends Request<unknown, unknown> ? K : never }[keyof S] &
  string;
type Notifications<S extends Surface> = Exclude<keyof S & string, Requests<S>>;
type Input<T> = T extends { input: Shape<infer I> } ? I : never;
type Output<T> = T extends { output: Shape<infer O> } ? O : never;
/** The input argument, left out where there is none. */
type Given<I> = [I] extends [undefined] ? [] : [input: I];

/** The other side as this one calls it. */
export interface Channel<Theirs extends Surface> {
  /** Rejects with the other side's `AppError`, or with `cancelled` when the channel is closed first. */
  ask<K extends Requests<Theirs>>(name: K, ...input: Given<Input<Theirs[K]>>): Promise<Output<Theirs[K]>>;
  tell<K extends Notifications<Theirs>>(name: K, ...input: Given<Input<Theirs[K]>>): void;
  /**
   * Takes one message that arrived. What is unknown or malformed is answered with an error where it was a request, and
   * reported to `onRefused`; a handler that throws is answered likewise.
   */
  receive(message: unknown): Promise<void>;
  /** Rejects what is still unanswered; later messages are dropped, since nobody is left to handle them. */
  close(): void;
}

export interface ChannelOptions<Ours extends Surface, Theirs extends Surface> {
  ours: Ours;
  theirs: Theirs;
  handlers: Handlers<Ours>;
  post: (message: Message) => void;
  /** Told of every refused message and failed notification handler, to log or show it. */
  onRefused: (error: AppError) => void;
}

/** What travels. Functions, classes and undefined members do not survive; everything else is plain JSON. */
export type Message =
  | { type: "request"; id: number; name: string; input?: unknown }
  | { type: "notification"; name: string; input?: unknown }
  | { type: "answer"; id: number; ok: true; output?: unknown }
  | { type: "answer"; id: number; ok: false; error: AnsweredError };

/** An error as it travels: what a person reads, and which fields of a form it is about. Never its data or cause. */
interface AnsweredError {
  code: ErrorCode;
  message: string;
  errors?: FieldError[];
}

interface Waiting {
  name: string;
  resolve(output: unknown): void;
  reject(error: AppError): void;
}

function asAppError(error: unknown): AppError {
  return error instanceof AppError ? error : new AppError("internal", errorMessage(error), { cause: error });
}

function malformed(message: string): AppError {
  return new AppError("invalid_input", `The message was refused: ${message}.`);
}

function answeredError(error: unknown): AppError {
  if (isRecord(error) && isErrorCode(error["code"]) && typeof error["message"] === "string") {
    return new AppError(error["code"], error["message"], { errors: fieldErrors(error["errors"]) });
  }
  return malformed("an answer must hold an output or an error with code and message");
}

function fieldErrors(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) =>
    isRecord(entry) && typeof entry["path"] === "string" && typeof entry["message"] === "string"
      ? [{ path: entry["path"], message: entry["message"] }]
      : [],
  );
}

function toAnswer({ code, message, errors }: AppError): AnsweredError {
  return { code, message, ...(errors.length > 0 && { errors }) };
}

/** Opens one side of a typed channel over anything that carries JSON, as a webview's `postMessage`. */
export function openChannel<Ours extends Surface, Theirs extends Surface>(
  options: ChannelOptions<Ours, Theirs>,
): Channel<Theirs> {
  const { ours, theirs, post, onRefused } = options;
  // The mapped type ties each handler to its own input; by name, at run time, that tie is kept by the shape.
  const handlers: Record<string, (input: unknown) => unknown> = options.handlers;
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let closed = false;

  function member(name: unknown, kind: "request" | "notification") {
    const found = typeof name === "string" && Object.hasOwn(ours, name) ? ours[name] : undefined;
    const handler = typeof name === "string" && Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (found?.kind !== kind || handler === undefined) {
      throw malformed(`there is no ${kind} named ${JSON.stringify(name)?.slice(0, 100)}`);
    }
    return { shape: found.input, handler, name: String(name) };
  }

  async function answerRequest(message: Record<string, unknown>): Promise<void> {
    const id = message["id"];
    if (typeof id !== "number" || !Number.isSafeInteger(id)) throw malformed("a request must carry a whole number id");
    let input: unknown;
    let called: ReturnType<typeof member>;
    try {
      called = member(message["name"], "request");
      input = called.shape(message["input"], called.name);
    } catch (error) {
      const refused = asAppError(error);
      post({ type: "answer", id, ok: false, error: toAnswer(refused) });
      throw refused;
    }
    let answer: Message;
    try {
      answer = { type: "answer", id, ok: true, output: await called.handler(input) };
    } catch (error) {
      answer = { type: "answer", id, ok: false, error: toAnswer(asAppError(error)) };
    }
    if (!closed) post(answer);
  }

  function takeAnswer(message: Record<string, unknown>): void {
    const id = message["id"];
    const asked = typeof id === "number" ? waiting.get(id) : undefined;
    if (asked === undefined || typeof id !== "number") throw malformed("it answers nothing that was asked");
    waiting.delete(id);
    if (message["ok"] !== true) {
      asked.reject(answeredError(message["error"]));
      return;
    }
    const called = theirs[asked.name];
    if (called?.kind !== "request") throw malformed("it answers nothing that was asked");
    try {
      asked.resolve(called.output(message["output"], asked.name));
    } catch (error) {
      asked.reject(asAppError(error));
    }
  }

  async function dispatch(message: unknown): Promise<void> {
    if (!isRecord(message)) throw malformed("it must be an object with a type");
    switch (message["type"]) {
      case "request":
        return answerRequest(message);
      case "notification": {
        const called = member(message["name"], "notification");
        await called.handler(called.shape(message["input"], called.name));
        return;
      }
      case "answer":
        takeAnswer(message);
        return;
      default:
        throw malformed("its type must be request, notification or answer");
    }
  }

  return {
    ask: (name, ...input) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new AppError("cancelled", "The panel was closed. Open it again to go on."));
          return;
        }
        lastId += 1;
        waiting.set(lastId, { name, resolve, reject });
        post({ type: "request", id: lastId, name, input: input[0] });
      }),
    tell: (name, ...input) => {
      if (!closed) post({ type: "notification", name, input: input[0] });
    },
    receive: async (message) => {
      if (closed) return;
      try {
        await dispatch(message);
      } catch (error) {
        onRefused(asAppError(error));
      }
    },
    close: () => {
      closed = true;
      const error = new AppError("cancelled", "The panel was closed before the answer came. Open it again to go on.");
      for (const asked of waiting.values()) asked.reject(error);
      waiting.clear();
    },
  };
}
