import { Octokit, RequestError } from "octokit";
import type * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import { abortable } from "../abortable.ts";
import { guardedRead, type WholeAnswer } from "../guarded-fetch.ts";
import { Pacer } from "../pacer.ts";
import type { ProviderConnection } from "../provider.ts";
import { type Asker, Turns } from "../turns.ts";
import { type Attempt, GitHubErrors } from "./errors.ts";
import { limitOf, windowOf } from "./limits.ts";

/** Limits of the client; each has a default that suits github.com. */
export interface GitHubClientOptions {
  /** The most requests under way at a time. GitHub allows a hundred per account and asks for restraint. */
  concurrency?: number;
  /** Milliseconds for one request with its answer. */
  requestTimeoutMs?: number;
  /** The most bytes of one answer. */
  maxAnswerBytes?: number;
  /** How often a request that failed through no fault of ours is repeated. */
  retries?: number;
  /** Milliseconds of one step of waiting: the nth repetition waits n² of them, a rate limit its seconds times it. */
  retryStepMs?: number;
  /** The longest a rate limit is waited for; a longer one is an error that says when to come back. */
  maxRateLimitSeconds?: number;
  /** Hosts, besides those known, whose files GitHub may redirect to. */
  storageHosts?: readonly string[];
}

export interface GitHubAnswer<T> {
  data: T;
  headers: Readonly<Record<string, string | number | undefined>>;
}

/** A header of an answer as text; empty where it is missing. */
export function headerOf(answer: Pick<GitHubAnswer<unknown>, "headers">, name: string): string {
  return String(answer.headers[name] ?? "");
}

export interface Ask {
  /** What is asked for or changed, in words, for messages: "the repository acme/widgets". */
  subject: string;
  signal: AbortSignal;
  /** Nobody waits for it: it leaves the last requests before a limit to people. */
  background?: boolean;
}

type Parameters = Readonly<Record<string, unknown>>;
type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** An answer that is parsed when it is wanted: until then it is only bytes, however many pages wait. */
export interface UnreadAnswer<T> {
  headers: GitHubAnswer<T>["headers"];
  /** @throws {AppError} `provider_failed` for what is not what was asked for */
  read(): T;
}

/** What octokit is never to repeat: 429 is left to the throttling plugin, which knows how long to wait. */
const doNotRetry = [400, 401, 403, 404, 410, 422, 429, 451];

/**
 * Octokit with its throttling and retry plugins, bounded in time, size and repetitions. Answers are parsed with
 * JSON.parse (octokit's own parser keeps big integers and is six times slower) and held to a schema of what we use.
 * All that goes through one client shares its limits.
 */
export class GitHubClient {
  /** The most requests under way at a time; more may be asked for, they wait. */
  readonly concurrency: number;
  /** The API root, without a trailing slash. */
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly #octokit: Octokit;
  readonly #errors: GitHubErrors;
  readonly #turns: Turns;
  readonly #read: (url: string, init?: RequestInit) => Promise<WholeAnswer>;

  constructor(connection: ProviderConnection, options: GitHubClientOptions = {}) {
    this.baseUrl = (connection.baseUrl === "" ? "https://api.github.com" : connection.baseUrl).replace(/\/+$/, "");
    const { origin, host } = new URL(this.baseUrl);
    const { retries = 2, retryStepMs = 1000, maxRateLimitSeconds = 60 } = options;
    this.concurrency = options.concurrency ?? 4;
    this.timeoutMs = options.requestTimeoutMs ?? 30_000;
    this.#errors = new GitHubErrors(host, connection.token);
    this.#turns = new Turns({
      concurrency: this.concurrency,
      secondMs: retryStepMs,
      maxWaitSeconds: maxRateLimitSeconds,
      refusal: (seconds) => this.#errors.rateLimited(seconds),
    });
    this.#read = guardedRead({
      name: "GitHub",
      origin,
      timeoutMs: this.timeoutMs,
      maxBytes: options.maxAnswerBytes ?? 64 * 1024 * 1024,
    });
    const waitFor = (retryAfterSeconds: number, _options: unknown, _octokit: unknown, retryCount: number) =>
      retryAfterSeconds <= maxRateLimitSeconds && retryCount < retries;
    this.#octokit = new Octokit({
      baseUrl: this.baseUrl,
      userAgent: "aiops",
      // Innermost of octokit's hooks, so that what it throws is seen by the retry and throttling plugins.
      authStrategy: () => tokenStrategy(connection.token),
      log: quiet,
      retry: { retries, doNotRetry, retryAfterBaseValue: retryStepMs },
      throttle: {
        id: connection.id,
        retryAfterBaseValue: retryStepMs,
        onRateLimit: waitFor,
        onSecondaryRateLimit: waitFor,
        // As far apart as octokit itself keeps them, which GitHub asks for:
        // https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
        write: new Pacer(retryStepMs),
        notifications: new Pacer(3 * retryStepMs),
      },
    });
  }

  /**
   * Asks for something and checks what came.
   *
   * @param path A path below the API root with octokit's {placeholders}, or a whole address of the same origin.
   * @throws {AppError} as {@link IssueProvider} says.
   */
  async get<T>(path: string, parameters: Parameters, schema: z.ZodType<T>, ask: Ask): Promise<GitHubAnswer<T>> {
    const answer = await this.getUnread(path, parameters, schema, ask);
    return { data: answer.read(), headers: answer.headers };
  }

  /** The same, parsed later. */
  async getUnread<T>(path: string, parameters: Parameters, schema: z.ZodType<T>, ask: Ask): Promise<UnreadAnswer<T>> {
    return this.#request(`GET ${path}`, parameters, schema, ask, { writes: false, sent: false });
  }

  /** The same for what may be as it was when it had this ETag; null then, which costs nothing of the rate limit. */
  async getIfChanged<T>(
    path: string,
    parameters: Parameters,
    schema: z.ZodType<T>,
    ask: Ask & { etag: string | null },
  ): Promise<GitHubAnswer<T> | null> {
    if (ask.etag === null) return this.get(path, parameters, schema, ask);
    const headers = { "if-none-match": ask.etag };
    try {
      return await this.get(path, { ...parameters, headers }, schema, ask);
    } catch (error) {
      if (error instanceof AppError && error.data["providerStatus"] === 304) return null;
      throw error;
    }
  }

  /**
   * Changes something. Sent once: it is repeated only where GitHub said that it was too much for now and did nothing.
   *
   * @throws {AppError} as {@link IssueTracker} says, with `data.uncertain` where it may have been done.
   */
  async send<T>(
    method: "POST" | "PATCH",
    path: string,
    parameters: Parameters,
    schema: z.ZodType<T>,
    ask: Ask,
  ): Promise<GitHubAnswer<T>> {
    const answer = await this.#request(`${method} ${path}`, parameters, schema, ask, { writes: true, sent: false });
    return { data: answer.read(), headers: answer.headers };
  }

  async #request<T>(
    route: string,
    parameters: Parameters,
    schema: z.ZodType<T>,
    { subject, signal, background = false }: Ask,
    attempt: Attempt,
  ): Promise<UnreadAnswer<T>> {
    const asker = { signal, background };
    try {
      for (;;) {
        await this.#turns.ready(asker);
        const answer = await this.#asked(route, parameters, asker, attempt);
        if (answer === null) continue;
        const { headers, bytes } = answer;
        const read = (): T => {
          try {
            return schema.parse(JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8")));
          } catch (error) {
            throw this.#errors.translate(error, subject, signal, attempt);
          }
        };
        return { headers, read };
      }
    } catch (error) {
      throw this.#errors.translate(error, subject, signal, attempt);
    }
  }

  /**
   * A request through octokit; null where a limit came up before it went out. That is not waited for in here: octokit
   * lets ten through at a time, of which the waiting ones would be some. Only what octokit repeats waits here: of that
   * there is no more than was under way when the limit came.
   */
  async #asked(
    route: string,
    parameters: Parameters,
    asker: Asker,
    attempt: Attempt,
  ): Promise<{ headers: GitHubAnswer<unknown>["headers"]; bytes: Uint8Array } | null> {
    let bytes: Uint8Array = new Uint8Array();
    let wasSent = false;
    const fetch: Fetch = async (url, init) => {
      const send = (): Promise<WholeAnswer> => {
        wasSent = true;
        return this.#send(attempt, url, init);
      };
      const answer = wasSent ? await this.#turns.take(asker, send) : (await this.#turns.enter(asker, send))?.value;
      if (answer === undefined) throw new LimitCameUp();
      // Octokit reads what errors say; what is asked for goes past it.
      if (answer.status >= 300) return new Response(bodyOf(answer), answer);
      bytes = answer.bytes;
      return new Response(null, answer);
    };
    const { signal } = asker;
    const request = { signal, parseSuccessResponseBody: false, fetch, ...(attempt.writes && { retries: 0 }) };
    try {
      const { headers } = await abortable(this.#octokit.request(route, { ...parameters, request }), signal);
      return { headers, bytes };
    } catch (error) {
      if (error instanceof LimitCameUp) return null;
      throw error;
    }
  }

  /** One request, and what its answer says about the limits. */
  async #send(attempt: Attempt, url: string, init?: RequestInit): Promise<WholeAnswer> {
    attempt.sent = true;
    const answer = await this.#read(url, init);
    const limit = limitOf(answer);
    if (limit !== null) {
      // Refused for being too much: nothing was done.
      attempt.sent = false;
      this.#turns.budget.pause(limit);
    }
    const window = windowOf(answer.headers);
    if (window !== null) this.#turns.budget.note(window.limit, window.remaining, window.endsInSeconds);
    return answer;
  }
}

/** A request did not go out, because there is a limit by now. */
class LimitCameUp extends Error {
  override readonly name = "LimitCameUp";
}

function bodyOf({ status, bytes }: WholeAnswer): Buffer<ArrayBuffer> | null {
  return status === 304 ? null : Buffer.from(bytes);
}

/** Octokit's interface of an authentication strategy, reduced to what it calls. */
interface TokenStrategy {
  (): Promise<{ type: string }>;
  hook(request: RequestFunction, options: RequestOptions): Promise<unknown>;
}

interface RequestOptions {
  headers: Record<string, string | number | undefined>;
}

type RequestFunction = (options: RequestOptions) => Promise<unknown>;

function tokenStrategy(token: string): TokenStrategy {
  const hook = async (request: RequestFunction, options: RequestOptions): Promise<unknown> => {
    if (token !== "") options.headers["authorization"] = `Bearer ${token}`;
    try {
      return await request(options);
    } catch (error) {
      // What guardedFetch refuses stays refused: octokit would take it for a network error and repeat it.
      const cause = error instanceof RequestError ? error.cause : undefined;
      if (cause instanceof AppError || cause instanceof LimitCameUp) throw cause;
      if (error instanceof RequestError && isUnnamedRateLimit(error)) error.message += " (secondary rate limit)";
      throw error;
    }
  };
  return Object.assign(() => Promise.resolve({ type: "token" }), { hook });
}

/** A 429 that says how long to wait but not why, as proxies send it; the throttling plugin goes by the words. */
function isUnnamedRateLimit(error: RequestError): boolean {
  const headers = error.response?.headers ?? {};
  return error.status === 429 && headers["retry-after"] !== undefined && !/secondary rate/i.test(error.message);
}

/** Octokit's warnings repeat what its errors say. */
const quiet = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}
