import { paginate } from "../directory/paging.ts";
import { changes, visibleTo } from "../directory/routes.ts";
import type { Implementer } from "../http/authorize.ts";
import type { FilterService } from "./service.ts";

export function filterRoutes(os: Implementer, filters: FilterService) {
  return {
    list: os.filters.list.handler(({ input, context: { principal } }) => {
      const visible = visibleTo(principal);
      const found = filters.list(
        principal,
        (filter) => visible(filter) && (input.tenantId === undefined || filter.tenantId === input.tenantId),
      );
      return paginate(found, input);
    }),
    create: os.filters.create.handler(({ input, context: { principal } }) => filters.create(principal, input)),
    get: os.filters.get.handler(({ input }) => filters.get(input.id)),
    update: os.filters.update.handler(({ input, context }) =>
      filters.update(context.principal, input.id, context.ifMatch, changes(input)),
    ),
    remove: os.filters.remove.handler(({ input, context }) =>
      filters.remove(context.principal, input.id, context.ifMatch),
    ),
  };
}
