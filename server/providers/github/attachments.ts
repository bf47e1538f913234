import type { AttachmentSource } from "../attachment.ts";

export interface AttachmentHosts {
  /** The API root of the connection. */
  baseUrl: string;
  token: string;
  timeoutMs: number;
  /** More hosts that files may be redirected to. */
  storageHosts: readonly string[];
}

/** Where github.com and GitHub Enterprise keep what people attach. */
const storage = [
  /(?:^|\.)githubusercontent\.com$/,
  /(?:^|\.)s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com$/,
  /\.blob\.core\.windows\.net$/,
];

/**
 * Attachments of GitHub: files on the web host itself, which are given to the token, and on its user content hosts,
 * whose addresses carry their own permission. The token goes to the web host alone.
 * https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/attaching-files
 */
export function gitHubAttachments({ baseUrl, token, timeoutMs, storageHosts }: AttachmentHosts): AttachmentSource {
  const web = webOrigin(new URL(baseUrl));
  const isCloud = /(?:^|\.)(?:github|ghe)\.com$/.test(web.hostname);
  const tokenHeader: Record<string, string> = token === "" ? {} : { authorization: `Bearer ${token}` };
  return {
    name: "GitHub",
    timeoutMs,
    headersFor(url, redirected) {
      if (url.username !== "" || url.password !== "") return null;
      if (url.origin === web.origin) return isAttachment(url) ? tokenHeader : null;
      if (storageHosts.includes(url.host)) return redirected ? {} : null;
      if (url.protocol !== "https:" || url.port !== "") return null;
      if (isBelow(url.hostname, "githubusercontent.com")) return isCloud || redirected ? {} : null;
      // GHES with subdomain isolation: media.HOST, avatars.HOST.
      if (!isCloud && isBelow(url.hostname, web.hostname)) return {};
      return redirected && storage.some((hosts) => hosts.test(url.hostname)) ? {} : null;
    },
  };
}

/** github.com for api.github.com, the same host on GitHub Enterprise Server. */
function webOrigin(api: URL): URL {
  const web = new URL(api.origin);
  if (/^api\.(?:github\.com|[\w-]+\.ghe\.com)$/.test(web.hostname)) web.hostname = web.hostname.slice("api.".length);
  return web;
}

/** /user-attachments/…, /owner/repository/assets/…, /owner/repository/files/…, GHES's /storage/user/… and /user/…/files. */
function isAttachment({ pathname }: URL): boolean {
  return /^\/(?:user-attachments\/(?:assets|files)|storage\/user|user\/\d+\/files|[\w.-]+\/[\w.-]+\/(?:assets|files))\/./.test(
    pathname,
  );
}

function isBelow(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
