import { seesTenant } from "../../shared/rules/permissions.ts";
import { paginate } from "../directory/paging.ts";
import { changes } from "../directory/routes.ts";
import type { Implementer } from "../http/authorize.ts";
import type { TenantContents, TenantService } from "./service.ts";

export function tenantRoutes(os: Implementer, tenants: TenantService, contents: TenantContents) {
  return {
    list: os.tenants.list.handler(({ input, context: { principal } }) =>
      paginate(
        tenants.list(({ id, slug }) => seesTenant(principal, id) && (input.slug === undefined || slug === input.slug)),
        input,
      ),
    ),
    create: os.tenants.create.handler(({ input }) => tenants.create(input)),
    get: os.tenants.get.handler(({ input }) => tenants.get(input.id)),
    update: os.tenants.update.handler(({ input, context }) =>
      tenants.update(input.id, context.ifMatch, changes(input)),
    ),
    remove: os.tenants.remove.handler(({ input, context }) => tenants.remove(input.id, context.ifMatch, contents)),
  };
}
