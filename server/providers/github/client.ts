import { Octokit, RequestError } from "octokit";
import type * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import { abortable } from "../abortable.ts";
import { Gate } from "../gate.ts";
import { guardedFetch } from "../guarded-fetch.ts";
import type { ProviderConnection } from "../provider.ts";
import { GitHubErrors } from "./errors.ts";

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
}

export interface GitHubAnswer<T> {
  data: T;
  headers: Readonly<Record<string, string | number | undefined>>;
}

type Parameters = Readonly<Record<string, string | number>>;

/** What octokit is never to repeat: 429 is left to the throttling plugin, which knows how long to wait. */
const doNotRetry = [400, 401, 403, 404, 410, 422, 429, 451];

/**
 * Octokit with its throttling and retry plugins, bounded in time, size and repetitions. Answers are parsed with
 * JSON.parse (octokit's own parser keeps big integers and is six times slower) and held to a schema of what we use.
 */
export class GitHubClient {
  /** The most requests under way at a time; more may be asked for, they wait. */
  readonly concurrency: number;
  readonly #octokit: Octokit;
  readonly #errors: GitHubErrors;

  constructor(connection: ProviderConnection, options: GitHubClientOptions = {}) {
    const baseUrl = (connection.baseUrl === "" ? "https://api.github.com" : connection.baseUrl).replace(/\/+$/, "");
    const { origin, host } = new URL(baseUrl);
    const { retries = 2, retryStepMs = 1000, maxRateLimitSeconds = 60 } = options;
    this.concurrency = options.concurrency ?? 4;
    this.#errors = new GitHubErrors(host, connection.token);
    const gate = new Gate(this.concurrency);
    const fetch = guardedFetch({
      name: "GitHub",
      origin,
      timeoutMs: options.requestTimeoutMs ?? 30_000,
      maxBytes: options.maxAnswerBytes ?? 64 * 1024 * 1024,
    });
    const waitFor = (retryAfterSeconds: number, _options: unknown, _octokit: unknown, retryCount: number) =>
      retryAfterSeconds <= maxRateLimitSeconds && retryCount < retries;
    this.#octokit = new Octokit({
      baseUrl,
      userAgent: "aiops",
      // Innermost of octokit's hooks, so that what it throws is seen by the retry and throttling plugins.
      authStrategy: () => tokenStrategy(connection.token),
      log: quiet,
      request: { fetch: (url: string, init?: RequestInit) => gate.run(() => fetch(url, init)) },
      retry: { retries, doNotRetry, retryAfterBaseValue: retryStepMs },
      throttle: {
        id: connection.id,
        retryAfterBaseValue: retryStepMs,
        onRateLimit: waitFor,
        onSecondaryRateLimit: waitFor,
      },
    });
  }

  /**
   * Asks for something and checks what came.
   *
   * @param path A path below the API root with octokit's {placeholders}, or a whole address of the same origin.
   * @param subject What is asked for, in words, for messages: "the repository acme/widgets".
   * @throws {AppError} as {@link IssueProvider} says.
   */
  async get<T>(
    path: string,
    parameters: Parameters,
    schema: z.ZodType<T>,
    { subject, signal }: { subject: string; signal: AbortSignal },
  ): Promise<GitHubAnswer<T>> {
    try {
      const { data, headers } = await abortable(
        this.#octokit.request(`GET ${path}`, { ...parameters, request: { signal, parseSuccessResponseBody: false } }),
        signal,
      );
      return { data: schema.parse(await parseJson(data)), headers };
    } catch (error) {
      throw this.#errors.translate(error, subject, signal);
    }
  }
}

async function parseJson(body: unknown): Promise<unknown> {
  if (body === null || body instanceof ReadableStream) return JSON.parse(await new Response(body).text()) as unknown;
  throw new TypeError("octokit answered with a body that is not a stream");
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
      if (error instanceof RequestError && error.cause instanceof AppError) throw error.cause;
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
