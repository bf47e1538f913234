import { AppError } from "../../shared/errors.ts";
import type { Attachment } from "./tracker.ts";

export interface AttachmentSource {
  /** For messages: the provider as people call it. */
  name: string;
  /**
   * What is sent with a request for this address, the token where it belongs; null where nothing may be fetched from
   * there.
   *
   * @param redirected Whether another address led there.
   */
  headersFor(url: URL, redirected: boolean): Record<string, string> | null;
  /** Milliseconds from the request to the last byte. */
  timeoutMs: number;
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const maxRedirects = 5;

/**
 * Fetches a file that an issue's text refers to. Its type is told by its first bytes, never by the server's word alone,
 * so that nothing comes out as a web page or a script.
 *
 * @param url Absolute.
 * @throws AppError `invalid_input` for an address that is not the tracker's, `too_large`, `provider_not_found`,
 *   `provider_forbidden`, `provider_failed`, `timeout`, `cancelled`
 */
export async function downloadAttachment(
  url: string,
  source: AttachmentSource,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Attachment> {
  const timeout = AbortSignal.timeout(source.timeoutMs);
  const either = AbortSignal.any([signal, timeout]);
  try {
    const response = await follow(url, source, either);
    const bytes = await readUpTo(response, maxBytes, source.name);
    return { contentType: contentTypeOf(bytes, response.headers.get("content-type") ?? ""), bytes };
  } catch (error) {
    if (signal.aborted) throw new AppError("cancelled", "Fetching the attachment was cancelled.");
    if (error instanceof AppError) throw error;
    if (timeout.aborted) {
      throw new AppError("timeout", `${source.name} did not send the attachment in time: try again later.`);
    }
    throw new AppError("provider_failed", `The attachment could not be fetched from ${source.name}: try again later.`, {
      cause: error,
    });
  }
}

async function follow(address: string, source: AttachmentSource, signal: AbortSignal): Promise<Response> {
  let url = URL.parse(address);
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const headers = url === null ? null : source.headersFor(url, redirects > 0);
    if (url === null || headers === null) {
      throw new AppError(
        redirects > 0 ? "provider_failed" : "invalid_input",
        redirects > 0
          ? `${source.name} keeps the attachment in a place that is not known, which is not asked.`
          : `Only attachments of ${source.name} itself are fetched. Open the address in a browser instead.`,
      );
    }
    const response = await fetch(url.href, { headers, signal, redirect: "manual" });
    if (!redirectStatuses.has(response.status)) return requireFile(response, source.name);
    await response.body?.cancel();
    url = URL.parse(response.headers.get("location") ?? "", url.href);
  }
  throw new AppError("provider_failed", `${source.name} redirects the attachment without end.`);
}

async function requireFile(response: Response, name: string): Promise<Response> {
  if (response.ok) return response;
  await response.body?.cancel();
  const { status } = response;
  if (status === 404 || status === 410) {
    throw new AppError(
      "provider_not_found",
      `${name} does not have the attachment, or does not show it to this token.`,
    );
  }
  if (status === 401 || status === 403) {
    throw new AppError("provider_forbidden", `${name} does not show the attachment to this token.`);
  }
  throw new AppError("provider_failed", `${name} did not give the attachment (status ${status}): try again later.`);
}

async function readUpTo(response: Response, maxBytes: number, name: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = Number(response.headers.get("content-length") ?? 0) > maxBytes ? Infinity : 0;
  if (size === 0) {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } else {
    await response.body?.cancel();
  }
  if (size <= maxBytes) return Buffer.concat(chunks);
  throw new AppError(
    "too_large",
    `The attachment is larger than ${Math.floor(maxBytes / 1024)} KB. Open it at ${name} instead.`,
  );
}

/** Types by their first bytes, given in Latin-1: https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern */
const signatures: ReadonlyArray<[offset: number, bytes: string, contentType: string]> = [
  [0, "\x89PNG\r\n\x1a\n", "image/png"],
  [0, "\xff\xd8\xff", "image/jpeg"],
  [0, "GIF87a", "image/gif"],
  [0, "GIF89a", "image/gif"],
  [8, "WEBP", "image/webp"],
  [4, "ftypavif", "image/avif"],
  [4, "ftyp", "video/mp4"],
  [0, "\x1a\x45\xdf\xa3", "video/webm"],
  [0, "%PDF-", "application/pdf"],
  [0, "PK\x03\x04", "application/zip"],
];

/** An SVG drawing, whose only mark is its text. Show it as an image alone: opened as a page it can run scripts. */
const svg = /^\uFEFF?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*(?:<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/i;

/** Types that do no harm whatever the bytes are. */
const harmless = new Set(["text/plain", "text/csv", "application/json", "application/gzip", "audio/mpeg"]);

/** What the bytes are; `application/octet-stream` where neither they nor a harmless claim tell. */
export function contentTypeOf(bytes: Uint8Array, claimed: string): string {
  const start = Buffer.from(bytes.subarray(0, 64)).toString("latin1");
  const found = signatures.find(([offset, mark]) => start.startsWith(mark, offset));
  if (found) return found[2];
  const type = claimed.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "image/svg+xml" && svg.test(Buffer.from(bytes.subarray(0, 1024)).toString("utf8"))) return type;
  return harmless.has(type) ? type : "application/octet-stream";
}
