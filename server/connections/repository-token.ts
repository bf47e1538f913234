import type { Connection, ProviderName } from "../../shared/entities/connection.ts";

/** The vendor's own host of repositories, and the name that tokens go by there; null for trackers without repositories. */
const hosting: Record<ProviderName, { cloud: string; username: string } | null> = {
  // https://docs.github.com/en/apps/creating-github-apps: "HTTP-based Git access"; any name goes with personal tokens.
  github: { cloud: "github.com", username: "x-access-token" },
  // https://docs.gitlab.com/ee/topics/git/clone.html: "Clone using a token".
  gitlab: { cloud: "gitlab.com", username: "oauth2" },
  jira: null,
};

/** Where a connection's repositories are, with the port where that is not the usual one, and the name its token goes by. */
export function repositoryAccess({
  provider,
  baseUrl,
}: Pick<Connection, "provider" | "baseUrl">): { host: string; username: string } | null {
  const kept = hosting[provider];
  if (kept === null) return null;
  const { cloud, username } = kept;
  const host = baseUrl === "" ? cloud : new URL(baseUrl).host;
  return { host: host === `api.${cloud}` ? cloud : host, username };
}
