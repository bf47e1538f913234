import type { IssueWithComments } from "../../shared/entities/issue.ts";
import { AppError } from "../../shared/errors.ts";
import type { Trackers } from "./trackers.ts";

/** The most bytes of an attachment. */
const maxBytes = 10 * 1024 * 1024;

/** Pictures that can't run anything, wherever they are shown. SVG is not among them. */
const shown = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);

export interface AttachmentAnswer {
  headers: Record<string, string>;
  body: File;
}

/** Images and files that issues refer to, fetched with the connection's token: no view ever asks a foreign host. */
export class AttachmentService {
  readonly #trackers: Trackers;

  constructor(trackers: Trackers) {
    this.#trackers = trackers;
  }

  /**
   * @param url absolute, as it stands in the issue's text or in one of its comments
   * @throws AppError not_found for an address the issue does not name, invalid_input for one that is not the tracker's,
   *   too_large, or what the tracker refuses
   */
  async fetch(issue: IssueWithComments, url: string, signal: AbortSignal | undefined): Promise<AttachmentAnswer> {
    if (![issue.body, ...issue.comments.map(({ body }) => body)].some((text) => names(text, url))) {
      throw new AppError("not_found", "The issue does not refer to this address.");
    }
    const { connectionId } = this.#trackers.link(issue.projectId, issue.linkId);
    const tracker = await this.#trackers.tracker(connectionId);
    const { contentType, bytes } = await tracker.fetchAttachment(url, maxBytes, signal ?? new AbortController().signal);
    const type = shown.has(contentType) || /^[\w.+-]+\/[\w.+-]+$/.test(contentType) ? contentType : unknownType;
    return {
      headers: {
        "content-type": type,
        "content-disposition": `${shown.has(type) ? "inline" : "attachment"}; filename="${fileName(url)}"`,
        "content-security-policy": "default-src 'none'; sandbox",
      },
      body: new File([new Uint8Array(bytes)], fileName(url), { type }),
    };
  }
}

const unknownType = "application/octet-stream";

/** Characters an address goes on with. */
const continues = /[\p{L}\p{N}\-._~%!$&*+,;=:@/?#]/u;

/** Whether a text names exactly this address: not merely one that begins with it. */
function names(text: string, url: string): boolean {
  const written = text.replaceAll("&amp;", "&");
  for (let at = written.indexOf(url); at !== -1; at = written.indexOf(url, at + 1)) {
    const after = written.slice(at + url.length);
    const next = after.replace(/^[.,;:!?]+(?=\s|$)/u, "").charAt(0);
    if (!continues.test(next)) return true;
  }
  return false;
}

/** A file name that is safe in a header and on a disk. */
function fileName(url: string): string {
  const last = new URL(url).pathname.split("/").at(-1) ?? "";
  return (
    last
      .replace(/[^\w.-]+/g, "_")
      .replace(/^\.+/, "")
      .slice(-100) || "attachment"
  );
}
