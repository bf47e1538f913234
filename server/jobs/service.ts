import type { Clock } from "../../shared/clock.ts";
import type { Page } from "../../shared/entities/common.ts";
import type { Job, JobKind, JobProgress } from "../../shared/entities/job.ts";
import { AppError, isErrorCode } from "../../shared/errors.ts";
import type { AuditLog } from "../audit/log.ts";
import type { EventBus } from "../events/bus.ts";
import { newId } from "../ids.ts";
import type { Logger } from "../log.ts";
import type { JobRepository } from "./repository.ts";

export interface JobWork {
  signal: AbortSignal;
  /** Says how far the work is; cheap, may be called often. */
  report: (progress: JobProgress) => void;
  /** To be awaited before the first change: what the server does of its own accord is audited from there on. */
  changing: () => Promise<void>;
}

export interface JobRequest {
  kind: JobKind;
  tenantId: string;
  /**
   * Null for what the server does of its own accord: that is recorded from its first change on, or where it fails, and
   * joins whatever is under way.
   */
  userId: string | null;
  /** What it works on; asked for again while it runs, the person is given the job they have. */
  target: string;
  /** How it is to be done: a second job joins the first only where this is the same, and is refused else. */
  variant?: string;
  /** Sees to undoing what it made when the signal aborts or it fails. Its value is the job's `result`. */
  run: (work: JobWork) => Promise<unknown>;
  /** Whether the work is done once for all who ask, as a sync: the others' jobs follow the first one's. */
  shared?: boolean;
}

export interface JobServiceOptions {
  repository: JobRepository;
  events: EventBus;
  audit: AuditLog;
  clock: Clock;
  log: Logger;
  /** Translates anything thrown into the product's error. */
  toAppError: (error: unknown) => AppError;
}

interface Running {
  job: Job;
  controller: AbortController;
  done: Promise<void>;
  shared: boolean;
  variant: string | undefined;
  /** Told of its progress: the jobs that follow this one. */
  followers: Set<(progress: JobProgress) => void>;
  /** Whether its row is in the database. */
  recorded: boolean;
}

/** Stands as the person of jobs that the server does of its own accord. */
const systemUser = "system";

/** Milliseconds between two publications of one job's progress. */
const progressInterval = 100;

/** Work that outlives its request: reported, cancelled, recorded, and never left "running" by a crash. */
export class JobService {
  readonly #options: JobServiceOptions;
  readonly #running = new Map<string, Running>();
  #stopping = false;

  constructor(options: JobServiceOptions) {
    this.#options = options;
  }

  /** Marks what an earlier server left unfinished as failed. Called once at start. */
  recover(): void {
    const error = {
      code: "server_restarted",
      message: "The server was stopped in the middle of this. What it had acknowledged is kept; start it again.",
    };
    for (const job of this.#options.repository.unfinished()) this.#save({ ...job, status: "failed", error });
  }

  /** How many jobs run that somebody asked for. */
  get runningCount(): number {
    return [...this.#running.values()].filter(({ job }) => job.userId !== systemUser).length;
  }

  /** @throws AppError `conflict` where the same is being done in another way; `unavailable` while the server stops */
  start(request: JobRequest): Job {
    if (this.#stopping) throw new AppError("unavailable", "The server is stopping; repeat this in a moment.");
    const alike = [...this.#running.values()].filter(
      ({ job }) => job.kind === request.kind && job.target === request.target,
    );
    const own = alike.find(({ job }) => job.userId === request.userId);
    const leader = alike.find(({ shared }) => shared);
    const same = own ?? leader;
    if (same !== undefined && same.variant !== request.variant) {
      const message =
        "This is being done already, in another way than was asked for. Wait until it ends, or cancel it.";
      throw new AppError("conflict", message, { data: { jobId: same.job.id } });
    }
    if (own !== undefined) return own.job;
    if (request.userId === null && leader !== undefined) return leader.job;
    const now = new Date(this.#options.clock.now()).toISOString();
    const job: Job = {
      id: newId(),
      version: 1,
      createdAt: now,
      updatedAt: now,
      tenantId: request.tenantId,
      userId: request.userId ?? systemUser,
      kind: request.kind,
      target: request.target,
      status: "running",
      progress: { done: 0, total: 0, step: "Starting" },
      error: null,
      result: null,
    };
    const running: Running = {
      job,
      controller: new AbortController(),
      shared: request.shared === true && leader === undefined,
      variant: request.variant,
      done: Promise.resolve(),
      followers: new Set(),
      recorded: false,
    };
    if (request.userId !== null) this.#record(running);
    this.#publish(job, "created");
    this.#running.set(job.id, running);
    const run = leader === undefined ? request.run : (work: JobWork) => this.#follow(leader, work);
    running.done = this.#execute(running, { ...request, run });
    return job;
  }

  /** The work of a running job, to its end; undefined where none runs on the target. */
  ended(kind: JobKind, target: string): Promise<void> | undefined {
    return [...this.#running.values()].find(({ job }) => job.kind === kind && job.target === target)?.done;
  }

  /** The jobs that run, whoever asked for them. */
  running(): Job[] {
    return [...this.#running.values()].map(({ job }) => job);
  }

  /** The job as it is now: from memory while it runs. */
  find(id: string): Job | undefined {
    return this.#running.get(id)?.job ?? this.#options.repository.get(id);
  }

  get(id: string): Job {
    const job = this.find(id);
    if (job === undefined) throw new AppError("not_found", "There is no such job.");
    return job;
  }

  list(filter: { userId?: string; status?: Job["status"] }, page: { limit: number; cursor?: string }): Page<Job> {
    const listed = this.#options.repository.list(filter, page);
    return { ...listed, items: listed.items.map((job) => this.#running.get(job.id)?.job ?? job) };
  }

  /** Asks a job to stop and waits until it has undone what it made. A finished one is answered as it is. */
  async cancel(id: string): Promise<Job> {
    const running = this.#running.get(id);
    if (running !== undefined) {
      running.controller.abort(new AppError("cancelled", "Cancelled."));
      await running.done;
    }
    return this.get(id);
  }

  /** Cancels everything and waits for it; nothing new is taken. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const all = [...this.#running.values()];
    for (const { controller } of all) {
      controller.abort(
        new AppError("server_restarted", "The server was stopped in the middle of this; start it again."),
      );
    }
    await Promise.all(all.map(({ done }) => done));
  }

  /** Waits for another's job, whose end is this one's too. Cancelling this one leaves that one alone. */
  async #follow(leader: Running, { signal, report }: JobWork): Promise<unknown> {
    leader.followers.add(report);
    report(leader.job.progress);
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await Promise.race([leader.done, aborted]);
    } finally {
      leader.followers.delete(report);
      signal.removeEventListener("abort", abort);
    }
    const { status, error, result } = leader.job;
    if (status === "succeeded") return result;
    const code = isErrorCode(error?.code) ? error.code : "internal";
    throw new AppError(code, error?.message ?? `The job this one waited for is ${status}.`);
  }

  /** Puts a job into the database, unless it is there. */
  #record(running: Running): void {
    if (running.recorded) return;
    this.#options.repository.insert(running.job);
    running.recorded = true;
  }

  async #execute(running: Running, request: JobRequest): Promise<void> {
    const { audit, log, toAppError } = this.#options;
    const { controller } = running;
    let published = 0;
    const report = (progress: JobProgress) => {
      running.job = { ...running.job, progress };
      for (const follower of running.followers) follower(progress);
      const now = this.#options.clock.now();
      // The clock may jump back; then the next report goes out at once.
      if (now - published < progressInterval && now >= published) return;
      published = now;
      this.#publish(running.job, "changed");
    };
    const { userId } = request;
    const actor =
      userId === null ? ({ kind: "system", id: "aiops" } as const) : ({ kind: "user", id: userId } as const);
    const subject = { actor, tenantId: request.tenantId, action: `job.${request.kind}`, target: request.target };
    let outcome: Pick<Job, "status" | "error" | "result">;
    try {
      const { signal } = controller;
      const audited = () =>
        audit.audited(subject, () => request.run({ signal, report, changing: () => Promise.resolve() }));
      const auditedChange = () =>
        audit.auditedChange(subject, (changing) => {
          const recorded = async () => {
            await changing();
            this.#record(running);
          };
          return request.run({ signal, report, changing: recorded });
        });
      const result = await (userId === null ? auditedChange() : audited());
      outcome = { status: "succeeded", error: null, result: result ?? null };
    } catch (thrown) {
      const aborted: unknown = controller.signal.reason;
      const error = controller.signal.aborted && aborted instanceof AppError ? aborted : toAppError(thrown);
      if (error.code === "internal")
        log.error({ err: thrown, jobId: running.job.id, kind: request.kind }, "job failed");
      const status = error.code === "cancelled" ? "cancelled" : "failed";
      outcome = { status, error: { code: error.code, message: error.message }, result: null };
    }
    this.#running.delete(running.job.id);
    this.#finish(running, outcome);
  }

  #finish(running: Running, outcome: Pick<Job, "status" | "error" | "result">): void {
    const job = { ...running.job, ...outcome };
    running.job = job;
    try {
      if (outcome.status === "failed" && outcome.error?.code !== "server_restarted") this.#record(running);
      if (running.recorded) this.#save(job);
      else this.#publish(job, "changed");
    } catch (error) {
      // The disk may be full: clients are told the outcome all the same, and a restart records it as interrupted.
      this.#options.log.error({ err: error, jobId: job.id }, "job outcome could not be stored");
      this.#publish(job, "changed");
    }
  }

  #save(job: Job): void {
    const saved = { ...job, version: job.version + 1, updatedAt: new Date(this.#options.clock.now()).toISOString() };
    this.#options.repository.update(saved);
    this.#publish(saved, "changed");
  }

  #publish(job: Job, change: "created" | "changed"): void {
    this.#options.events.publish({
      entity: "job",
      change,
      id: job.id,
      tenantId: job.tenantId,
      ownerId: job.userId,
      data: job,
    });
  }
}
