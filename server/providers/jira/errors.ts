import * as z from "zod";
import { AppError, type AppErrorOptions, type ErrorCode } from "../../../shared/errors.ts";
import { quoted, RefusedAnswer, rootCause, wasNeverSent } from "../failed-request.ts";
import { parsedJson } from "../parsed-json.ts";
import { waitAsked } from "./limits.ts";

/** What Jira says beside an error status: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#status-codes */
const errorCollection = z.object({
  errorMessages: z.array(z.string()).catch([]),
  errors: z.record(z.string(), z.string()).catch({}),
});

export interface FailedCall {
  /** What was asked for, as "the issue ABC-1". */
  subject: string;
  signal: AbortSignal;
  write?: boolean;
}

/** Turns what the transport, JSON and zod throw into AppErrors that say what to do. */
export class JiraErrors {
  readonly #host: string;
  readonly #account: { token: string; email: string; secrets: readonly string[] };

  /**
   * @param host For messages.
   * @param account Its `secrets` are taken out of everything the server says.
   */
  constructor(host: string, account: { token: string; email: string; secrets: readonly string[] }) {
    this.#host = host;
    this.#account = account;
  }

  translate(error: unknown, { subject, signal, write = false }: FailedCall): AppError {
    const uncertain: AppErrorOptions = write && !wasNeverSent(error) ? { data: { uncertain: true } } : {};
    if (signal.aborted) return new AppError("cancelled", `The request for ${subject} was cancelled.`, uncertain);
    if (error instanceof RefusedAnswer) return this.#refused(error, subject, write);
    if (error instanceof AppError) {
      return error.code !== "provider_failed" || !write
        ? error
        : new AppError(error.code, error.message, { cause: error, ...uncertain });
    }
    if (error instanceof SyntaxError) {
      return new AppError(
        "provider_failed",
        `Jira (${this.#host}) answered with something that is not JSON when asked for ${subject}: check that the ` +
          "connection's base URL is the site's own address, with its context path where it has one (https://host/jira).",
        { cause: error, ...uncertain },
      );
    }
    if (error instanceof z.ZodError) {
      const [issue] = error.issues;
      const where = issue ? ` (${issue.path.join(".")}: ${issue.message})` : "";
      return new AppError(
        "provider_failed",
        `Jira (${this.#host}) answered in an unknown form when asked for ${subject}${where}: check that the ` +
          "connection's base URL is that of a Jira site.",
        { cause: error, ...uncertain },
      );
    }
    return this.#unreached(error, subject, uncertain);
  }

  #refused(answer: RefusedAnswer, subject: string, write: boolean): AppError {
    const { status } = answer;
    const host = this.#host;
    const { said, fields } = this.#explanation(answer.body);
    const because = said === "" ? "" : ` (${said})`;
    const fail = (code: ErrorCode, message: string, data: Record<string, unknown> = {}): AppError =>
      new AppError(code, message, { errors: fields, data: { providerStatus: status, ...data } });
    if (status === 429) return this.rateLimited(waitAsked(answer.headers) ?? 60);
    if (/CAPTCHA/.test(answer.headers.get("x-authentication-denied-reason") ?? "")) {
      return fail(
        "provider_unauthorized",
        `Jira (${host}) wants a captcha solved after failed sign-ins: sign in once in a browser, then try again.`,
      );
    }
    if (status === 401) return fail("provider_unauthorized", this.#unauthorized(subject));
    if (status === 403) {
      return fail(
        "provider_forbidden",
        `Jira (${host}) does not let this account ${write ? "change" : "read"} ${subject}${because}. ` +
          "Its permissions in the project, and the token's scopes, must allow it.",
      );
    }
    if (status === 404 || (status === 400 && /does not exist for the field 'project'/.test(said))) {
      return fail(
        "provider_not_found",
        `Jira (${host}) does not have ${subject}, or does not show it to this account. Check its name and the ` +
          "account's permissions.",
      );
    }
    if (status === 413) return fail("too_large", `Jira (${host}) finds ${subject} too large${because}. Shorten it.`);
    if (write && status === 409) {
      return fail("conflict", `Jira (${host}) is changing ${subject} at this moment${because}: try again.`);
    }
    if (write && (status === 400 || status === 422)) {
      return fail("invalid_input", `Jira (${host}) does not take this change of ${subject}${because}.`);
    }
    return status >= 500
      ? fail(
          "provider_failed",
          `Jira (${host}) has a problem of its own (status ${status}): try again later.`,
          write ? { uncertain: true } : {},
        )
      : fail(
          "provider_failed",
          `Jira (${host}) refused ${subject} (status ${status}${said === "" ? "" : `: ${said}`}).`,
        );
  }

  #unauthorized(subject: string): string {
    const { token, email } = this.#account;
    if (token === "") return `Jira (${this.#host}) wants a token for ${subject}: save one in the connection.`;
    if (email === "") {
      return (
        `Jira (${this.#host}) refuses the token: it is mistyped, expired or revoked. Save a new one in the connection; ` +
        "Jira Cloud also needs the account's e-mail there."
      );
    }
    return (
      `Jira (${this.#host}) refuses e-mail and token: one is mistyped, or the token is expired or revoked. Save a new ` +
      "one in the connection; for a personal access token of Data Center leave the e-mail empty."
    );
  }

  rateLimited(retryAfterSeconds: number): AppError {
    const when =
      retryAfterSeconds < 120 ? `${retryAfterSeconds} seconds` : `${Math.ceil(retryAfterSeconds / 60)} minutes`;
    return new AppError(
      "provider_rate_limited",
      `Jira (${this.#host}) has had enough requests for now: try again in ${when}.`,
      { data: { retryAfterSeconds, providerStatus: 429 } },
    );
  }

  #unreached(error: unknown, subject: string, uncertain: AppErrorOptions): AppError {
    const facts = rootCause(error);
    if (facts.name === "TimeoutError") {
      return new AppError(
        "timeout",
        `Jira (${this.#host}) did not answer in time when asked for ${subject}: try again later.`,
        { cause: error, ...uncertain },
      );
    }
    return new AppError(
      "provider_failed",
      `Jira (${this.#host}) could not be reached (${this.#quote(facts.code ?? facts.message)}): ` +
        "check the network and the connection's base URL.",
      { cause: error, ...uncertain },
    );
  }

  /** What Jira says of an error: in words, and by field. */
  #explanation(body: string): { said: string; fields: { path: string; message: string }[] } {
    const found = errorCollection.safeParse(parsedJson(body));
    if (!found.success) return { said: "", fields: [] };
    const fields = Object.entries(found.data.errors).map(([path, message]) => ({
      path,
      message: this.#quote(message),
    }));
    const parts = [...found.data.errorMessages, ...fields.map(({ path, message }) => `${path}: ${message}`)];
    return { said: this.#quote(parts.join("; ")), fields };
  }

  #quote(text: string): string {
    return quoted(text, this.#account.secrets);
  }
}
