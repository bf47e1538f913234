import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../shared/clock.ts";
import { AppError } from "../../shared/errors.ts";
import type { Logger } from "../log.ts";
import type { OutboxChanges } from "./changes.ts";
import type { OutboxRecord } from "./records.ts";
import type { OutboxRepository } from "./repository.ts";
import type { Attempted, OutboxSender } from "./sender.ts";
import { restOf, verdictOf } from "./verdict.ts";

export interface WorkerOptions {
  repository: OutboxRepository;
  changes: OutboxChanges;
  sender: OutboxSender;
  clock: Clock;
  log: Logger;
}

/** Milliseconds: the first wait after a failure, the longest, the least between attempts people ask for, the longest rest. */
const waits = { first: 2_000, most: 5 * 60_000, asked: 1_000, rest: 24 * 3_600_000 };
/** A tracker's search may not show at once what it was just given. */
const beforeLooking = 5_000;
/** How long a settled item is kept: by then no attempt can still arrive. */
const keptMs = 7 * 24 * 3_600_000;

/** What goes over one connection: one write at a time, in order. */
interface Line {
  running: Promise<void> | undefined;
  /** Whether something came while it was running. */
  again: boolean;
  /** Nothing is sent before this time, by `performance.now()`: the wall clock may jump. */
  pausedUntil: number;
  /** Whether the tracker itself asked for the pause; then nobody may cut it short. */
  limited: boolean;
  lastAttempt: number;
  /** Failures in a row. */
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Sends the outbox: what is new at once, what could not be sent later, with growing and jittered waits for each
 * connection. After a wait one write goes first; the others follow when it got through.
 */
export class OutboxWorker {
  readonly #options: WorkerOptions;
  readonly #lines = new Map<string, Line>();
  readonly #waiters = new Map<string, (attempted: Attempted) => void>();
  /** What is being sent, by item. */
  readonly #attempts = new Map<string, Promise<unknown>>();
  readonly #stopping = new AbortController();

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** Whether something is being sent right now. */
  get isBusy(): boolean {
    return [...this.#lines.values()].some(({ running }) => running !== undefined);
  }

  /** Goes on with what an earlier server left. */
  start(): void {
    const { repository, clock } = this.#options;
    repository.removeSettled(new Date(clock.now() - keptMs).toISOString());
    for (const { connectionId } of repository.sending()) this.#run(connectionId);
    for (const connectionId of repository.waitingConnections()) this.#run(connectionId);
  }

  /** Finishes the request under way, as far as it answers at once, and takes nothing new. */
  async stop(): Promise<void> {
    this.#stopping.abort(new AppError("cancelled", "The server is stopping; this is sent when it runs again."));
    for (const { timer } of this.#lines.values()) clearTimeout(timer);
    await Promise.all([...this.#lines.values()].map(async ({ running }) => running));
  }

  /**
   * Sends a new item and waits for how that went.
   * @param timeoutMs how long is waited
   * @returns undefined where it takes longer, or its turn does not come: it is sent all the same
   */
  async submit(record: OutboxRecord, timeoutMs: number): Promise<Attempted | undefined> {
    const line = this.#line(record.connectionId);
    const isAway = line.failures > 0 || line.pausedUntil > performance.now();
    const isBlocked = this.#options.repository.blockerOf(record) !== null;
    if (isAway || isBlocked || this.#stopping.signal.aborted) {
      this.wake(record.connectionId);
      return undefined;
    }
    const { promise, resolve } = Promise.withResolvers<Attempted | undefined>();
    this.#waiters.set(record.id, resolve);
    const timer = setTimeout(() => resolve(undefined), timeoutMs);
    this.#run(record.connectionId);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(record.id);
    }
  }

  /** Waits until an item is not being sent any more, or the time is over. */
  async settled(id: string, timeoutMs: number): Promise<void> {
    const attempt = this.#attempts.get(id);
    if (attempt === undefined) return;
    const over = new AbortController();
    try {
      await Promise.race([attempt, delay(timeoutMs, undefined, { signal: over.signal })]);
    } finally {
      over.abort();
    }
  }

  /** Tries again now, unless the tracker itself asked to be left alone: somebody asks for it, or a sync got through. */
  wake(connectionId: string): void {
    const line = this.#line(connectionId);
    const now = performance.now();
    if (line.pausedUntil > now && !line.limited) {
      line.pausedUntil = Math.min(line.pausedUntil, Math.max(now, line.lastAttempt + waits.asked));
    }
    this.#run(connectionId);
  }

  #line(connectionId: string): Line {
    let line = this.#lines.get(connectionId);
    if (line === undefined) {
      line = {
        running: undefined,
        again: false,
        pausedUntil: 0,
        limited: false,
        lastAttempt: 0,
        failures: 0,
        timer: undefined,
      };
      this.#lines.set(connectionId, line);
    }
    return line;
  }

  #run(connectionId: string): void {
    const line = this.#line(connectionId);
    if (this.#stopping.signal.aborted) return;
    line.again = line.running !== undefined;
    if (line.again) return;
    clearTimeout(line.timer);
    const wait = line.pausedUntil - performance.now();
    if (wait > 0) {
      line.timer = setTimeout(() => this.#run(connectionId), wait);
      line.timer.unref();
      return;
    }
    line.running = this.#work(connectionId, line);
  }

  async #work(connectionId: string, line: Line): Promise<void> {
    try {
      await this.#drain(connectionId, line);
    } catch (error) {
      this.#options.log.error({ err: error }, "the outbox could not be read or written; it is tried again later");
      this.#pause(line, new AppError("unavailable", "The outbox could not be written.", { cause: error }));
    }
    line.running = undefined;
    if (line.again || line.pausedUntil > performance.now()) this.#run(connectionId);
  }

  async #drain(connectionId: string, line: Line): Promise<void> {
    const { repository, changes, sender } = this.#options;
    // Only a server that ended, or a disk that was full, leaves these: one line sends one write at a time.
    for (const record of repository.sending()) {
      if (record.connectionId === connectionId) changes.save({ ...record, status: "queued" });
    }
    while (!this.#stopping.signal.aborted && line.pausedUntil <= performance.now()) {
      const record = repository.next(connectionId);
      if (record === undefined) return;
      line.lastAttempt = performance.now();
      const attempt = sender.send(record, (error) => this.#pause(line, error), this.#stopping.signal);
      this.#attempts.set(record.id, attempt);
      const attempted = await attempt.finally(() => this.#attempts.delete(record.id));
      if (!attempted.later) line.failures = 0;
      this.#waiters.get(record.id)?.(attempted);
    }
  }

  /** @returns when the next attempt is made, in milliseconds of the wall clock since the epoch */
  #pause(line: Line, error: AppError): number {
    const rest = Math.min(restOf(error), waits.rest);
    const grown = Math.min(waits.most, waits.first * 2 ** Math.min(line.failures, 10));
    const least = verdictOf(error).uncertain ? beforeLooking : 0;
    // Between half and all of it, so that many servers do not come back at the same moment.
    const wait = Math.max(rest, least, grown * (0.5 + Math.random() / 2));
    line.failures += 1;
    line.limited = rest > 0;
    line.pausedUntil = performance.now() + wait;
    return this.#options.clock.now() + wait;
  }
}
