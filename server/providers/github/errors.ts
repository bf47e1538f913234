import { RequestError } from "octokit";
import { ZodError } from "zod";
import { AppError, type ErrorCode } from "../../../shared/errors.ts";

/** Turns what octokit, fetch, JSON and zod throw into AppErrors that say what to do. */
export class GitHubErrors {
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

  /** @param subject What was asked for, as "the repository acme/widgets". */
  translate(error: unknown, subject: string, signal: AbortSignal): AppError {
    if (signal.aborted) return new AppError("cancelled", `Reading ${subject} was cancelled.`);
    if (error instanceof AppError) return error;
    if (error instanceof RequestError && error.response) return this.#answered(error, subject);
    if (error instanceof SyntaxError) {
      return new AppError(
        "provider_failed",
        `GitHub (${this.#host}) answered with something that is not JSON when asked for ${subject}: ` +
          "check that the connection's base URL is the API root (on GitHub Enterprise Server it ends in /api/v3).",
        { cause: error },
      );
    }
    if (error instanceof ZodError) {
      const [issue] = error.issues;
      const where = issue ? ` (${issue.path.join(".")}: ${issue.message})` : "";
      return new AppError(
        "provider_failed",
        `GitHub (${this.#host}) answered in an unknown form when asked for ${subject}${where}: ` +
          "check that the connection's base URL is the API root of a GitHub server.",
        { cause: error },
      );
    }
    return this.#unreached(error, subject);
  }

  /** Without the cause: it holds the whole answer, and with it whatever the server chose to echo. */
  #answered(error: RequestError, subject: string): AppError {
    const headers = error.response?.headers ?? {};
    const said = this.#quote(error.message);
    const host = this.#host;
    const limited = headers["x-ratelimit-remaining"] === "0" || /secondary rate/i.test(error.message);
    if (error.status === 429 || (error.status === 403 && limited)) return this.#rateLimited(headers);
    const fail = (code: ErrorCode, message: string): AppError =>
      new AppError(code, message, { data: { providerStatus: error.status } });
    switch (error.status) {
      case 401:
        return fail(
          "provider_unauthorized",
          this.#token === ""
            ? `GitHub (${host}) wants a token for ${subject}: save one in the connection.`
            : `GitHub (${host}) refuses the token: it is mistyped, expired or revoked. Save a new one in the connection.`,
        );
      case 403: {
        const sso = String(headers["x-github-sso"] ?? "").startsWith("required");
        return fail(
          "provider_forbidden",
          sso
            ? `GitHub (${host}) wants the token authorised for the organisation's single sign-on to read ${subject}: ` +
                "do so in GitHub under Settings, Developer settings, tokens."
            : `GitHub (${host}) does not let this token read ${subject} (${said}). It needs the scope "repo" ` +
                '(classic), or "Issues: read" for this repository (fine-grained).',
        );
      }
      case 404:
        return fail(
          "provider_not_found",
          `GitHub (${host}) does not have ${subject}, or does not show it to this token. Check its name; a private ` +
            'one needs a token with the scope "repo" (classic) or with access to it (fine-grained).',
        );
      case 410:
        return fail("provider_not_found", `Issues are switched off for ${subject} at GitHub (${host}).`);
      default:
        return fail(
          "provider_failed",
          error.status >= 500
            ? `GitHub (${host}) has a problem of its own (status ${error.status}): try again later.`
            : `GitHub (${host}) refused to give ${subject} (status ${error.status}: ${said}).`,
        );
    }
  }

  #rateLimited(headers: Record<string, string | number | undefined>): AppError {
    const reset = Number(headers["x-ratelimit-reset"]);
    const untilReset = Number.isFinite(reset) ? Math.max(reset - Math.floor(Date.now() / 1000), 0) : 60;
    const retryAfterSeconds = Number(headers["retry-after"]) || untilReset;
    return new AppError(
      "provider_rate_limited",
      `GitHub (${this.#host}) has had enough requests for now: try again in ` +
        `${retryAfterSeconds < 120 ? `${retryAfterSeconds} seconds` : `${Math.ceil(retryAfterSeconds / 60)} minutes`}.` +
        (this.#token === "" ? " A token in the connection raises the limit." : ""),
      { data: { retryAfterSeconds } },
    );
  }

  #unreached(error: unknown, subject: string): AppError {
    const facts = rootCause(error);
    if (facts.name === "TimeoutError") {
      return new AppError(
        "timeout",
        `GitHub (${this.#host}) did not answer in time when asked for ${subject}: try again later.`,
        { cause: error },
      );
    }
    return new AppError(
      "provider_failed",
      `GitHub (${this.#host}) could not be reached (${this.#quote(facts.code ?? facts.message)}): ` +
        "check the network and the connection's base URL.",
      { cause: error },
    );
  }

  /** What the other side said, on one line, short, without the token. */
  #quote(text: string): string {
    const clean = this.#token === "" ? text : text.replaceAll(this.#token, "[token]");
    const line = clean.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
    return line.length > 200 ? `${line.slice(0, 200)}…` : line;
  }
}

/** fetch and octokit wrap the error that says what happened, sometimes twice. */
function rootCause(error: unknown): { name: string; message: string; code?: string } {
  let deepest = error;
  for (let depth = 0; depth < 5 && deepest instanceof Error && deepest.cause !== undefined; depth += 1) {
    deepest = deepest.cause;
  }
  if (!(deepest instanceof Error)) return { name: "Error", message: String(deepest) };
  const code = "code" in deepest && typeof deepest.code === "string" ? deepest.code : undefined;
  return { name: deepest.name, message: deepest.message, ...(code !== undefined && { code }) };
}
