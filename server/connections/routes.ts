import { paginate } from "../directory/paging.ts";
import { changes, visibleTo } from "../directory/routes.ts";
import type { Implementer } from "../http/authorize.ts";
import type { ConnectionService } from "./service.ts";

export interface ConnectionRouteOptions {
  connections: ConnectionService;
  /** Names of the projects that link to a connection. */
  linkedProjects: (connectionId: string) => string[];
}

export function connectionRoutes(os: Implementer, { connections, linkedProjects }: ConnectionRouteOptions) {
  return {
    list: os.connections.list.handler(({ input, context: { principal } }) => {
      const visible = visibleTo(principal);
      const fits = (record: { id: string; tenantId: string }) =>
        visible(record) &&
        (input.tenantId === undefined || record.tenantId === input.tenantId) &&
        (principal.level === "admin" || linkedProjects(record.id).length > 0);
      return paginate(connections.list(fits), input);
    }),
    create: os.connections.create.handler(({ input }) => connections.create(input)),
    get: os.connections.get.handler(({ input }) => connections.get(input.id)),
    update: os.connections.update.handler(({ input, context }) =>
      connections.update(input.id, context.ifMatch, changes(input)),
    ),
    remove: os.connections.remove.handler(({ input, context }) =>
      connections.remove(input.id, context.ifMatch, linkedProjects),
    ),
    test: os.connections.test.handler(({ input, signal }) =>
      connections.test(input.id, signal ?? new AbortController().signal),
    ),
  };
}
