import { AppError } from "../../../shared/errors.ts";
import { type AttachmentSource, downloadAttachment } from "../attachment.ts";
import type { Attachment } from "../tracker.ts";

/**
 * Files that people attach: GitLab's texts name them relative to the project, /uploads/SECRET/FILE.
 * https://docs.gitlab.com/security/user_file_uploads/
 */
const relative = /(?<![\w/.\-:%])\/uploads\/(?=[0-9a-f]{32}\/)/g;

/** A text with its files named so that they can be found from anywhere. @param projectUrl The project's page. */
export function absoluteUploads(markdown: string, projectUrl: string): string {
  return markdown.replaceAll(relative, () => `${projectUrl}/uploads/`);
}

/** The reverse: files of the project as GitLab's own texts name them. */
export function relativeUploads(markdown: string, projectUrl: string): string {
  const prefix = `${projectUrl}/uploads/`;
  const parts = markdown.split(prefix);
  return parts.reduce((text, part) => text + (/^[0-9a-f]{32}\//.test(part) ? "/uploads/" : prefix) + part);
}

export interface UploadOptions {
  /** GitLab's address for people. */
  base: string;
  token: string;
  timeoutMs: number;
  /** More hosts that files may be redirected to. */
  storageHosts: readonly string[];
}

/** Where gitlab.com, and servers with object storage that is not proxied, send for the bytes. */
const storage = [
  /^(?:[\w.-]+\.)?storage\.googleapis\.com$/,
  /(?:^|\.)s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com$/,
  /\.blob\.core\.windows\.net$/,
  /\.gitlab-static\.net$/,
];

/**
 * Fetches a file of one of GitLab's projects: through the API, which takes the token (GitLab 17.4 and newer), else
 * without it from the page that older versions serve to whoever may see the project.
 *
 * @param address As {@link absoluteUploads} writes them, or /-/project/ID/uploads/SECRET/FILE below GitLab's address.
 * @throws AppError as {@link IssueTracker.fetchAttachment} says
 */
export async function fetchUpload(
  address: string,
  options: UploadOptions,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Attachment> {
  const { api, page } = uploadAddresses(address, options.base);
  try {
    return await downloadAttachment(api, sourceOf(options), maxBytes, signal);
  } catch (error) {
    if (!(error instanceof AppError && error.code === "provider_not_found")) throw error;
  }
  return downloadAttachment(page, sourceOf({ ...options, token: "" }), maxBytes, signal);
}

/** Both addresses of a file. The address comes out of an issue's text: only what is GitLab's own is one. */
function uploadAddresses(address: string, base: string): { api: string; page: string } {
  const url = URL.parse(address);
  const own = new URL(`${base}/`);
  const [, id, path, secret, file] =
    url?.origin === own.origin && url.username === "" && url.password === "" && url.pathname.startsWith(own.pathname)
      ? (/^(?:-\/project\/(\d+)|([^/]+(?:\/[^/]+)+?))\/uploads\/([0-9a-f]{32})\/([^/]+)$/.exec(
          url.pathname.slice(own.pathname.length),
        ) ?? [])
      : [];
  const project = id ?? (path === undefined ? undefined : encodeURIComponent(decoded(path) ?? path));
  if (url === null || project === undefined || secret === undefined || file === undefined) {
    throw new AppError(
      "invalid_input",
      `Only files attached at GitLab (${own.host}) are fetched. Open the address in a browser instead.`,
    );
  }
  return { api: `${base}/api/v4/projects/${project}/uploads/${secret}/${file}`, page: own.origin + url.pathname };
}

/** Null for escapes that are none. */
function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

/**
 * The first address is one of {@link uploadAddresses}. The token goes to GitLab's own API alone; what it redirects to
 * carries its own permission.
 */
function sourceOf({ base, token, timeoutMs, storageHosts }: UploadOptions): AttachmentSource {
  const own = new URL(`${base}/`);
  const tokenHeader: Record<string, string> = token === "" ? {} : { "private-token": token };
  return {
    name: "GitLab",
    timeoutMs,
    headersFor(url, redirected) {
      if (url.username !== "" || url.password !== "") return null;
      const isApi = url.origin === own.origin && url.pathname.startsWith(`${own.pathname}api/v4/projects/`);
      if (isApi) return tokenHeader;
      if (!redirected) return {};
      if (url.origin === own.origin) return url.pathname.includes("/uploads/") ? {} : null;
      if (storageHosts.includes(url.host)) return {};
      const isStorage = url.protocol === "https:" && url.port === "" && storage.some((host) => host.test(url.hostname));
      return isStorage ? {} : null;
    },
  };
}
