import * as z from "zod";
import { AppError, type AppErrorOptions, type ErrorCode } from "../../../shared/errors.ts";
import { quoted, RefusedAnswer, rootCause } from "../failed-request.ts";
import { limitOf } from "./limits.ts";

/** What GitLab says beside an error status: https://docs.gitlab.com/api/rest/troubleshooting/ */
const explanation = z.object({
  message: z.unknown().optional(),
  error: z.unknown().optional(),
  error_description: z.unknown().optional(),
  /** With `insufficient_scope`: those of which one would do. */
  scope: z.string().optional().catch(undefined),
});

type Explanation = Partial<z.infer<typeof explanation>>;

export interface FailedCall {
  /** What was asked for, as "the issue acme/widgets#1". */
  subject: string;
  signal: AbortSignal;
  write?: boolean;
  /** GitLab may have got it, and done what it says. */
  sent: boolean;
}

/** Turns what the transport, JSON and zod throw into AppErrors that say what to do. */
export class GitLabErrors {
  readonly #host: string;
  readonly #token: string;

  /**
   * @param host For messages.
   * @param token Taken out of everything the server says; empty where there is none.
   */
  constructor(host: string, token: string) {
    this.#host = host;
    this.#token = token;
  }

  /**
   * The error for people. Where a change may have been made although the answer is missing or unreadable, it says so
   * and carries `data.uncertain`.
   */
  translate(error: unknown, call: FailedCall): AppError {
    const translated = this.#translate(error, call);
    if (call.write !== true || !call.sent || isCertain(error)) return translated;
    return new AppError(
      translated.code,
      `${translated.message} Whether the change was made is not known: look at GitLab before repeating it.`,
      { cause: translated.cause, data: { ...translated.data, uncertain: true } },
    );
  }

  rateLimited(retryAfterSeconds: number, data: AppErrorOptions["data"] = {}): AppError {
    const when =
      retryAfterSeconds < 120 ? `${retryAfterSeconds} seconds` : `${Math.ceil(retryAfterSeconds / 60)} minutes`;
    return new AppError(
      "provider_rate_limited",
      `GitLab (${this.#host}) has had enough requests for now: try again in ${when}.`,
      { data: { retryAfterSeconds, ...data } },
    );
  }

  #translate(error: unknown, { subject, signal, write = false }: FailedCall): AppError {
    if (signal.aborted) {
      return new AppError("cancelled", `${write ? "Changing" : "Reading"} ${subject} was cancelled.`);
    }
    if (error instanceof AppError) return error;
    if (error instanceof RefusedAnswer) return this.#refused(error, subject, write);
    if (error instanceof SyntaxError) {
      return new AppError(
        "provider_failed",
        `GitLab (${this.#host}) answered with something that is not JSON when asked for ${subject}: check that the ` +
          "connection's base URL is GitLab's own address, with its path where it has one (https://host/gitlab).",
        { cause: error },
      );
    }
    if (error instanceof z.ZodError) {
      const [issue] = error.issues;
      const where = issue ? ` (${issue.path.join(".")}: ${issue.message})` : "";
      return new AppError(
        "provider_failed",
        `GitLab (${this.#host}) answered in an unknown form when asked for ${subject}${where}: check that the ` +
          "connection's base URL is that of a GitLab server.",
        { cause: error },
      );
    }
    return this.#unreached(error, subject);
  }

  /** Without the cause: it holds the whole answer, and with it whatever the server chose to echo. */
  #refused(answer: RefusedAnswer, subject: string, write: boolean): AppError {
    const { status } = answer;
    const host = this.#host;
    const said = explanationOf(answer.body);
    const words = quoted(wordsOf(said), [this.#token]);
    const because = words === "" ? "" : ` (${words})`;
    const fail = (code: ErrorCode, message: string): AppError =>
      new AppError(code, message, { data: { providerStatus: status } });
    const limit = limitOf(answer);
    if (limit !== null) return this.rateLimited(limit, { providerStatus: status });
    switch (status) {
      case 401:
        return fail(
          "provider_unauthorized",
          this.#token === ""
            ? `GitLab (${host}) wants a token for ${subject}: save one in the connection.`
            : `GitLab (${host}) refuses the token: it is mistyped, expired or revoked. Save a new one in the connection.`,
        );
      case 403: {
        const action = write ? "change" : "read";
        const scope = quoted(said.scope ?? "", [this.#token]) || (write ? "api" : "read_api");
        return fail(
          "provider_forbidden",
          said.error === "insufficient_scope"
            ? `The token may not ${action} ${subject} at GitLab (${host}): it needs the scope ` +
                `${scope.split(" ").join(" or ")}. Save one with it in the connection.`
            : `GitLab (${host}) does not let this token ${action} ${subject}${because}. ` +
                `It needs the scope "${write ? "api" : "read_api"}", and its account the role in the project.`,
        );
      }
      case 404:
        return fail(
          "provider_not_found",
          `GitLab (${host}) does not have ${subject}, or does not show it to this token. Check its name, and that the ` +
            "token's account is a member of the project.",
        );
      case 409:
        return fail("conflict", `GitLab (${host}) is changing ${subject} at this moment${because}: try again.`);
      case 413:
        return fail("too_large", `GitLab (${host}) finds ${subject} too large${because}: shorten it.`);
      default:
        if (status >= 500) {
          return fail(
            "provider_failed",
            `GitLab (${host}) has a problem of its own (status ${status}): try again later.`,
          );
        }
        return write && (status === 400 || status === 422)
          ? fail("invalid_input", `GitLab (${host}) does not take this change of ${subject}${because}.`)
          : fail(
              "provider_failed",
              `GitLab (${host}) refused ${write ? "to change" : "to give"} ${subject} ` +
                `(status ${status}${words === "" ? "" : `: ${words}`}).`,
            );
    }
  }

  #unreached(error: unknown, subject: string): AppError {
    const facts = rootCause(error);
    if (facts.name === "TimeoutError") {
      return new AppError(
        "timeout",
        `GitLab (${this.#host}) did not answer in time when asked for ${subject}: try again later.`,
        { cause: error },
      );
    }
    return new AppError(
      "provider_failed",
      `GitLab (${this.#host}) could not be reached (${quoted(facts.code ?? facts.message, [this.#token])}): ` +
        "check the network and the connection's base URL.",
      { cause: error },
    );
  }
}

/** Whether a change that was sent and failed so was certainly not made. */
function isCertain(error: unknown): boolean {
  if (error instanceof RefusedAnswer) return error.status < 500;
  return error instanceof AppError && (error.code !== "provider_failed" || error.data["refusedRedirect"] === true);
}

/** Empty for what is no JSON: proxies answer errors with web pages, limits with plain text. */
function explanationOf(body: string): Explanation {
  try {
    return explanation.safeParse(JSON.parse(body)).data ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** GitLab explains in a text, a list, or by field: `{"message":{"title":["can't be blank"]}}`. */
function wordsOf({ message, error, error_description: description }: Explanation): string {
  const texts = (value: unknown): string[] => {
    if (typeof value === "string") return [value];
    if (Array.isArray(value)) return value.flatMap(texts);
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).map(([field, of]) => `${field} ${texts(of).join(", ")}`);
  };
  return texts([description ?? error, message]).join("; ");
}
