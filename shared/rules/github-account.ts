/**
 * Which of VS Code's own accounts fits the API root of a GitHub connection; undefined for none. Its token reaches all
 * that the person reaches, so it must go to no other host.
 * @param baseUrl empty for github.com
 * @param enterpriseOrigin of the server in VS Code's setting `github-enterprise.uri`; null where there is none
 */
export function gitHubAccount(
  baseUrl: string,
  enterpriseOrigin: string | null,
): "github" | "github-enterprise" | undefined {
  if (baseUrl === "") return "github";
  if (!URL.canParse(baseUrl)) return undefined;
  const { origin } = new URL(baseUrl);
  if (origin === "https://api.github.com") return "github";
  // "null" is the origin of addresses that have none.
  return origin === enterpriseOrigin && origin !== "null" ? "github-enterprise" : undefined;
}
