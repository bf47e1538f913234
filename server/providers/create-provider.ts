import type { IssueProvider, ProviderConnection } from "./provider.ts";

/**
 * The provider of a connection. Its client library is imported at the first use, so that starting the server does not
 * wait for it.
 */
export async function createProvider(connection: ProviderConnection): Promise<IssueProvider> {
  switch (connection.provider) {
    case "github": {
      const { GitHubProvider } = await import("./github/github-provider.ts");
      return new GitHubProvider(connection);
    }
    case "jira": {
      const { JiraProvider } = await import("./jira/jira-provider.ts");
      return new JiraProvider(connection);
    }
    case "gitlab":
    default: {
      const { GitLabProvider } = await import("./gitlab/gitlab-provider.ts");
      return new GitLabProvider(connection);
    }
  }
}
