import { setTimeout as delay } from "node:timers/promises";
import type { Client, SendRequestOptions } from "jira.js/core";
import * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import { guardedFetch } from "../guarded-fetch.ts";
import type { ProviderConnection } from "../provider.ts";
import { RefusedAnswer, wasNeverSent } from "../failed-request.ts";
import { Turns } from "../turns.ts";
import { JiraErrors } from "./errors.ts";
import { waitAsked, windowOf } from "./limits.ts";

/** Limits of the client; each has a default that suits Jira Cloud. */
export interface JiraClientOptions {
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
}

/** What is asked for, and how. */
export interface JiraCall {
  /** In words, for messages: "the issue ABC-1". */
  subject: string;
  signal: AbortSignal;
  /** 3 on Cloud, 2 on Data Center. */
  version: 2 | 3;
  /** It changes something: repeated only where it certainly did not arrive. */
  write?: boolean;
  /** Nobody waits for the answer: the last requests that a limit allows are left to people. */
  background?: boolean;
}

export interface JiraAnswer<T> {
  data: T;
  headers: Headers;
}

const parameterValue = z.union([z.string(), z.number(), z.boolean()]);

/** A list is a parameter that is given several times; what is undefined is not given. */
const parameterValues = z
  .union([z.undefined(), parameterValue, z.array(parameterValue)])
  .transform((value) => (Array.isArray(value) ? value : value === undefined ? [] : [value]));

/**
 * The transport under jira.js, whose functions know the API's paths and parameters: {@link Client} is the interface
 * that jira.js itself sends its requests through. See docs/decisions/0010-jira-client.md.
 */
export class JiraClient {
  /** The site's address without a trailing slash; on Data Center with its context path, as https://host/jira. */
  readonly base: string;
  readonly #options: Required<Pick<JiraClientOptions, "retries" | "retryStepMs" | "maxRateLimitSeconds">>;
  readonly #turns: Turns;
  readonly #errors: JiraErrors;
  readonly #authorization: string | null;
  readonly #fetch: typeof fetch;

  /** @throws {AppError} `invalid_input` where the connection has no address: every Jira has its own. */
  constructor(connection: ProviderConnection, options: JiraClientOptions = {}) {
    if (connection.baseUrl === "") {
      throw new AppError(
        "invalid_input",
        "A Jira connection needs the site's address, as https://example.atlassian.net or https://jira.example.org.",
      );
    }
    const url = new URL(connection.baseUrl);
    this.base = url.origin + url.pathname.replace(/\/+$/, "");
    const { retries = 2, retryStepMs = 1000, maxRateLimitSeconds = 60 } = options;
    this.#options = { retries, retryStepMs, maxRateLimitSeconds };
    const { token, email = "" } = connection;
    const basic = Buffer.from(`${email}:${token}`).toString("base64");
    this.#authorization = token === "" ? null : email === "" ? `Bearer ${token}` : `Basic ${basic}`;
    this.#errors = new JiraErrors(url.host, { token, email, secrets: [token, basic] });
    this.#turns = new Turns({
      concurrency: options.concurrency ?? 4,
      secondMs: retryStepMs,
      maxWaitSeconds: maxRateLimitSeconds,
      refusal: (seconds) => this.#errors.rateLimited(seconds),
    });
    this.#fetch = guardedFetch({
      name: "Jira",
      origin: url.origin,
      timeoutMs: options.requestTimeoutMs ?? 30_000,
      maxBytes: options.maxAnswerBytes ?? 64 * 1024 * 1024,
    });
  }

  /** What a request carries to prove who asks; never for another origin. */
  get authorization(): string | null {
    return this.#authorization;
  }

  /**
   * Calls functions of jira.js, and checks what came of the last request.
   *
   * @throws {AppError} as {@link IssueTracker} says.
   */
  async call<T>(use: (api: Client) => Promise<unknown>, schema: z.ZodType<T>, call: JiraCall): Promise<JiraAnswer<T>> {
    let headers = new Headers();
    const api: Client = {
      sendRequest: async <R>(request: SendRequestOptions<R>): Promise<R> => {
        const response = await this.#send(request, call);
        headers = response.headers;
        const body = await response.text();
        // jira.js declares what Jira Cloud answers; what is used of it is checked below.
        return (body === "" ? undefined : JSON.parse(body)) as R;
      },
    };
    try {
      return { data: schema.parse(await use(api)), headers };
    } catch (error) {
      throw this.translate(error, call);
    }
  }

  /** As an AppError that says what to do. */
  translate(error: unknown, call: Pick<JiraCall, "subject" | "signal" | "write">): AppError {
    return this.#errors.translate(error, call);
  }

  async #send(request: SendRequestOptions, call: JiraCall): Promise<Response> {
    const url = this.#address(request, call.version);
    const body = request.body === undefined ? null : JSON.stringify(request.body);
    const headers = new Headers({ accept: "application/json", ...request.headers });
    if (body !== null) headers.set("content-type", "application/json");
    if (this.#authorization !== null) headers.set("authorization", this.#authorization);
    const init = { method: request.method ?? "GET", headers, body, signal: call.signal };
    for (let attempt = 0; ; attempt += 1) {
      const asker = { background: call.background ?? false, signal: call.signal };
      const outcome = await this.#turns.take(asker, () => this.#attempt(url, init));
      if (outcome instanceof Response) return outcome;
      const waitMs = this.#waitBeforeRetry(outcome.error, attempt, call);
      if (waitMs === null) throw outcome.error;
      if (waitMs > 0) await delay(waitMs, undefined, { signal: call.signal });
    }
  }

  async #attempt(url: URL, init: RequestInit): Promise<Response | { error: unknown }> {
    try {
      const response = await this.#fetch(url, init);
      const window = windowOf(response.headers);
      if (window !== null) this.#turns.budget.note(window.limit, window.remaining, window.endsInSeconds);
      // Jira answers some questions to anyone: with a token it does not take, that is as if there were nothing.
      const refused = /AUTHENTICATED_FAILED|AUTHENTICATION_DENIED/.test(
        response.headers.get("x-seraph-loginreason") ?? "",
      );
      if (response.ok && !refused) return response;
      const status = response.ok ? 401 : response.status;
      return { error: new RefusedAnswer(status, response.headers, await response.text()) };
    } catch (error) {
      return { error };
    }
  }

  /** Milliseconds to wait before another attempt, or null where there is to be none. */
  #waitBeforeRetry(error: unknown, attempt: number, { write = false, signal }: JiraCall): number | null {
    const { retries, retryStepMs, maxRateLimitSeconds } = this.#options;
    if (attempt >= retries || signal.aborted || error instanceof AppError) return null;
    const backOff = (attempt + 1) ** 2 * retryStepMs * (1 + Math.random() / 4);
    if (!(error instanceof RefusedAnswer)) {
      const timedOut = error instanceof Error && error.name === "TimeoutError";
      return !timedOut && (!write || wasNeverSent(error)) ? backOff : null;
    }
    const retryAfterSeconds = waitAsked(error.headers);
    const limited = error.status === 429 || (error.status === 503 && retryAfterSeconds !== null && !write);
    if (!limited) return error.status >= 500 && !write ? backOff : null;
    if (retryAfterSeconds === null) return backOff;
    this.#turns.budget.pause(retryAfterSeconds);
    return retryAfterSeconds > maxRateLimitSeconds ? null : 0;
  }

  #address({ url, searchParams = {} }: SendRequestOptions, version: 2 | 3): URL {
    const address = new URL(this.base + url.replace(/^\/rest\/api\/\d\//, `/rest/api/${version}/`));
    for (const [name, value] of Object.entries(searchParams)) {
      for (const each of parameterValues.parse(value)) address.searchParams.append(name, String(each));
    }
    return address;
  }
}
