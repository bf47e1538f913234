import type { Implementer } from "../http/authorize.ts";
import type { UserService } from "../users/service.ts";
import type { AuthService } from "./service.ts";

export interface AuthRouteOptions {
  auth: AuthService;
  users: UserService;
  mode: "personal" | "shared";
  version: string;
}

export function authRoutes(os: Implementer, { auth, users, mode, version }: AuthRouteOptions) {
  const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
  return {
    local: os.auth.local.handler(({ input }) => auth.signInLocally(input)),
    me: os.auth.me.handler(({ context: { principal } }) => ({
      user: users.get(principal.userId),
      sessionId: principal.sessionId,
      expiresAt: iso(principal.expiresAt),
      mode,
      version,
    })),
    logout: os.auth.logout.handler(({ context: { principal } }) => auth.end(principal.sessionId)),
    validate: os.auth.validate.handler(({ input, context }) => auth.validate(input.token, context.principal)),
    revoke: os.auth.revoke.handler(({ input, context }) => auth.revoke(input, context.principal)),
    sessions: os.auth.sessions.handler(({ context: { principal } }) => ({
      items: auth.listSessions(principal).map((session) => ({
        id: session.id,
        client: session.client,
        createdAt: iso(session.createdAt),
        expiresAt: iso(session.expiresAt),
        lastUsedAt: iso(session.lastUsedAt),
        current: session.id === principal.sessionId,
      })),
    })),
  };
}
