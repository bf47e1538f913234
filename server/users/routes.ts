import type { User } from "../../shared/entities/user.ts";
import { seesTenant } from "../../shared/rules/permissions.ts";
import type { ConnectionService } from "../connections/service.ts";
import { paginate } from "../directory/paging.ts";
import { changes } from "../directory/routes.ts";
import type { Implementer } from "../http/authorize.ts";
import type { Principal } from "../http/context.ts";
import type { LoginService } from "../auth/login.ts";
import type { PeopleHere } from "./compose.ts";
import type { UserService } from "./service.ts";

export interface UserRouteOptions {
  users: UserService;
  connections: Pick<ConnectionService, "find">;
  /** Makes one-time codes. */
  login: Pick<LoginService, "issueCode">;
  here: Pick<PeopleHere, "table">;
}

export function userRoutes(os: Implementer, { users, connections, login, here }: UserRouteOptions) {
  return {
    list: os.users.list.handler(({ input, context: { principal } }) => {
      const fits = (user: User) =>
        (principal.level === "admin" || user.memberships.some(({ tenantId }) => seesTenant(principal, tenantId))) &&
        (input.email === undefined || user.email === input.email.toLowerCase()) &&
        (input.tenantId === undefined || user.memberships.some(({ tenantId }) => tenantId === input.tenantId));
      const page = paginate(users.list(fits), input);
      return { ...page, items: page.items.map((user) => forReader(user, principal, connections)) };
    }),
    create: os.users.create.handler(({ input }) => users.create(input)),
    get: os.users.get.handler(({ input, context }) => forReader(users.get(input.id), context.principal, connections)),
    update: os.users.update.handler(({ input, context }) => users.update(input.id, context.ifMatch, changes(input))),
    remove: os.users.remove.handler(({ input, context }) => users.remove(input.id, context.ifMatch)),
    issueCode: os.users.issueCode.handler(({ input }) => {
      const { code, expiresAt } = login.issueCode(users.get(input.id));
      return { code, expiresAt: new Date(expiresAt).toISOString() };
    }),
    linuxUsers: os.users.linuxUsers.handler(() => here.table()),
  };
}

/** Nobody but administrators learns in which other tenants a person is, or who they are at those tenants' providers. */
function forReader(user: User, principal: Principal, connections: UserRouteOptions["connections"]): User {
  if (principal.level === "admin" || principal.userId === user.id) return user;
  const sees = (tenantId: string | undefined) => tenantId !== undefined && seesTenant(principal, tenantId);
  return {
    ...user,
    memberships: user.memberships.filter(({ tenantId }) => sees(tenantId)),
    identities: user.identities.filter(({ connectionId }) => sees(connections.find(connectionId)?.tenantId)),
  };
}
