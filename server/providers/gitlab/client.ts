import type { Issues } from "@gitbeaker/rest";
import { setTimeout as delay } from "node:timers/promises";
import type * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import { abortable } from "../abortable.ts";
import { RefusedAnswer, wasNeverSent } from "../failed-request.ts";
import { guardedFetch } from "../guarded-fetch.ts";
import type { ProviderConnection } from "../provider.ts";
import { Turns } from "../turns.ts";
import { GitLabErrors } from "./errors.ts";
import { limitOf, windowOf } from "./limits.ts";
import { addressOf, bodyOf, type RequestDetails } from "./request.ts";

/** Limits of the client; each has a default that suits gitlab.com. */
export interface GitLabClientOptions {
  /** The most requests under way at a time. */
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
  /** Hosts, besides those known, whose files GitLab may redirect to. */
  storageHosts?: readonly string[];
}

/** What is asked for, and how. */
export interface GitLabCall {
  /** In words, for messages: "the issue acme/widgets#1". */
  subject: string;
  signal: AbortSignal;
  /** Nobody waits for it: it leaves the last requests before a limit to people. */
  background?: boolean;
  /** It changes something: repeated only where it certainly did not arrive. */
  write?: boolean;
}

export interface GitLabAnswer<T> {
  data: T;
  headers: Headers;
}

/** What gitbeaker's resources, as `Issues`, are made with. */
export type GitLabApi = NonNullable<ConstructorParameters<typeof Issues>[0]>;

/** The interface that gitbeaker sends its requests through. */
type Requester = ReturnType<NonNullable<GitLabApi["requesterFn"]>>;

/** What became of a call's requests. */
interface Outcome {
  /** Of the last answer. */
  headers: Headers;
  /** GitLab may have got it, and done what it says. */
  sent: boolean;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * The transport under gitbeaker, whose resources know the API's paths and parameters. Its own would follow redirects
 * with the token, wait for ever and repeat writes. All that goes through one client shares its limits.
 */
export class GitLabClient {
  /** The address for people without a trailing slash, as https://host/gitlab; the API is below it at /api/v4. */
  readonly base: string;
  readonly timeoutMs: number;
  /** The most requests under way at a time; more may be asked for, they wait. */
  readonly concurrency: number;
  readonly #token: string;
  readonly #options: Required<Pick<GitLabClientOptions, "retries" | "retryStepMs" | "maxRateLimitSeconds">>;
  readonly #errors: GitLabErrors;
  readonly #turns: Turns;
  readonly #fetch: typeof fetch;

  constructor(connection: ProviderConnection, options: GitLabClientOptions = {}) {
    const url = new URL(connection.baseUrl === "" ? "https://gitlab.com" : connection.baseUrl);
    // gitbeaker takes the address without the API's path; people copy it with it as well.
    this.base = url.origin + url.pathname.replace(/\/+$/, "").replace(/\/api\/v4$/, "");
    const { retries = 2, retryStepMs = 1000, maxRateLimitSeconds = 60 } = options;
    this.#options = { retries, retryStepMs, maxRateLimitSeconds };
    this.timeoutMs = options.requestTimeoutMs ?? 30_000;
    this.#token = connection.token;
    this.#errors = new GitLabErrors(url.host, connection.token);
    this.concurrency = options.concurrency ?? 4;
    this.#turns = new Turns({
      concurrency: this.concurrency,
      secondMs: retryStepMs,
      maxWaitSeconds: maxRateLimitSeconds,
      refusal: (seconds) => this.#errors.rateLimited(seconds),
    });
    this.#fetch = guardedFetch({
      name: "GitLab",
      origin: url.origin,
      timeoutMs: this.timeoutMs,
      maxBytes: options.maxAnswerBytes ?? 64 * 1024 * 1024,
    });
  }

  /**
   * Calls functions of gitbeaker, and checks what came.
   *
   * @throws {AppError} as {@link IssueTracker} says; of a write with `data.uncertain` where it may have been done.
   */
  async call<T>(
    use: (api: GitLabApi) => Promise<unknown>,
    schema: z.ZodType<T>,
    call: GitLabCall,
  ): Promise<GitLabAnswer<T>> {
    const last = { headers: new Headers(), sent: false };
    const api = {
      host: this.base,
      ...(this.#token !== "" && { token: this.#token }),
      // Time is limited below, for each attempt.
      queryTimeout: 0,
      requesterFn: this.#requester(call, last),
    };
    try {
      return { data: schema.parse(await abortable(use(api), call.signal)), headers: last.headers };
    } catch (error) {
      throw this.#errors.translate(error, { ...call, sent: last.sent });
    }
  }

  #requester(call: GitLabCall, last: Outcome): NonNullable<GitLabApi["requesterFn"]> {
    return ({ url, headers, authHeaders }): Requester => {
      const send = (method: Method) => {
        return async (endpoint: string, details: RequestDetails = {}) => {
          const [body, type] = bodyOf(details);
          const init = { method, headers: new Headers({ accept: "application/json", ...headers, ...type }), body };
          for (const [name, value] of Object.entries(authHeaders)) init.headers.set(name, await value());
          const response = await this.#send(addressOf(url, endpoint, details), init, call, last);
          last.headers = response.headers;
          const text = await response.text();
          // gitbeaker declares what GitLab answers; what is used of it is checked by the caller's schema.
          const parsed = (text === "" ? null : JSON.parse(text)) as never;
          return { body: parsed, headers: Object.fromEntries(response.headers), status: response.status };
        };
      };
      return { get: send("GET"), post: send("POST"), put: send("PUT"), patch: send("PATCH"), delete: send("DELETE") };
    };
  }

  async #send(url: URL, init: RequestInit, call: GitLabCall, last: Outcome): Promise<Response> {
    const { signal, background = false } = call;
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#turns.take({ background, signal }, () =>
        this.#attempt(url, { ...init, signal }, last),
      );
      if (outcome instanceof Response) return outcome;
      const waitMs = this.#waitBeforeRetry(outcome.error, attempt, call);
      if (waitMs === null) throw outcome.error;
      await delay(waitMs, undefined, { signal });
    }
  }

  /** One request, and what its answer says about the limits. */
  async #attempt(url: URL, init: RequestInit, last: Outcome): Promise<Response | { error: unknown }> {
    try {
      last.sent = true;
      const response = await this.#fetch(url, init);
      const window = windowOf(response.headers);
      if (window !== null) this.#turns.budget.note(window.limit, window.remaining, window.endsInSeconds);
      if (response.ok) return response;
      const limit = limitOf(response);
      if (limit !== null) {
        // Refused for being too much: nothing was done.
        last.sent = false;
        this.#turns.budget.pause(limit);
      }
      return { error: new RefusedAnswer(response.status, response.headers, await response.text()) };
    } catch (error) {
      if (wasNeverSent(error)) last.sent = false;
      return { error };
    }
  }

  /** Milliseconds to wait before another attempt, besides what the limits want; null where there is to be none. */
  #waitBeforeRetry(error: unknown, attempt: number, { write = false, signal }: GitLabCall): number | null {
    const { retries, retryStepMs, maxRateLimitSeconds } = this.#options;
    if (attempt >= retries || signal.aborted || error instanceof AppError) return null;
    const backOff = (attempt + 1) ** 2 * retryStepMs * (1 + Math.random() / 4);
    if (error instanceof RefusedAnswer) {
      const limit = limitOf(error);
      if (limit !== null) return limit <= maxRateLimitSeconds ? 0 : null;
      return error.status >= 500 && !write ? backOff : null;
    }
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    return !timedOut && (!write || wasNeverSent(error)) ? backOff : null;
  }
}
