/** An answer with an error status. */
export class RefusedAnswer extends Error {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;

  constructor(status: number, headers: Headers, body: string) {
    super(`status ${status}`);
    this.name = "RefusedAnswer";
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** Errors of connecting: no byte of the request was sent. */
const beforeSending = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Whether a request failed before a byte of it left: then a write certainly did nothing. */
export function wasNeverSent(error: unknown): boolean {
  const { code = "" } = rootCause(error);
  return beforeSending.has(code) || /^(?:CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/.test(code);
}

/** What happened: fetch and the libraries over it wrap the error that says it, sometimes twice. */
export function rootCause(error: unknown): { name: string; message: string; code?: string } {
  let deepest = error;
  for (let depth = 0; depth < 5 && deepest instanceof Error && deepest.cause !== undefined; depth += 1) {
    deepest = deepest.cause;
  }
  if (!(deepest instanceof Error)) return { name: "Error", message: String(deepest) };
  const code = "code" in deepest && typeof deepest.code === "string" ? deepest.code : undefined;
  return { name: deepest.name, message: deepest.message, ...(code !== undefined && { code }) };
}

/**
 * What the other side said, on one line of 300 characters at most, without secrets.
 *
 * @param secrets Empty ones are none.
 */
export function quoted(text: string, secrets: readonly string[]): string {
  const clean = secrets.reduce(
    (left, secret) => (secret === "" ? left : left.replaceAll(secret, "[token]")),
    text.slice(0, 10_000),
  );
  const line = clean.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
