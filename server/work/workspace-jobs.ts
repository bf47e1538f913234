import type { Job } from "../../shared/entities/job.ts";
import type { Project } from "../../shared/entities/project.ts";
import type { GitAction, WorkingTree, Workspace } from "../../shared/entities/workspace.ts";
import type { EventBus } from "../events/bus.ts";
import type { JobService } from "../jobs/service.ts";
import type { SessionService } from "../sessions/service.ts";
import type { RemoveOptions, WorkspaceService } from "../workspaces/service.ts";
import type { RepositoryCredentials } from "./credentials.ts";
import { resolvePlace, type PlaceSources } from "./place.ts";

export interface WorkspaceJobOptions extends PlaceSources {
  workspaces: WorkspaceService;
  sessions: SessionService;
  jobs: JobService;
  events: EventBus;
  credentials: RepositoryCredentials;
}

type RemovalOptions = Pick<RemoveOptions, "force" | "worktree">;

/** A person's workspaces, by project: cloned as a job, announced when they change. */
export class WorkspaceJobService {
  readonly #options: WorkspaceJobOptions;

  constructor(options: WorkspaceJobOptions) {
    this.#options = options;
  }

  initialise(projectId: string, userId: string): Job {
    const { jobs, workspaces, credentials } = this.#options;
    const { project, workspaceProject, linuxUser } = resolvePlace(this.#options, projectId, userId);
    return jobs.start({
      kind: "workspace",
      tenantId: project.tenantId,
      userId,
      target: projectId,
      run: async ({ signal, report }) => {
        const made = await workspaces.initialise(workspaceProject, linuxUser, {
          signal,
          credentials: () => credentials.of(project, (step) => report({ done: 0, total: 0, step })),
          onProgress: ({ step, percent }) => report({ done: percent ?? 0, total: percent === null ? 0 : 100, step }),
        });
        this.announce(project, userId, made);
        return made;
      },
    });
  }

  async status(projectId: string, userId: string): Promise<Workspace> {
    const { workspaceProject, linuxUser } = resolvePlace(this.#options, projectId, userId);
    return this.#options.workspaces.status(workspaceProject, linuxUser);
  }

  async tree(projectId: string, userId: string, worktree: string | undefined): Promise<WorkingTree> {
    const { workspaceProject, linuxUser } = resolvePlace(this.#options, projectId, userId);
    return this.#options.workspaces.tree(workspaceProject, linuxUser, worktree);
  }

  /** Does one thing by git in the person's workspace, in their name, and tells their views. */
  async git(projectId: string, userId: string, action: GitAction, signal: AbortSignal): Promise<Workspace> {
    const { sessions, workspaces, credentials } = this.#options;
    const { project, user, workspaceProject, linuxUser } = resolvePlace(this.#options, projectId, userId);
    const now = await workspaces.git(workspaceProject, linuxUser, action, {
      author: { name: user.name, email: user.email },
      protectedBranches: project.protectedBranches,
      credentials: () => credentials.of(project),
      busyPaths: () => sessions.live().map(({ workspacePath }) => workspacePath),
      signal,
    });
    this.announce(project, userId, now);
    return now;
  }

  /** Removes the person's clone, or one worktree of it, and tells their views. */
  async remove(projectId: string, userId: string, options: RemovalOptions): Promise<void> {
    const { sessions, workspaces } = this.#options;
    const { project, workspaceProject, linuxUser } = resolvePlace(this.#options, projectId, userId);
    const busyPaths = () => sessions.live().map(({ workspacePath }) => workspacePath);
    await workspaces.remove(workspaceProject, linuxUser, { ...options, busyPaths });
    this.announce(project, userId, await workspaces.status(workspaceProject, linuxUser));
  }

  /** Tells the person's views what their clone looks like now. */
  announce({ id, tenantId }: Pick<Project, "id" | "tenantId">, userId: string, state: Workspace): void {
    const { events } = this.#options;
    events.publish({ entity: "workspace", change: "changed", id, tenantId, ownerId: userId, data: state });
  }
}
