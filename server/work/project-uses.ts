import type { Job } from "../../shared/entities/job.ts";
import type { Project } from "../../shared/entities/project.ts";
import { AppError } from "../../shared/errors.ts";
import type { IssueService } from "../issues/service.ts";
import type { JobService } from "../jobs/service.ts";
import type { SessionService } from "../sessions/service.ts";
import type { TenantService } from "../tenants/service.ts";
import type { WorkspaceService } from "../workspaces/service.ts";
import { workspaceProjectOf } from "./place.ts";

export interface ProjectUsesOptions {
  /** The Linux users whose clones this server looks after. */
  linuxUsersHere: () => Promise<readonly string[]>;
  tenants: TenantService;
  issues: IssueService;
  sessions: SessionService;
  jobs: JobService;
  workspaces: WorkspaceService;
}

/** What of a project lies outside its record: asked before that is deleted or renamed. */
export class ProjectUses {
  readonly #options: ProjectUsesOptions;

  constructor(options: ProjectUsesOptions) {
    this.#options = options;
  }

  /**
   * A sync is no use: it takes back what it stored.
   * @param purpose What is wanted, as "delete the project".
   * @throws AppError conflict naming the sessions and jobs that run in it
   */
  requireIdle({ id: projectId, name }: Project, purpose: string): void {
    const { sessions, jobs } = this.#options;
    const running = [
      ...sessions
        .live()
        .filter((session) => session.projectId === projectId)
        .map(({ tool, title }) => `${tool} on ${title}`),
      ...jobs.running().flatMap((job) => this.#nameOf(job, projectId)),
    ];
    if (running.length === 0) return;
    const message = `${name} is in use by ${running.join(", ")}. Stop that first, then ${purpose}.`;
    throw new AppError("conflict", message, { data: { running } });
  }

  /**
   * A clone's folder and record are named after its project and tenant: with other slugs it would not be found again.
   * @throws AppError conflict where one is there, or being made
   */
  async requireRenamable(project: Project): Promise<void> {
    const { linuxUsersHere, tenants, workspaces } = this.#options;
    this.requireIdle(project, "change the slug");
    const place = workspaceProjectOf(tenants, project);
    const found = (await linuxUsersHere()).map((linuxUser) => workspaces.find(place, linuxUser));
    const clone = (await Promise.all(found)).find((path) => path !== null);
    if (clone === undefined) return;
    const message = `The slug names the clone of ${project.name} in ${clone}. Keep the slug, or push the work there and remove the workspace first.`;
    throw new AppError("conflict", message, { data: { clone } });
  }

  #nameOf({ kind, target }: Job, projectId: string): string[] {
    if (kind === "workspace") return target === projectId ? ["the cloning of its workspace"] : [];
    if (kind !== "start") return [];
    const issue = this.#options.issues.find(target);
    return issue?.projectId === projectId ? [`the start of work on ${issue.key}`] : [];
  }
}
