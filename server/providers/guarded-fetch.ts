import { AppError } from "../../shared/errors.ts";

export interface GuardOptions {
  /** For messages: the provider as people call it. */
  name: string;
  /** The only origin that is ever contacted, as `https://api.github.com`. */
  origin: string;
  /** Milliseconds from the request to the last byte of the answer. */
  timeoutMs: number;
  /** The most bytes of one answer. */
  maxBytes: number;
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const maxRedirects = 3;

/** An answer read whole. */
export interface WholeAnswer {
  status: number;
  statusText: string;
  headers: Headers;
  bytes: Uint8Array;
}

/**
 * A `fetch` for requests that carry a token, as {@link guardedRead} describes it.
 */
export function guardedFetch(options: GuardOptions): typeof fetch {
  const read = guardedRead(options);
  return async (input, init) => {
    const { status, statusText, headers, bytes } = await read(input instanceof Request ? input.url : input, init);
    const body = status === 204 || status === 304 ? null : Buffer.from(bytes);
    return new Response(body, { status, statusText, headers });
  };
}

/**
 * Requests that carry a token. Redirects are followed within the origin only, a few at most; an answer
 * is read whole, within a time and a size. What makes no sense to repeat is thrown as AppError `provider_failed`, with
 * `data.refusedRedirect` where the server did nothing but send it elsewhere; the rest (network, timeout, abort) as fetch itself throws it.
 */
export function guardedRead(options: GuardOptions): (url: string | URL, init?: RequestInit) => Promise<WholeAnswer> {
  return async (input, init) => {
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const signal = init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    let url = new URL(input);
    for (let redirects = 0; ; redirects += 1) {
      if (url.origin !== options.origin) {
        throw new AppError(
          "provider_failed",
          `${options.name} at ${options.origin} redirects to ${url.origin}. The token is not sent there: ` +
            "if the server has moved, change the connection's base URL.",
          { data: { refusedRedirect: true } },
        );
      }
      const response = await fetch(url, { ...init, signal, redirect: "manual" });
      const location = redirectStatuses.has(response.status) ? response.headers.get("location") : null;
      if (location === null) return readWhole(response, options);
      await response.body?.cancel();
      if (redirects === maxRedirects) {
        throw new AppError(
          "provider_failed",
          `${options.name} at ${options.origin} redirects without end: check the connection's base URL.`,
          { data: { refusedRedirect: true } },
        );
      }
      url = target(location, url, options);
    }
  };
}

function target(location: string, from: URL, { name, origin }: GuardOptions): URL {
  try {
    return new URL(location, from);
  } catch (error) {
    throw new AppError("provider_failed", `${name} at ${origin} redirects to something that is no address.`, {
      cause: error,
      data: { refusedRedirect: true },
    });
  }
}

async function readWhole(response: Response, { name, origin, maxBytes }: GuardOptions): Promise<WholeAnswer> {
  const { status, statusText, headers } = response;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw new AppError(
        "provider_failed",
        `${name} at ${origin} sent an answer larger than ${Math.floor(maxBytes / 1024 / 1024)} MB, which is not read.`,
      );
    }
    chunks.push(chunk);
  }
  return { status, statusText, headers, bytes: Buffer.concat(chunks) };
}
