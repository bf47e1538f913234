/** A repository on GitHub or a GitHub Enterprise Server, as a person names it. */
export interface GitHubRepository {
  owner: string;
  name: string;
  /** What git clones; empty where the site has no address that can be trusted, as over plain http. */
  cloneUrl: string;
  /** The API root as a connection takes it; empty for github.com. */
  apiRoot: string;
}

const namePattern = /^[A-Za-z0-9_.-]{1,100}$/;

/**
 * Reads `owner/repo`, an http(s) or ssh address, or `git@host:owner/repo.git`.
 * The API root of a GitHub Enterprise Server is `/api/v3`: docs.github.com/enterprise-server, "Getting started with the REST API".
 * @returns undefined where it names no repository
 */
export function parseGitHubRepository(text: string): GitHubRepository | undefined {
  const typed = text.trim();
  const short = /^([^/\s:]+)\/([^/\s]+)$/.exec(typed);
  if (short !== null) return repository("https:", "github.com", `${short[1]}/${short[2]}`, undefined);
  const scp = /^[\w.-]+@([\w.-]+):(.+)$/.exec(typed);
  if (scp !== null) return repository("https:", scp[1] ?? "", scp[2] ?? "", typed);
  if (!URL.canParse(typed)) return undefined;
  const url = new URL(typed);
  if (url.username !== "" && url.protocol !== "ssh:") return undefined;
  switch (url.protocol) {
    case "https:":
    case "http:":
      return repository(url.protocol, url.host, url.pathname, undefined);
    case "ssh:":
      return repository("https:", url.hostname, url.pathname, typed);
    default:
      return undefined;
  }
}

function repository(
  protocol: string,
  host: string,
  path: string,
  cloneUrl: string | undefined,
): GitHubRepository | undefined {
  const [owner = "", last = ""] = path.replace(/^\/+|\/+$/g, "").split("/");
  const name = last.replace(/\.git$/, "");
  if (!namePattern.test(owner) || !namePattern.test(name) || /^\.+$/.test(name)) return undefined;
  const isGitHub = host.toLowerCase() === "github.com" || host.toLowerCase() === "www.github.com";
  const site = isGitHub ? "github.com" : host;
  return {
    owner,
    name,
    cloneUrl: cloneUrl ?? (protocol === "https:" ? `https://${site}/${owner}/${name}.git` : ""),
    apiRoot: isGitHub ? "" : `${protocol}//${site}/api/v3`,
  };
}

/** A project's slug from a repository's name: lower-case letters, digits and single dashes. */
export function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60)
    .replace(/-+$/, "");
  return slug === "" ? "project" : slug;
}
