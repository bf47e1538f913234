import type { Implementer } from "../http/authorize.ts";
import type { JobService } from "./service.ts";

export function jobRoutes(os: Implementer, jobs: JobService) {
  return {
    list: os.jobs.list.handler(({ input, context: { principal } }) => {
      const filter = { ...(principal.level === "admin" ? {} : { userId: principal.userId }), status: input.status };
      return jobs.list(filter, input);
    }),
    get: os.jobs.get.handler(({ input }) => jobs.get(input.id)),
    cancel: os.jobs.cancel.handler(({ input }) => jobs.cancel(input.id)),
  };
}
