import type { AttachmentSource } from "../attachment.ts";
import type { JiraClient } from "./client.ts";

/** Where Jira Cloud keeps the bytes; an address there carries its own right to be read. */
const mediaService = "https://api.media.atlassian.com";

/** An attachment's own addresses, below the site's: those of Cloud, then those of Data Center. */
const attachmentPaths = [
  /^\/rest\/api\/[23]\/attachment\/(?:content|thumbnail)\/\d+$/,
  /^\/secure\/(?:attachment|thumbnail)\/\d+\/[^/]+$/,
];

export interface JiraAttachmentOptions {
  requestTimeoutMs?: number;
  /** Instead of Atlassian's media service. */
  mediaOrigins?: readonly string[];
}

/**
 * This site's attachments and nothing else of it: the address comes out of an issue's text. Cloud answers with a
 * redirect to its media service, which is followed without the token.
 */
export function jiraAttachments(client: JiraClient, options: JiraAttachmentOptions): AttachmentSource {
  const { requestTimeoutMs = 30_000, mediaOrigins = [mediaService] } = options;
  const base = new URL(client.base);
  const root = base.pathname.replace(/\/$/, "");
  const own: Record<string, string> = client.authorization === null ? {} : { authorization: client.authorization };
  return {
    name: "Jira",
    timeoutMs: requestTimeoutMs,
    headersFor(url, redirected) {
      if (url.origin !== base.origin) return redirected && mediaOrigins.includes(url.origin) ? {} : null;
      const path = url.pathname.startsWith(`${root}/`) ? url.pathname.slice(root.length) : "";
      return attachmentPaths.some((pattern) => pattern.test(path)) ? own : null;
    },
  };
}
