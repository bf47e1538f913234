import type { Project, ProjectLink } from "../../shared/entities/project.ts";
import type { SyncBackoff } from "./sync-backoff.ts";

export type ScheduledProject = Pick<Project, "id" | "tenantId" | "links" | "syncMinutes">;

export interface SyncScheduleOptions {
  projects: () => readonly ScheduledProject[];
  /** Syncs these links of a project. Never rejects. */
  run: (project: ScheduledProject, links: readonly ProjectLink[]) => Promise<void>;
  /** Milliseconds since a project was last synced; null where it never was. */
  age: (projectId: string) => number | null;
  backoff: SyncBackoff;
  /** Whether anybody would see what a sync brings; otherwise it can wait longer. */
  isWatched: () => boolean;
  /** Told when a project's next sync was planned. */
  onPlanned?: (projectId: string) => void;
  /** How many syncs it starts that run at the same time. */
  concurrency?: number;
  /** Milliseconds of a minute: tests have shorter ones. */
  minuteMs: number;
  /** Between 0 and 1, for the jitter. */
  random: () => number;
}

interface Plan {
  /** By the monotonic clock, so that a changed time of day moves nothing. Infinity where the schedule is off. */
  dueAt: number;
  /** When the last sync ended, or the project was first seen. */
  since: number;
  /** What the plan was made for. */
  minutes: number;
  running: boolean;
  /** Asked for while it ran. */
  again: boolean;
}

/** How much longer a project waits while nobody listens. */
const unwatchedFactor = 4;

/**
 * When each project is synced by itself: at its interval ±20 %, so that projects do not go in step, one at a time, a few
 * over all, and not while its trackers have to be left alone.
 */
export class SyncSchedule {
  readonly #options: SyncScheduleOptions;
  readonly #plans = new Map<string, Plan>();
  #timer: NodeJS.Timeout | undefined;
  #running = 0;
  #stopped = true;

  constructor(options: SyncScheduleOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.#look();
  }

  /** Starts nothing more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Milliseconds until the next sync of a project; null where none is planned. */
  remaining(projectId: string): number | null {
    const dueAt = this.#plans.get(projectId)?.dueAt ?? Infinity;
    return dueAt === Infinity ? null : Math.max(0, dueAt - performance.now());
  }

  /** Syncs a project as soon as that may be, also one whose schedule is off; once more where it is being synced now. */
  request(projectId: string): void {
    const project = this.#options.projects().find(({ id }) => id === projectId);
    if (project === undefined || this.#stopped) return;
    const plan = this.#planOf(project);
    plan.again = true;
    if (!plan.running) this.#plan(project, plan);
    this.#look();
  }

  /** Plans anew from now, as after a sync that somebody asked for. */
  synced(projectId: string): void {
    const project = this.#options.projects().find(({ id }) => id === projectId);
    const plan = this.#plans.get(projectId);
    if (project === undefined || plan === undefined || plan.running) return;
    plan.since = performance.now();
    this.#plan(project, plan);
    this.#look();
  }

  /** Takes over what changed, starts what is due, and comes back when the next is, or in a minute. */
  #look(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    const { projects, isWatched, minuteMs, concurrency = 2 } = this.#options;
    const known = projects();
    const ids = new Set(known.map(({ id }) => id));
    for (const [id, { running }] of this.#plans) if (!ids.has(id) && !running) this.#plans.delete(id);
    const watched = isWatched();
    for (const project of known) {
      const plan = this.#planOf(project);
      // Somebody came who would see it: what waits longer than it should with a reader is drawn forward.
      const longest = project.syncMinutes * minuteMs * 1.2;
      const late = watched && plan.dueAt - Math.max(plan.since, performance.now() - longest + minuteMs) > longest;
      if (!plan.running && (plan.minutes !== project.syncMinutes || (late && this.#wait(project) === 0))) {
        this.#plan(project, plan);
      }
    }
    const due = known
      .map((project) => ({ project, plan: this.#planOf(project) }))
      .filter(({ plan }) => !plan.running && plan.dueAt <= performance.now())
      .toSorted((one, other) => one.plan.dueAt - other.plan.dueAt);
    for (const { project, plan } of due) {
      if (this.#running >= concurrency) break;
      this.#start(project, plan);
    }
    const next = Math.min(
      ...[...this.#plans.values()].filter(({ running }) => !running).map(({ dueAt }) => dueAt - performance.now()),
      minuteMs,
    );
    // Where all places are taken, whoever ends looks again.
    this.#timer = setTimeout(() => this.#look(), this.#running >= concurrency ? minuteMs : Math.max(next, 1));
    this.#timer.unref();
  }

  #start(project: ScheduledProject, plan: Plan): void {
    const links = project.links.filter((link) => this.#options.backoff.remaining(link) === 0);
    if (links.length === 0) {
      this.#plan(project, plan);
      return;
    }
    plan.running = true;
    plan.again = false;
    this.#running += 1;
    void this.#options.run(project, links).finally(() => {
      this.#running -= 1;
      plan.running = false;
      plan.since = performance.now();
      const current = this.#options.projects().find(({ id }) => id === project.id);
      if (current !== undefined) this.#plan(current, plan);
      this.#look();
    });
  }

  #planOf(project: ScheduledProject): Plan {
    const known = this.#plans.get(project.id);
    if (known !== undefined) return known;
    const age = this.#options.age(project.id);
    // A project that was never synced is new: whoever made it syncs it first.
    const since = performance.now() - (age ?? 0);
    const plan = { dueAt: Infinity, since, minutes: project.syncMinutes, running: false, again: false };
    this.#plans.set(project.id, plan);
    this.#plan(project, plan);
    return plan;
  }

  /** Says when a project is due: by its interval, sooner where all its links failed and may be tried again. */
  #plan(project: ScheduledProject, plan: Plan): void {
    const { isWatched, minuteMs, random, onPlanned } = this.#options;
    const now = performance.now();
    const interval = project.syncMinutes * minuteMs * (isWatched() ? 1 : unwatchedFactor) * (0.8 + 0.4 * random());
    const wait = this.#wait(project);
    const { minutes, dueAt: before } = plan;
    plan.minutes = project.syncMinutes;
    if (project.links.length === 0 || (project.syncMinutes === 0 && !plan.again)) plan.dueAt = Infinity;
    else if (wait > 0) plan.dueAt = now + wait + 1;
    else if (plan.again) plan.dueAt = now;
    // What is long overdue, as after a night, is spread over a minute.
    else plan.dueAt = Math.max(plan.since + interval, now + random() * Math.min(interval, minuteMs));
    if (plan.dueAt !== before || minutes !== plan.minutes) onPlanned?.(project.id);
  }

  /** Milliseconds until one of a project's links may be tried; 0 where one may at once. */
  #wait(project: ScheduledProject): number {
    const waits = project.links.map((link) => this.#options.backoff.remaining(link));
    return waits.length === 0 ? 0 : Math.min(...waits);
  }
}
