import { readAll } from "../model/read-all.ts";
import type { PanelParts } from "./panel-frame.ts";
import type { PageSource } from "./settings-source.ts";

/** What the page of projects shows: every project, with what it may refer to. */
export function projectsSource({
  connection,
  model,
}: Pick<PanelParts, "connection" | "model">): PageSource<"projects"> {
  return {
    entities: ["project", "tenant", "user", "connection", "sshKey"],
    read: async () => {
      const [projects, users, connections, sshKeys] = await connection.request(async (client) =>
        Promise.all([
          readAll((page) => client.projects.list(page)),
          readAll((page) => client.users.list(page)),
          readAll((page) => client.connections.list(page)),
          readAll((page) => client.sshKeys.list(page)),
        ]),
      );
      return {
        projects,
        tenants: model.tenants.all().map(({ id, name }) => ({ id, name })),
        people: users.map(({ id, name, email }) => ({ id, name, email })),
        connections: connections.map(({ id, name, provider, tenantId }) => ({ id, name, provider, tenantId })),
        sshKeys: sshKeys.map(({ id, name, tenantId }) => ({ id, name, tenantId })),
      };
    },
  };
}
