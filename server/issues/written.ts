import type { Connection } from "../../shared/entities/connection.ts";
import type { IssueComment, IssueStatus } from "../../shared/entities/issue.ts";
import type { Project } from "../../shared/entities/project.ts";
import { AppError } from "../../shared/errors.ts";
import { normaliseStatus } from "../../shared/rules/status.ts";
import type { EventBus } from "../events/bus.ts";
import type { ProviderIssue } from "../providers/provider.ts";
import type { IssueRepository, StoredText } from "./repository.ts";

export interface WrittenIssuesOptions {
  repository: IssueRepository;
  projects: { find(id: string): Project | undefined };
  connections: { find(id: string): Connection | undefined };
  events: EventBus;
}

/** Where a write goes: a link, and what is behind it. */
export interface WrittenPlace {
  tenantId: string;
  projectId: string;
  linkId: string;
  externalProject: string;
  connection: Connection;
}

/** Counts as no sync's run: a sync that goes on meanwhile asks the tracker before it takes such an issue away. */
const syncId = "written";

/** Puts into the store what a tracker made of a write. */
export class WrittenIssues {
  readonly #options: WrittenIssuesOptions;

  constructor(options: WrittenIssuesOptions) {
    this.#options = options;
  }

  /** @throws AppError conflict where the link was removed */
  placeOf({ projectId, linkId }: { projectId: string; linkId: string }): WrittenPlace {
    const project = this.#options.projects.find(projectId);
    const link = project?.links.find(({ id }) => id === linkId);
    const connection = link === undefined ? undefined : this.#options.connections.find(link.connectionId);
    if (project === undefined || link === undefined || connection === undefined) {
      throw new AppError("conflict", "The project's link to this tracker was removed: copy what you wrote.");
    }
    return { tenantId: project.tenantId, projectId, linkId, externalProject: link.externalProject, connection };
  }

  /** Open or closed, as a sync would say. */
  statusOf({ connection }: WrittenPlace, { rawStatus, category }: ProviderIssue): IssueStatus {
    return normaliseStatus({ raw: rawStatus, category, overrides: connection.statusOverrides });
  }

  /** Stores an issue as the tracker has it. Answers its id here. */
  put(place: WrittenPlace, issue: ProviderIssue): string {
    const { repository } = this.#options;
    repository.upsertBatch(originOf(place), [{ ...issue, status: this.statusOf(place, issue) }]);
    const id = repository.findByExternalId(place.linkId, issue.externalId)?.id;
    if (id === undefined) throw new AppError("storage_failed", "The store did not take the issue. Sync the project.");
    return id;
  }

  /** Adds a comment to a stored issue; nothing where a sync was faster, or the issue is gone. */
  addComment(issueId: string, comment: IssueComment): void {
    this.#options.repository.addComment(issueId, comment);
  }

  /** The link's stored issues that were made after a time. */
  madeSince({ linkId, projectId }: WrittenPlace, since: string): StoredText[] {
    return this.#options.repository.madeSince({ linkId, projectId, since });
  }

  announce(id: string): void {
    const issue = this.#options.repository.find(id);
    if (issue === undefined) return;
    const change = issue.version === 1 ? "created" : "changed";
    this.#options.events.publish({ entity: "issue", change, id, tenantId: issue.tenantId, data: issue });
  }
}

function originOf({ tenantId, projectId, linkId, connection }: WrittenPlace) {
  return { tenantId, projectId, linkId, provider: connection.provider, syncId };
}
