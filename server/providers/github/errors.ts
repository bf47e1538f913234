import { RequestError } from "octokit";
import { ZodError } from "zod";
import { AppError, type ErrorCode } from "../../../shared/errors.ts";
import { quoted, rootCause, wasNeverSent } from "../failed-request.ts";

/** A request on its way, as far as it matters for what its failure means. */
export interface Attempt {
  /** It changes something at GitHub. */
  writes: boolean;
  /** It may have reached GitHub. */
  sent: boolean;
}

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

  /**
   * The error for people. Where a change may have been made although the answer is missing or unreadable, it says so
   * and carries `data.uncertain`.
   *
   * @param subject What was asked for or changed, as "the repository acme/widgets".
   */
  translate(error: unknown, subject: string, signal: AbortSignal, attempt: Attempt): AppError {
    const translated = this.#translate(error, subject, signal, attempt.writes);
    const answered =
      (error instanceof RequestError && error.response !== undefined && error.status < 500) ||
      (error instanceof AppError && error.data["refusedRedirect"] === true);
    if (!attempt.writes || !attempt.sent || answered || wasNeverSent(error)) return translated;
    return new AppError(
      translated.code,
      `${translated.message} Whether the change was made is not known: look at GitHub before repeating it.`,
      { cause: translated.cause, data: { ...translated.data, uncertain: true } },
    );
  }

  rateLimited(retryAfterSeconds: number): AppError {
    return new AppError(
      "provider_rate_limited",
      `GitHub (${this.#host}) has had enough requests for now: try again in ` +
        `${retryAfterSeconds < 120 ? `${retryAfterSeconds} seconds` : `${Math.ceil(retryAfterSeconds / 60)} minutes`}.` +
        (this.#token === "" ? " A token in the connection raises the limit." : ""),
      { data: { retryAfterSeconds } },
    );
  }

  #translate(error: unknown, subject: string, signal: AbortSignal, writes: boolean): AppError {
    if (signal.aborted) {
      return new AppError("cancelled", `${writes ? "Changing" : "Reading"} ${subject} was cancelled.`);
    }
    if (error instanceof AppError) return error;
    if (error instanceof RequestError && error.response) return this.#answered(error, subject, writes);
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
  #answered(error: RequestError, subject: string, writes: boolean): AppError {
    const headers = error.response?.headers ?? {};
    const said = this.#quote(error.message);
    const host = this.#host;
    const limited = headers["x-ratelimit-remaining"] === "0" || /secondary rate/i.test(error.message);
    if (error.status === 429 || (error.status === 403 && limited)) return this.rateLimited(secondsToWait(headers));
    const fail = (code: ErrorCode, message: string): AppError =>
      new AppError(code, message, { data: { providerStatus: error.status } });
    const missing = missingScopes(headers);
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
        const action = writes ? "change" : "read";
        return fail(
          "provider_forbidden",
          sso
            ? `GitHub (${host}) wants the token authorised for the organisation's single sign-on to ${action} ${subject}: ` +
                "do so in GitHub under Settings, Developer settings, tokens."
            : `GitHub (${host}) does not let this token ${action} ${subject} (${said}). ` +
                (missing ??
                  `It needs the scope "repo" (classic), or "Issues: ${writes ? "write" : "read"}" for this repository ` +
                    "(fine-grained).") +
                (writes ? " Its account may also lack the role in the repository." : ""),
        );
      }
      case 404:
        if (writes && missing !== null) {
          return fail("provider_forbidden", `GitHub (${host}) does not let this token change ${subject}. ${missing}`);
        }
        return fail(
          "provider_not_found",
          `GitHub (${host}) does not have ${subject}, or does not show it to this token. Check its name; ` +
            (missing === null
              ? 'a private one needs a token with the scope "repo" (classic) or with access to it (fine-grained).'
              : `and the token. ${missing}`),
        );
      case 410:
        return fail("provider_not_found", `Issues are switched off for ${subject} at GitHub (${host}).`);
      case 422:
        return fail(
          writes ? "invalid_input" : "provider_failed",
          `GitHub (${host}) refused ${writes ? "to change" : "to give"} ${subject} (${said}).`,
        );
      default:
        return fail(
          "provider_failed",
          error.status >= 500
            ? `GitHub (${host}) has a problem of its own (status ${error.status}): try again later.`
            : `GitHub (${host}) refused ${writes ? "to change" : "to give"} ${subject} (status ${error.status}: ${said}).`,
        );
    }
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

  #quote(text: string): string {
    return quoted(text, [this.#token]);
  }
}

type Headers = Record<string, string | number | undefined>;

function secondsToWait(headers: Headers): number {
  const reset = Number(headers["x-ratelimit-reset"]);
  const untilReset = Number.isFinite(reset) ? Math.max(reset - Math.floor(Date.now() / 1000), 0) : 60;
  return Number(headers["retry-after"]) || untilReset;
}

/**
 * What a classic token lacks, in a sentence; null where GitHub does not tell or nothing is lacking. GitHub lists the
 * token's scopes and those of which one would do:
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
 */
function missingScopes(headers: Headers): string | null {
  const has = scopesOf(headers["x-oauth-scopes"]);
  const accepted = scopesOf(headers["x-accepted-oauth-scopes"]);
  if (headers["x-oauth-scopes"] === undefined || accepted.length === 0) return null;
  if (accepted.some((scope) => has.includes(scope))) return null;
  const held = has.length === 0 ? "no scopes" : `only the scopes ${has.join(", ")}`;
  return `The token has ${held} and needs ${accepted.join(" or ")}: give it that in GitHub, or save another token.`;
}

/** The scopes of a header of GitHub's. */
export function scopesOf(header: string | number | undefined): string[] {
  return String(header ?? "")
    .split(",")
    .map((scope) => scope.trim())
    .filter(Boolean);
}
