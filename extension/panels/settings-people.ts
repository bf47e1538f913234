import type { PanelParts } from "./panel-frame.ts";
import type { PageSource } from "./settings-source.ts";
import { readAll } from "../model/read-all.ts";

/** What the page of people shows: everybody, with the Linux user they work as. */
export function peopleSource({ connection, model }: Pick<PanelParts, "connection" | "model">): PageSource<"people"> {
  return {
    entities: ["user", "tenant", "connection"],
    read: async ({ user }) => {
      const [users, connections, { mode, strategy, people }] = await connection.request(async (client) =>
        Promise.all([
          readAll((page) => client.users.list(page)),
          readAll((page) => client.connections.list(page)),
          client.users.linuxUsers(),
        ]),
      );
      const mappings = new Map(people.map((one) => [one.userId, one]));
      return {
        mode,
        strategy,
        me: user.id,
        people: users.map((one) => {
          const { linuxUser = null, problem = null } = mappings.get(one.id) ?? {};
          return { ...one, worksAs: linuxUser, problem };
        }),
        tenants: model.tenants.all().map(({ id, name }) => ({ id, name })),
        connections: connections.map(({ id, name }) => ({ id, name })),
      };
    },
  };
}
