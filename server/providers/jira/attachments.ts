import { AppError } from "../../../shared/errors.ts";
import { abortable } from "../abortable.ts";
import type { Attachment } from "../tracker.ts";
import type { JiraClient } from "./client.ts";
import { RefusedAnswer } from "./errors.ts";

export interface AttachmentOptions {
  maxBytes: number;
  signal: AbortSignal;
  timeoutMs: number;
  /** Where Jira Cloud keeps the bytes: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/ */
  mediaOrigins: readonly string[];
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const maxRedirects = 3;

/**
 * Fetches an attachment of this site. Cloud answers with a redirect to its media service, whose address carries its
 * own right to read: it is followed there and nowhere else, without the token.
 */
export async function fetchJiraAttachment(
  client: JiraClient,
  address: string,
  options: AttachmentOptions,
): Promise<Attachment> {
  const call = { subject: "the attachment", signal: options.signal };
  let url = attachmentUrl(client.base, address);
  const { origin } = url;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]);
  try {
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const own = url.origin === origin;
      const { authorization } = client;
      const headers = own && authorization !== null ? { authorization } : undefined;
      const response = await abortable(fetch(url, { signal, redirect: "manual", ...(headers && { headers }) }), signal);
      const location = redirectStatuses.has(response.status) ? response.headers.get("location") : null;
      if (location === null) return await readAttachment(response, options);
      await response.body?.cancel();
      url = new URL(location, url);
      if (url.origin !== origin && !options.mediaOrigins.includes(url.origin)) {
        throw new AppError("provider_failed", `Jira sends to ${url.origin} for the attachment, which is not trusted.`);
      }
    }
  } catch (error) {
    throw client.translate(error, call);
  }
  throw new AppError("provider_failed", "Jira redirects without end for the attachment: try again later.");
}

/** Only what is an attachment of this site: the address comes out of an issue's text. */
function attachmentUrl(base: string, address: string): URL {
  const own = new URL(`${base}/`);
  const url = URL.canParse(address) ? new URL(address) : null;
  const path = url?.pathname.slice(own.pathname.length - 1) ?? "";
  const isAttachment =
    /^\/(?:rest\/api\/[23]\/attachment\/(?:content|thumbnail)\/\d+|secure\/(?:attachment|thumbnail)\/\d+\/[^/]+)$/;
  if (url?.origin !== own.origin || !url.pathname.startsWith(own.pathname) || !isAttachment.test(path)) {
    throw new AppError("invalid_input", `This is no address of an attachment at ${own.origin}.`);
  }
  url.hash = "";
  return url;
}

async function readAttachment(response: Response, { maxBytes }: AttachmentOptions): Promise<Attachment> {
  if (!response.ok) throw new RefusedAnswer(response.status, response.headers, "");
  if (/AUTHENTICATED_FAILED|AUTHENTICATION_DENIED/.test(response.headers.get("x-seraph-loginreason") ?? "")) {
    await response.body?.cancel();
    throw new RefusedAnswer(401, response.headers, "");
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw new AppError(
        "too_large",
        `The attachment is larger than ${Math.floor(maxBytes / 1024)} KB: open it in Jira.`,
      );
    }
    chunks.push(chunk);
  }
  return {
    contentType: response.headers.get("content-type") ?? "application/octet-stream",
    bytes: Buffer.concat(chunks),
  };
}
