import { AppError } from "../../shared/errors.ts";
import { requireAdministrator, type Implementer } from "../http/authorize.ts";
import type { Principal } from "../http/context.ts";
import type { IssueContextService } from "./context.ts";
import type { StartWorkService } from "./start.ts";
import type { SessionStarter } from "./sessions.ts";
import type { WorkspaceJobService } from "./workspace-jobs.ts";

export interface WorkRouteOptions {
  contexts: IssueContextService;
  work: StartWorkService;
  workspaces: WorkspaceJobService;
  starter: SessionStarter;
  /** What acting as another person takes besides the right to it. @throws AppError step_up_required */
  requireStepUp: (principal: Principal) => void;
}

/** From an issue to work on it: context, start, and the workspaces it happens in. */
export function workRoutes(os: Implementer, options: WorkRouteOptions) {
  const { contexts, work, workspaces, starter, requireStepUp } = options;
  return {
    issues: {
      writeContext: os.issues.writeContext.handler(({ input: { id, ...options }, context: { principal } }) =>
        contexts.write(id, principal.userId, options),
      ),
      clearContext: os.issues.clearContext.handler(({ input, context: { principal } }) =>
        contexts.clear(input.id, principal.userId),
      ),
      start: os.issues.start.handler(({ input: { id, ...options }, context: { principal } }) => ({
        jobId: work.start(id, principal.userId, options).id,
      })),
    },
    sessions: {
      create: os.sessions.create.handler(({ input, context: { principal } }) => starter.start(input, principal.userId)),
    },
    workspaces: {
      initialise: os.workspaces.initialise.handler(({ input, context: { principal } }) => ({
        jobId: workspaces.initialise(input.id, onBehalfOf(principal, input.userId, requireStepUp)).id,
      })),
      git: os.workspaces.git.handler(({ input: { id, ...action }, context: { principal }, signal }) =>
        workspaces.git(id, principal.userId, action, signal ?? new AbortController().signal),
      ),
      tree: os.workspaces.tree.handler(({ input: { id, worktree }, context: { principal } }) =>
        workspaces.tree(id, principal.userId, worktree),
      ),
      get: os.workspaces.get.handler(({ input, context: { principal } }) =>
        workspaces.status(input.id, principal.userId),
      ),
      remove: os.workspaces.remove.handler(({ input, context: { principal } }) =>
        workspaces.remove(input.id, principal.userId, { force: input.force === true, worktree: input.worktree }),
      ),
    },
  };
}

/** Whose workspace is meant. @throws AppError forbidden for another person's, but to administrators; step_up_required */
function onBehalfOf(
  principal: Principal,
  wanted: string | undefined,
  requireStepUp: WorkRouteOptions["requireStepUp"],
): string {
  if (wanted === undefined || wanted === principal.userId) return principal.userId;
  if (principal.level !== "admin") {
    throw new AppError("forbidden", "Only an administrator makes another person's workspace.");
  }
  requireAdministrator(principal, requireStepUp);
  return wanted;
}
