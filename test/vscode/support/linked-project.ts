import type { Aiops } from "../../../extension/aiops.ts";
import { runJob } from "../../../extension/progress.ts";
import type { ProviderName } from "../../../shared/entities/connection.ts";
import { waitFor } from "../../support/wait.ts";

/** A project made for one file of the suite, with a connection of its own for each of its links. */
export interface LinkedProject {
  id: string;
  /** Fetches what changed. */
  sync(): Promise<void>;
  /** Takes project and connections away, so that other files of the suite don't meet them. */
  remove(): Promise<void>;
}

export interface LinkedProjectOptions {
  tenantId: string;
  slug: string;
  repositoryUrl?: string;
  links: readonly { provider: ProviderName; baseUrl: string; externalProject: string; token?: string }[];
}

/** Makes a project that is called as its slug; its connections are called "<slug> <provider>". */
export async function linkedProject(
  aiops: Aiops,
  { tenantId, slug, repositoryUrl = "", links }: LinkedProjectOptions,
): Promise<LinkedProject> {
  const { request } = aiops.connection;
  const { id } = await request((client) =>
    client.projects.create({ tenantId, slug, name: slug, repositoryUrl, syncMinutes: 0 }),
  );
  const connectionIds: string[] = [];
  for (const { provider, baseUrl, externalProject, token = "a-token" } of links) {
    const connection = await request((client) =>
      client.connections.create({ tenantId, provider, name: `${slug} ${provider}`, baseUrl, token }),
    );
    connectionIds.push(connection.id);
    await request((client) => client.projects.addLink({ id, connectionId: connection.id, externalProject }));
  }
  await waitFor(() => aiops.model.projects.get(id)?.links.length === links.length, { what: `the project ${slug}` });
  return {
    id,
    sync: async () => {
      const nothing = (): void => undefined;
      await runJob(aiops, (client) => client.projects.sync({ id }), nothing, new AbortController().signal);
    },
    remove: async () => {
      await request((client) => client.projects.remove({ id }));
      for (const connectionId of connectionIds) {
        await request((client) => client.connections.remove({ id: connectionId }));
      }
    },
  };
}
