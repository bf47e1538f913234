import type { Connection } from "../../../shared/entities/connection.ts";
import type { Project, ProjectInput } from "../../../shared/entities/project.ts";
import type { RepositoryData } from "../../fixtures/github/model.ts";
import { type GitHubServer, type GitHubServerOptions, startGitHubServer } from "../../fixtures/github/server.ts";
import { startTestServer, type TestServer } from "../../support/server.ts";
import { waitFor } from "../../support/wait.ts";
import { finished } from "../http/world.ts";

export interface SyncWorld {
  server: TestServer;
  github: GitHubServer;
  connection: Connection;
  /** Another project, linked to a repository. */
  project(slug: string, fullName: string, fields?: Partial<ProjectInput>): Promise<Project>;
  /** Syncs a project to its end. */
  sync(id: string, full?: boolean): Promise<void>;
  /** The titles of a project's issues by key. */
  titles(id: string): Promise<Map<string, string>>;
  close(): Promise<void>;
}

const accepted = "ghp_0123456789abcdefghij";

/** A whole server with a connection to a GitHub-compatible one. @param syncMinuteMs of the schedule */
export async function makeSyncWorld(
  repositories: RepositoryData[],
  { syncMinuteMs = 60_000, ...github }: Partial<GitHubServerOptions> & { syncMinuteMs?: number } = {},
): Promise<SyncWorld> {
  await using stack = new AsyncDisposableStack();
  const tracker = await startGitHubServer({
    repositories,
    tokens: { [accepted]: { login: "robot", scopes: ["repo"] } },
    ...github,
  });
  stack.defer(() => tracker.close());
  const server = await startTestServer({ env: { AIOPS_ANONYMOUS_LIMIT: "100000" }, syncMinuteMs });
  stack.defer(() => server.close());
  const { client } = server;
  const { id: tenantId } = await client.tenants.create({ slug: "acme", name: "Acme" });
  const connection = await client.connections.create({
    tenantId,
    provider: "github",
    name: "GitHub",
    baseUrl: tracker.url,
    token: accepted,
  });
  const ends = stack.move();
  return {
    server,
    github: tracker,
    connection,
    project: async (slug, externalProject, fields = {}) => {
      const { id } = await server.client.projects.create({ tenantId, slug, name: slug, syncMinutes: 0, ...fields });
      await server.client.projects.addLink({ id, connectionId: connection.id, externalProject });
      return client.projects.get({ id });
    },
    sync: async (id, full) => finished(server.client, (await server.client.projects.sync({ id, full })).jobId),
    titles: async (id) => {
      const { items } = await server.client.issues.list({ projectId: id, limit: 500 });
      return new Map(items.map(({ key, title }) => [key, title]));
    },
    close: () => ends.disposeAsync(),
  };
}

/** Waits until a project's sync stands as told. */
export function syncStands(
  { server }: SyncWorld,
  id: string,
  fits: (state: Awaited<ReturnType<TestServer["client"]["projects"]["syncState"]>>) => boolean,
  what: string,
) {
  return waitFor(
    async () => {
      const state = await server.client.projects.syncState({ id });
      return fits(state) ? state : null;
    },
    { what },
  );
}
