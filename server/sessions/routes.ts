import type { Implementer } from "../http/authorize.ts";
import type { SessionService } from "./service.ts";

/** @param people whose tmux servers a resync searches for sessions without a record */
export function sessionRoutes(os: Implementer, sessions: SessionService, people: () => string[]) {
  return {
    list: os.sessions.list.handler(({ input, context: { principal } }) => {
      const all = principal.level === "admin";
      return sessions.list(
        {
          userId: all ? undefined : principal.userId,
          tenantIds: all ? undefined : principal.tenantIds,
          projectId: input.projectId,
          issueId: input.issueId,
        },
        input,
      );
    }),
    get: os.sessions.get.handler(({ input }) => sessions.get(input.id)),
    stop: os.sessions.stop.handler(({ input }) => sessions.stop(input.id)),
    input: os.sessions.input.handler(({ input }) => sessions.input(input.id, input.text, input.submit)),
    screen: os.sessions.screen.handler(({ input }) => sessions.screen(input.id)),
    resync: os.sessions.resync.handler(() => sessions.resync(people())),
  };
}

export function toolRoutes(os: Implementer, sessions: SessionService) {
  return {
    list: os.tools.list.handler(async ({ context: { principal } }) => ({
      items: await sessions.tools(principal.userId),
    })),
  };
}
