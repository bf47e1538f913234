import type { User } from "../../shared/entities/user.ts";
import { seesTenant } from "../../shared/rules/permissions.ts";
import { paginate } from "../directory/paging.ts";
import { changes } from "../directory/routes.ts";
import type { Implementer } from "../http/authorize.ts";
import type { Principal } from "../http/context.ts";
import type { UserService } from "./service.ts";

export function userRoutes(os: Implementer, users: UserService) {
  return {
    list: os.users.list.handler(({ input, context: { principal } }) => {
      const fits = (user: User) =>
        (principal.level === "admin" || user.memberships.some(({ tenantId }) => seesTenant(principal, tenantId))) &&
        (input.email === undefined || user.email === input.email.toLowerCase()) &&
        (input.tenantId === undefined || user.memberships.some(({ tenantId }) => tenantId === input.tenantId));
      const page = paginate(users.list(fits), input);
      return { ...page, items: page.items.map((user) => forReader(user, principal)) };
    }),
    create: os.users.create.handler(({ input }) => users.create(input)),
    get: os.users.get.handler(({ input, context }) => forReader(users.get(input.id), context.principal)),
    update: os.users.update.handler(({ input, context }) => users.update(input.id, context.ifMatch, changes(input))),
    remove: os.users.remove.handler(({ input, context }) => users.remove(input.id, context.ifMatch)),
  };
}

/** Nobody but administrators learns in which other tenants a person is. */
function forReader(user: User, principal: Principal): User {
  if (principal.level === "admin" || principal.userId === user.id) return user;
  return { ...user, memberships: user.memberships.filter(({ tenantId }) => seesTenant(principal, tenantId)) };
}
