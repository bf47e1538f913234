import type { Implementer } from "../http/authorize.ts";
import type { OutboxService } from "./service.ts";

export function outboxRoutes(os: Implementer, outbox: OutboxService) {
  return {
    list: os.outbox.list.handler(({ input: { issueId, ...page }, context: { principal } }) => {
      const { level, userId, tenantIds } = principal;
      return outbox.list({ issueId, ...(level !== "admin" && { userId, tenantIds }) }, page);
    }),
    get: os.outbox.get.handler(({ input }) => outbox.get(input.id)),
    update: os.outbox.update.handler(({ input: { id, ...change }, context }) =>
      outbox.update(id, context.ifMatch, change),
    ),
    remove: os.outbox.remove.handler(({ input, context }) => outbox.remove(input.id, context.ifMatch)),
    retry: os.outbox.retry.handler(({ input, context }) => outbox.retry(input.id, context.ifMatch)),
  };
}
