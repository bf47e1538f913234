import { paginate } from "../directory/paging.ts";
import { changes, visibleTo } from "../directory/routes.ts";
import type { Implementer } from "../http/authorize.ts";
import type { SyncService } from "../issues/sync-service.ts";
import type { Principal } from "../http/context.ts";
import { requireProjectRights } from "./rights.ts";
import type { ProjectService } from "./service.ts";

export interface ProjectRouteOptions {
  projects: ProjectService;
  syncs: SyncService;
  /** @throws AppError step_up_required */
  requireStepUp: (principal: Principal) => void;
}

export function projectRoutes(os: Implementer, { projects, syncs, requireStepUp }: ProjectRouteOptions) {
  return {
    list: os.projects.list.handler(({ input, context: { principal } }) => {
      const visible = visibleTo(principal);
      const found = projects.list(
        (project) =>
          visible(project) &&
          (input.tenantId === undefined || project.tenantId === input.tenantId) &&
          (input.slug === undefined || project.slug === input.slug),
      );
      return paginate(found, input);
    }),
    create: os.projects.create.handler(({ input, context }) => {
      requireProjectRights({}, input, context.principal, requireStepUp);
      return projects.create(input);
    }),
    get: os.projects.get.handler(({ input }) => projects.get(input.id)),
    update: os.projects.update.handler(({ input, context }) => {
      requireProjectRights(projects.get(input.id), input, context.principal, requireStepUp);
      return projects.update(input.id, context.ifMatch, changes(input));
    }),
    remove: os.projects.remove.handler(({ input, context }) => projects.remove(input.id, context.ifMatch)),
    addLink: os.projects.addLink.handler(({ input: { id, ...link } }) => projects.addLink(id, link)),
    removeLink: os.projects.removeLink.handler(({ input }) => projects.removeLink(input.id, input.linkId)),
    sync: os.projects.sync.handler(({ input, context: { principal } }) => ({
      jobId: syncs.start(input.id, principal.userId, { full: input.full }).id,
    })),
    syncState: os.projects.syncState.handler(({ input }) => syncs.status(input.id)),
  };
}
