import { EventEmitter, type Disposable } from "vscode";
import type { Listener, Request } from "../connection/connection.ts";
import type { Issue } from "../../shared/entities/issue.ts";
import type { Job } from "../../shared/entities/job.ts";
import type { OutboxItem } from "../../shared/entities/outbox.ts";
import type { Project } from "../../shared/entities/project.ts";
import type { ProjectSync } from "../../shared/entities/sync.ts";
import type { SavedFilter } from "../../shared/entities/filter.ts";
import type { ServerEvent } from "../../shared/entities/event.ts";
import type { Session } from "../../shared/entities/session.ts";
import type { Tenant } from "../../shared/entities/tenant.ts";
import type { Workspace } from "../../shared/entities/workspace.ts";
import { Abilities } from "./abilities.ts";
import { Collection } from "./collection.ts";
import type { Grouping } from "./issue-groups.ts";
import { IssueTree } from "./issue-tree.ts";
import { MyIssues } from "./my-issues.ts";
import { isPending, readOutbox } from "./outbox.ts";
import { readAll } from "./read-all.ts";
import { Syncs } from "./syncs.ts";
import { Workspaces } from "./workspaces.ts";

/** Issues that changed: one of them, or any of a project. */
export interface TouchedIssues {
  projectId: string | undefined;
  issueId: string | undefined;
}

/** Nobody waits for a job that this many others came after. */
const rememberedJobs = 500;

/** Everything the views read. Written by the live stream alone, through {@link reload} and {@link apply}. */
export class Model implements Listener, Disposable {
  readonly tenants = new Collection<Tenant>();
  readonly projects = new Collection<Project>();
  readonly sessions = new Collection<Session>();
  readonly jobs = new Collection<Job>();
  /** What has not reached its tracker. */
  readonly outbox = new Collection<OutboxItem>();
  readonly filters = new Collection<SavedFilter>();
  readonly syncs: Syncs;
  readonly abilities: Abilities;
  readonly workspaces: Workspaces;
  readonly issues: IssueTree;
  readonly myIssues: MyIssues;
  readonly #touched = new EventEmitter<TouchedIssues>();
  readonly onDidTouchIssues = this.#touched.event;

  constructor(request: Request, grouping: Grouping) {
    this.abilities = new Abilities(request);
    this.syncs = new Syncs(request, this.projects);
    this.workspaces = new Workspaces(request);
    this.issues = new IssueTree(request, grouping);
    this.myIssues = new MyIssues(request);
  }

  async reload(request: Request): Promise<void> {
    const [tenants, projects, sessions, jobs, outbox, filters] = await Promise.all([
      request((client) => readAll((page) => client.tenants.list(page))),
      request((client) => readAll((page) => client.projects.list(page))),
      request((client) => readAll((page) => client.sessions.list(page))),
      // Only those that a window may still be waiting for; the rest is history.
      request((client) => client.jobs.list({ limit: 100 })),
      readOutbox(request),
      request((client) => readAll((page) => client.filters.list(page))),
    ]);
    this.tenants.replace(tenants);
    this.projects.replace(projects);
    this.sessions.replace(sessions);
    this.jobs.replace(jobs.items);
    this.outbox.replace(outbox);
    this.filters.replace(filters);
    void this.syncs.reload();
    this.abilities.invalidate();
    this.workspaces.keep(new Set(projects.map(({ id }) => id)));
    this.issues.clear();
    this.myIssues.invalidate();
  }

  /** Events carry the entity as the server answers it; what they are is told by their type. */
  apply(event: ServerEvent): void {
    const gone = event.type.endsWith(".deleted");
    switch (event.entity) {
      case "tenant":
        change(this.tenants, event.id, gone ? undefined : (event.data as Tenant));
        break;
      case "project":
        change(this.projects, event.id, gone ? undefined : (event.data as Project));
        if (gone) this.syncs.put(event.id, undefined);
        this.issues.invalidate(event.id);
        break;
      case "connection":
        // Another token may do other things.
        this.abilities.invalidate();
        break;
      case "sync":
        this.syncs.put(event.id, event.data as ProjectSync);
        break;
      case "session":
        change(this.sessions, event.id, gone ? undefined : (event.data as Session));
        break;
      case "job":
        change(this.jobs, event.id, gone ? undefined : (event.data as Job));
        this.jobs.trim(rememberedJobs);
        break;
      case "workspace":
        if (event.data !== null && event.data !== undefined) this.workspaces.put(event.id, event.data as Workspace);
        break;
      case "outbox": {
        const item = gone || event.data === null ? undefined : (event.data as OutboxItem);
        change(this.outbox, event.id, item !== undefined && isPending(item) ? item : undefined);
        break;
      }
      case "filter":
        change(this.filters, event.id, gone || event.data === null ? undefined : (event.data as SavedFilter));
        break;
      case "issue": {
        const projectId = gone || event.data === null ? undefined : (event.data as Issue).projectId;
        this.issues.invalidate(projectId);
        this.myIssues.invalidate();
        this.#touched.fire({ projectId, issueId: event.id });
        break;
      }
      case "issues":
        this.issues.invalidate(event.id);
        this.myIssues.invalidate();
        this.#touched.fire({ projectId: event.id, issueId: undefined });
        break;
      case "user":
        // Who one is at a tracker decides which issues are one's own.
        this.myIssues.invalidate();
        break;
      default:
        // What no view shows.
        break;
    }
  }

  /** The writes on their way to an issue, oldest first. */
  pendingOf(issueId: string): OutboxItem[] {
    return this.pending().filter((item) => item.issueId === issueId);
  }

  /** The writes that have not arrived, oldest first. */
  pending(): OutboxItem[] {
    return this.outbox.all().toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
  }

  /** Whether an issue can be created in a project, as far as that is known. */
  mayCreateIn(projectId: string): boolean {
    const links = this.projects.get(projectId)?.links ?? [];
    return links.some(({ id }) => this.abilities.ofLink(id)?.create !== false);
  }

  /** The sessions of an issue. */
  sessionsOf(issueId: string): Session[] {
    return this.sessions.all().filter((session) => session.issueId === issueId);
  }

  dispose(): void {
    for (const part of [this.tenants, this.projects, this.sessions, this.jobs, this.outbox, this.filters])
      part.dispose();
    this.#touched.dispose();
    this.syncs.dispose();
    this.abilities.dispose();
    this.workspaces.dispose();
    this.issues.dispose();
    this.myIssues.dispose();
  }
}

function change<T extends { id: string; version: number }>(
  collection: Collection<T>,
  id: string,
  entity: T | undefined,
): void {
  if (entity === undefined) collection.remove(id);
  else collection.put(entity);
}
