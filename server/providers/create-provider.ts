import { AppError } from "../../shared/errors.ts";
import type { IssueProvider, ProviderConnection } from "./provider.ts";

/**
 * The provider of a connection. Its client library is imported at the first use, so that starting the server does not
 * wait for it.
 *
 * @throws {AppError} `unavailable` for a tracker that this version cannot read.
 */
export async function createProvider(connection: ProviderConnection): Promise<IssueProvider> {
  if (connection.provider !== "github") {
    throw new AppError(
      "unavailable",
      `This version of aiops reads GitHub only; upgrade it to use the ${connection.provider} connection.`,
    );
  }
  const { GitHubProvider } = await import("./github/github-provider.ts");
  return new GitHubProvider(connection);
}
