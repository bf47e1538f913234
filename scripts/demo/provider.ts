import { type GitHubServer, startGitHubServer } from "../../test/fixtures/github/server.ts";
import { demoLogin } from "./people.ts";
import { demoTrackerData } from "./tracker-data.ts";

/** What the demo's tracker accepts. It guards nothing: the tracker holds invented issues and listens on loopback. */
export const demoToken = "demo-token";

/**
 * Starts the demo's tracker: a GitHub-compatible server on loopback with the issues written down in `issues/`. What is
 * changed there lives until it ends.
 *
 * @param port The port to take where it is free, so that addresses last from start to start; another one else.
 */
export async function startDemoProvider(port = 0): Promise<GitHubServer> {
  const options = {
    repositories: [await demoTrackerData()],
    tokens: { [demoToken]: { login: demoLogin, scopes: ["repo"] } },
    basePath: "/api/v3",
  };
  try {
    return await startGitHubServer({ ...options, port });
  } catch (error) {
    if (port === 0 || !(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
    return startGitHubServer(options);
  }
}
