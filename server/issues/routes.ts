import type { ContextFacade } from "../work/context.ts";
import type { StartWorkService } from "../work/start.ts";
import type { Implementer } from "../http/authorize.ts";
import type { IssueService } from "./service.ts";

export interface IssueRouteOptions {
  issues: IssueService;
  contexts: ContextFacade;
  work: StartWorkService;
}

export function issueRoutes(os: Implementer, { issues, contexts, work }: IssueRouteOptions) {
  return {
    list: os.issues.list.handler(({ input, context }) => issues.list(context.principal, input)),
    groups: os.issues.groups.handler(({ input, context }) => ({
      items: issues.groups(context.principal, input, input.by),
    })),
    get: os.issues.get.handler(({ input }) => issues.get(input.id)),
    writeContext: os.issues.writeContext.handler(({ input: { id, ...options }, context: { principal } }) =>
      contexts.write(id, principal.userId, options),
    ),
    clearContext: os.issues.clearContext.handler(({ input, context: { principal } }) =>
      contexts.clear(input.id, principal.userId),
    ),
    start: os.issues.start.handler(({ input: { id, ...options }, context: { principal } }) => ({
      jobId: work.start(id, principal.userId, options).id,
    })),
  };
}
