import type { Page } from "../../shared/entities/common.ts";
import type { Issue, IssueStatus, IssueWithComments } from "../../shared/entities/issue.ts";
import type { Job } from "../../shared/entities/job.ts";
import type { ProviderName } from "../../shared/entities/connection.ts";
import { AppError } from "../../shared/errors.ts";
import type { TenantScope } from "../../shared/rules/permissions.ts";
import type { EventBus } from "../events/bus.ts";
import type { JobService } from "../jobs/service.ts";
import type { ProjectService } from "../projects/service.ts";
import type { TenantService } from "../tenants/service.ts";
import type { UserService } from "../users/service.ts";
import type { IssueRepository } from "./repository.ts";
import type { SyncEngine } from "./sync.ts";

export interface IssueFilter {
  tenantId?: string | undefined;
  projectId?: string | undefined;
  status?: IssueStatus | undefined;
  provider?: ProviderName | undefined;
  assignee?: string | undefined;
  label?: string[] | undefined;
  q?: string | undefined;
}

export interface IssueListing extends IssueFilter {
  sort: "updated" | "created" | "title";
  order: "asc" | "desc";
  limit: number;
  cursor?: string | undefined;
}

/** Who asks: what they see, and who `me` is. */
export interface IssueReader extends TenantScope {
  userId: string;
}

export interface IssueServiceOptions {
  repository: IssueRepository;
  sync: SyncEngine;
  jobs: JobService;
  projects: ProjectService;
  tenants: TenantService;
  users: UserService;
  events: EventBus;
}

/** Issues of every tracker, as they are in the store, and their synchronisation. */
export class IssueService {
  readonly #options: IssueServiceOptions;

  constructor(options: IssueServiceOptions) {
    this.#options = options;
  }

  list(reader: IssueReader, listing: IssueListing): Page<Issue> {
    const { sort, order, limit, cursor } = listing;
    return this.#options.repository.page({ ...this.#filter(reader, listing), sort, order, limit, cursor });
  }

  /** How many issues a filter matches for each value of a field, for the tree's groups. */
  groups(
    reader: IssueReader,
    filter: IssueFilter,
    by: "project" | "provider" | "status",
  ): { value: string; count: number }[] {
    return this.#options.repository.groups(this.#filter(reader, filter), by);
  }

  find(id: string): Issue | undefined {
    return this.#options.repository.find(id);
  }

  get(id: string): IssueWithComments {
    const issue = this.#options.repository.get(id);
    if (issue === undefined) throw new AppError("not_found", "There is no such issue.");
    return issue;
  }

  /** Fetches a project's issues as a job; one at a time for a project, whoever asks. */
  startSync(projectId: string, userId: string): Job {
    const { jobs, projects, sync, events } = this.#options;
    const project = projects.get(projectId);
    if (project.links.length === 0) {
      throw new AppError(
        "conflict",
        `${project.name} is linked to no tracker. Add a link first (Projects › Add link).`,
      );
    }
    const changed = () => {
      events.publish({ entity: "issues", change: "changed", id: projectId, tenantId: project.tenantId });
    };
    return jobs.start({
      kind: "sync",
      tenantId: project.tenantId,
      userId,
      target: projectId,
      shared: true,
      run: async ({ signal, report }) => {
        try {
          return await sync.syncProject(project, { signal, onProgress: report, onStored: changed });
        } finally {
          this.#forgetUnlinked(projectId, project.links);
          changed();
        }
      },
    });
  }

  /** A link that was removed while it was being synced must not leave what was stored after its removal. */
  #forgetUnlinked(projectId: string, before: readonly { id: string }[]): void {
    const now = this.#options.projects.find(projectId)?.links ?? [];
    for (const { id } of before) {
      if (!now.some((link) => link.id === id)) this.#options.repository.removeLink(id);
    }
  }

  #filter(reader: IssueReader, filter: IssueFilter) {
    const { tenantId, projectId, status, provider, label, q } = filter;
    return {
      tenantIds: this.#tenants(reader, tenantId),
      projectId,
      status,
      provider,
      assignees: this.#assignees(reader, filter.assignee),
      labels: label,
      q,
    };
  }

  #tenants(reader: IssueReader, asked: string | undefined): readonly string[] {
    if (asked !== undefined) return [asked];
    return reader.level === "admin" ? this.#options.tenants.list(() => true).map(({ id }) => id) : reader.tenantIds;
  }

  /** `me` is whatever the person is called at their providers; nobody, where they said nothing. */
  #assignees(reader: IssueReader, asked: string | undefined): readonly string[] | undefined {
    if (asked === undefined) return undefined;
    if (asked !== "me") return [asked];
    return this.#options.users.get(reader.userId).identities.map(({ login }) => login);
  }
}
