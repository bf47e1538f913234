import { isoTime, type Clock } from "../../shared/clock.ts";
import type { Job } from "../../shared/entities/job.ts";
import type { ProjectLink } from "../../shared/entities/project.ts";
import type { ProjectSync } from "../../shared/entities/sync.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";
import type { AuditLog } from "../audit/log.ts";
import type { ConnectionChange } from "../connections/service.ts";
import type { EventBus } from "../events/bus.ts";
import type { JobService, JobWork } from "../jobs/service.ts";
import type { Logger } from "../log.ts";
import type { ProjectService } from "../projects/service.ts";
import type { IssueRef } from "../providers/tracker.ts";
import type { IssueRepository } from "./repository.ts";
import { SyncBackoff } from "./sync-backoff.ts";
import { SyncSchedule, type ScheduledProject } from "./sync-schedule.ts";
import type { SyncStates } from "./sync-state.ts";
import type { SyncEngine, SyncOptions, SyncResult } from "./sync.ts";
import { linkedToNone } from "./trackers.ts";

export interface SyncServiceOptions {
  engine: SyncEngine;
  states: SyncStates;
  repository: Pick<IssueRepository, "removeLink">;
  jobs: JobService;
  projects: ProjectService;
  audit: AuditLog;
  events: EventBus;
  clock: Clock;
  log: Logger;
  /** Told when a tracker answered everything it was asked. */
  onReached?: (connectionId: string) => void;
  /** Milliseconds of a minute of the schedule: tests have shorter ones. */
  minuteMs?: number;
  /** Between 0 and 1, for the jitter. */
  random?: () => number;
}

/** What a running sync of a project is to do: more may be asked for while it runs. */
interface Wish {
  full: boolean;
  linkIds: Set<string>;
}

/** Synchronises projects: when somebody asks, by schedule, and when a tracker tells of a change. */
export class SyncService {
  readonly #options: SyncServiceOptions;
  readonly #backoff: SyncBackoff;
  readonly #schedule: SyncSchedule;
  /** Of the projects being synced. */
  readonly #wishes = new Map<string, Wish>();
  readonly #jobIds = new Map<string, string>();

  constructor(options: SyncServiceOptions) {
    const { minuteMs = 60_000, random = Math.random, projects, events } = options;
    this.#options = options;
    this.#backoff = new SyncBackoff({ firstMs: minuteMs, longestMs: 60 * minuteMs, random });
    this.#schedule = new SyncSchedule({
      projects: () => projects.list(({ links }) => links.length > 0),
      run: (project, links) => this.#runScheduled(project, links),
      age: (projectId) => this.#age(projectId),
      backoff: this.#backoff,
      isWatched: () => events.listenerCount > 0,
      onPlanned: (projectId) => this.#announce(projectId),
      minuteMs,
      random,
    });
  }

  /** Begins the schedule. */
  begin(): void {
    this.#schedule.start();
  }

  /** Ends the schedule. What runs ends with the jobs. */
  stop(): void {
    this.#schedule.stop();
  }

  /**
   * Fetches what changed in a project as a job, or everything; one at a time for a project, whoever asks.
   * @throws AppError conflict for a project without links
   */
  start(projectId: string, userId: string, { full = false }: { full?: boolean | undefined } = {}): Job {
    const project = this.#options.projects.get(projectId);
    if (project.links.length === 0) {
      throw linkedToNone(project.name);
    }
    return this.#startJob(project, project.links, userId, full);
  }

  /** How the sync of a project stands. */
  status(projectId: string): ProjectSync {
    const { projects, states, clock, jobs } = this.#options;
    const known = new Map(states.list(projectId).map((state) => [state.linkId, state]));
    const links = projects.get(projectId).links.map(({ id }) => {
      const state = known.get(id);
      return { linkId: id, syncedAt: state?.syncedAt ?? null, error: state?.error ?? null };
    });
    const jobId = this.#jobIds.get(projectId);
    const remaining = this.#schedule.remaining(projectId);
    return {
      lastSyncedAt: oldest(links.map(({ syncedAt }) => syncedAt)),
      nextAt: remaining === null ? null : isoTime({ now: () => clock.now() + remaining }),
      jobId: jobId !== undefined && jobs.find(jobId)?.status === "running" ? jobId : null,
      error: links.find(({ error }) => error !== null)?.error ?? null,
      links,
    };
  }

  /** Lets changed overrides count at once, and tries again where a sync had failed before the access was changed. */
  async connectionChanged({ connection, access, statusOverrides }: ConnectionChange): Promise<void> {
    const { engine, projects } = this.#options;
    const concerns = (link: ProjectLink) => link.connectionId === connection.id;
    const linked = projects.list(({ links }) => links.some(concerns));
    for (const { id, tenantId, links, syncMinutes } of linked) {
      const concerned = links.filter(concerns);
      if (statusOverrides) {
        let changed = 0;
        for (const link of concerned) changed += await engine.restate(link);
        if (changed > 0) this.#issuesChanged(id, tenantId);
      }
      if (!access) continue;
      this.#backoff.reset(
        connection.id,
        concerned.map((link) => link.id),
      );
      if (syncMinutes > 0 && this.status(id).error !== null) this.#schedule.request(id);
    }
  }

  /** Fetches what changed in a project as soon as that may be. */
  request(projectId: string): void {
    this.#schedule.request(projectId);
  }

  /**
   * Fetches single issues of a link, as its tracker tells of them. Where they can't be had now, the next sync brings them.
   * @throws AppError cancelled; storage errors
   */
  async fetchIssues(
    project: ScheduledProject,
    link: ProjectLink,
    refs: readonly IssueRef[],
    signal: AbortSignal,
  ): Promise<void> {
    const { audit, engine, log } = this.#options;
    if (this.#backoff.remaining(link) > 0) {
      this.request(project.id);
      return;
    }
    const { id: projectId, tenantId } = project;
    const subject = { actor: systemActor, tenantId, action: "webhooks.fetch", target: `project:${projectId}` };
    const options: SyncOptions = {
      signal,
      onProgress: () => undefined,
      onStored: () => this.#issuesChanged(projectId, tenantId),
      onLinkEnd: (ended, error) => this.#linkEnded(ended, error),
    };
    try {
      await audit.auditedChange(subject, (changing) =>
        engine.syncIssues(project, link, refs, { ...options, changing }),
      );
    } catch (error) {
      if (signal.aborted) throw new AppError("cancelled", "The server is stopping.", { cause: error });
      log.warn({ err: error, projectId, count: refs.length }, "issues that a webhook told of could not be fetched");
      this.request(projectId);
    }
    this.#forgetUnlinked(projectId, [link]);
  }

  async #runScheduled(project: ScheduledProject, links: readonly ProjectLink[]): Promise<void> {
    const { jobs, log } = this.#options;
    try {
      this.#startJob(project, links, null, false);
      await jobs.ended("sync", project.id);
    } catch (error) {
      // The server is stopping, or its disk is full: the schedule goes on when that has passed.
      log.warn({ err: error, projectId: project.id, reason: errorMessage(error) }, "a scheduled sync did not start");
    }
  }

  #startJob(project: ScheduledProject, links: readonly ProjectLink[], userId: string | null, full: boolean): Job {
    const { jobs } = this.#options;
    const running = this.#wishes.get(project.id);
    const wish = running ?? { full, linkIds: new Set() };
    if (full) wish.full = true;
    for (const { id } of links) wish.linkIds.add(id);
    const job = jobs.start({
      kind: "sync",
      tenantId: project.tenantId,
      userId,
      target: project.id,
      shared: true,
      run: (work) => this.#sync(project, wish, work, userId !== null),
    });
    if (running === undefined) {
      this.#wishes.set(project.id, wish);
      this.#jobIds.set(project.id, job.id);
      this.#announce(project.id);
    }
    return job;
  }

  /** Reads each link that is wished for, and once more from the beginning where that is wished for meanwhile. */
  async #sync(project: ScheduledProject, wish: Wish, work: JobWork, isAskedFor: boolean): Promise<SyncResult> {
    const { id: projectId, tenantId } = project;
    const result: SyncResult = { created: 0, changed: 0, unchanged: 0, removed: 0, durationMs: 0 };
    const read = new Map<string, { full: boolean }>();
    try {
      for (;;) {
        const { full } = wish;
        const links = project.links.filter(
          ({ id }) => wish.linkIds.has(id) && (!read.has(id) || (full && read.get(id)?.full === false)),
        );
        if (links.length === 0) return result;
        for (const { id } of links) read.set(id, { full });
        const { engine } = this.#options;
        const done = await engine.syncProject({ ...project, links }, { ...this.#syncOptions(project, work), full });
        for (const count of Object.keys(result) as (keyof SyncResult)[]) result[count] += done[count];
      }
    } finally {
      this.#wishes.delete(projectId);
      this.#jobIds.delete(projectId);
      const forgotten = this.#forgetUnlinked(projectId, project.links);
      if (isAskedFor || forgotten) this.#issuesChanged(projectId, tenantId);
      this.#schedule.synced(projectId);
      this.#announce(projectId);
    }
  }

  #syncOptions({ id, tenantId }: ScheduledProject, { signal, report, changing }: JobWork): SyncOptions {
    return {
      signal,
      onProgress: report,
      changing,
      onStored: () => this.#issuesChanged(id, tenantId),
      onLinkStart: (link) => this.#refuseWhereToldToWait(link),
      onLinkEnd: (link, error) => this.#linkEnded(link, error),
      onRenamed: async (link, name) => {
        await changing();
        return this.#options.projects.renameLink(id, link.id, name);
      },
    };
  }

  /** Also for somebody who asks: asking a tracker that said when to come back would make it wait longer. */
  #refuseWhereToldToWait(link: ProjectLink): void {
    const seconds = Math.ceil(this.#backoff.toldToWait(link) / 1000);
    if (seconds === 0) return;
    throw new AppError(
      "provider_rate_limited",
      `The tracker of ${link.externalProject} has had enough requests and is left alone for another ${seconds} s. ` +
        "What was stored before is kept.",
      { data: { retryAfterSeconds: seconds } },
    );
  }

  #linkEnded(link: ProjectLink, error: unknown): void {
    if (error === null) {
      this.#backoff.succeeded(link);
      this.#options.onReached?.(link.connectionId);
    } else this.#backoff.failed(link, error);
  }

  /** A link that was removed while it was being synced must not leave what was stored after its removal. */
  #forgetUnlinked(projectId: string, before: readonly ProjectLink[]): boolean {
    const { projects, repository } = this.#options;
    const now = projects.find(projectId)?.links ?? [];
    const removed = before.filter(({ id }) => !now.some((link) => link.id === id));
    for (const { id } of removed) repository.removeLink(id);
    return removed.length > 0;
  }

  /** Milliseconds since the link was synced that waits longest; null where one never was. */
  #age(projectId: string): number | null {
    const { lastSyncedAt } = this.status(projectId);
    return lastSyncedAt === null ? null : Math.max(0, this.#options.clock.now() - Date.parse(lastSyncedAt));
  }

  #issuesChanged(projectId: string, tenantId: string): void {
    this.#options.events.publish({ entity: "issues", change: "changed", id: projectId, tenantId });
  }

  #announce(projectId: string): void {
    const project = this.#options.projects.find(projectId);
    if (project === undefined) return;
    const { id, tenantId } = project;
    this.#options.events.publish({ entity: "sync", change: "changed", id, tenantId, data: this.status(id) });
  }
}

/** The earliest of these times, null where one is unknown. */
function oldest(times: readonly (string | null)[]): string | null {
  const [first = null, ...rest] = times;
  return rest.reduce((one, other) => (one === null || other === null ? null : one < other ? one : other), first);
}

const systemActor = { kind: "system", id: "aiops" } as const;
