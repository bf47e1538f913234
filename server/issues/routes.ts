import type { Implementer } from "../http/authorize.ts";
import type { IssueService } from "./service.ts";

export function issueRoutes(os: Implementer, issues: IssueService) {
  return {
    list: os.issues.list.handler(({ input, context }) => issues.list(context.principal, input)),
    groups: os.issues.groups.handler(({ input, context }) => ({
      items: issues.groups(context.principal, input, input.by),
    })),
    get: os.issues.get.handler(({ input }) => issues.get(input.id)),
  };
}
