import type { Clock } from "../../shared/clock.ts";
import type { Session } from "../../shared/entities/session.ts";
import { errorMessage } from "../../shared/errors.ts";
import { processFacts } from "../host/process.ts";
import type { TmuxPane } from "../host/tmux-batch.ts";
import type { KnownView, Tmux, TmuxView } from "../host/tmux.ts";
import type { Logger } from "../log.ts";
import { detect } from "./detectors/index.ts";
import type { SessionRepository } from "./repository.ts";
import { isLive, observed, withStatus } from "./state.ts";
import type { TmuxServers } from "./tmux-servers.ts";

export interface MonitorOptions {
  repository: SessionRepository;
  servers: TmuxServers;
  clock: Clock;
  log: Logger;
  /** Whether something is being done to a session: it is left alone for that tick. */
  isBusy: (sessionId: string) => boolean;
  /** Records that are already stored. */
  onChange: (changed: readonly Session[]) => void;
  /** The tool is ready, and a prompt waits for it. */
  onReady: (session: Session) => void;
  /** Milliseconds between two looks while sessions run; 1,000 unless told. */
  intervalMs?: number;
}

/** What the last look at a pane left. */
interface Seen {
  pane: string;
  screen: string;
  /** The pane's activity when its screen was taken, and whether more could come in that same second. */
  activityAt: number;
  settled: boolean;
  /** Looks in a row at which the tool was idle. */
  idleLooks: number;
}

/** After so many looks the tool is taken to be ready: some draw their input field before they read it. */
const readyLooks = 2;
const defaultIntervalMs = 1_000;
const longestIntervalMs = 10_000;

/**
 * Follows all sessions while any runs: one tmux process per tick and Linux user lists the panes and takes the screens
 * of those that were printing at the last tick; a second one follows only where another pane began to print since.
 */
export class SessionMonitor {
  readonly #options: MonitorOptions;
  readonly #seen = new Map<string, Seen>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  /** Between a wake and the moment nothing runs any more. */
  #watching = false;
  #stopped = false;
  /** Those whose tmux could not be asked at the last tick. */
  readonly #unasked = new Set<string>();
  /** Ticks in a row at which no tmux could be asked. */
  #failures = 0;

  constructor(options: MonitorOptions) {
    this.#options = options;
  }

  /** Begins to watch, if it does not; a session was started, or the server was. */
  wake(): void {
    if (this.#stopped || this.#watching) return;
    this.#watching = true;
    this.#schedule(0);
  }

  /** Ends, after the tick that runs. The sessions go on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** One look at all sessions; joins the one that runs. */
  tick(): Promise<void> {
    this.#running ??= this.#tick().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      void this.#tickAndGoOn();
    }, delayMs);
    this.#timer.unref();
  }

  async #tickAndGoOn(): Promise<void> {
    try {
      await this.tick();
    } catch (error) {
      this.#failures += 1;
      this.#options.log.error({ err: error }, "the sessions could not be looked at");
    }
    this.#watching = !this.#stopped && this.#options.repository.all().some(isLive);
    if (!this.#watching) return;
    const { intervalMs = defaultIntervalMs } = this.#options;
    this.#schedule(Math.min(intervalMs * 2 ** this.#failures, Math.max(intervalMs, longestIntervalMs)));
  }

  async #tick(): Promise<void> {
    const { repository, servers } = this.#options;
    const before = new Map(repository.all().map((record) => [record.id, record]));
    for (const id of this.#seen.keys()) if (!before.has(id)) this.#seen.delete(id);
    const watched = [...before.values()].filter(({ status }) => status !== "exited");
    const { seats, unreached } = await servers.all(watched.map(({ userId }) => userId));
    for (const { userId, reason } of unreached) this.#warn(userId, reason);
    const looks = [...seats].map(async ([{ user, tmux }, people]) => {
      const records = watched.filter(({ userId }) => people.has(userId));
      const view = await this.#look(tmux, records);
      if (view.state === "unknown") {
        this.#warn(user.name, view.reason);
        return null;
      }
      for (const name of [user.name, ...people]) this.#unasked.delete(name);
      return records.flatMap((record) => this.#judge(record, tmux, view));
    });
    const seen = await Promise.all(looks);
    const changed = seen.filter((records) => records !== null);
    // One person's tmux that does not answer is no reason to look at the others less often.
    this.#failures = watched.length > 0 && changed.length === 0 ? this.#failures + 1 : 0;
    this.#store(changed.flat());
  }

  /** Once, until it could be asked again. */
  #warn(userId: string, reason: string): void {
    if (this.#unasked.has(userId)) return;
    this.#unasked.add(userId);
    this.#options.log.warn({ reason, userId }, "tmux could not be asked");
  }

  async #look(tmux: Tmux, records: readonly Session[]): Promise<TmuxView> {
    const seen = records.flatMap(({ id }) => this.#seen.get(id) ?? []);
    const printing = seen.filter(({ settled }) => !settled).map(({ pane }) => pane);
    const view = await this.#poll(tmux, printing);
    if (view.state !== "present") return view;
    const late = view.panes.filter((pane) => tmux.isOurs(pane) && this.#isStale(pane) && !view.screens.has(pane.pane));
    if (late.length === 0) return view;
    const second = await this.#poll(
      tmux,
      late.map(({ pane }) => pane),
    );
    if (second.state !== "present") return second;
    return { ...second, screens: new Map([...view.screens, ...second.screens]) };
  }

  async #poll(tmux: Tmux, panes: readonly string[]): Promise<TmuxView> {
    try {
      return await tmux.poll(panes);
    } catch (error) {
      // tmux was removed, or does not answer: nothing is known of the sessions, and the next tick tries again.
      return { state: "unknown", reason: errorMessage(error) };
    }
  }

  #isStale({ sessionId, pane, activityAt }: TmuxPane): boolean {
    const seen = this.#seen.get(sessionId);
    return seen?.pane !== pane || !seen.settled || activityAt > seen.activityAt;
  }

  /** The record as this view shows it, where that is news. */
  #judge(record: Session, tmux: Tmux, view: KnownView): Session[] {
    if (this.#options.isBusy(record.id)) return [];
    const pane = view.panes.find(({ session }) => session === record.tmuxSession);
    const now = new Date(this.#options.clock.now()).toISOString();
    if (!pane || !tmux.isOurs(pane) || pane.sessionId !== record.id) {
      this.#seen.delete(record.id);
      const lost = withStatus(record, "lost", "process", now);
      return lost === record ? [] : [lost];
    }
    const seen = this.#remember(record.id, pane, view);
    const detection = detect(record.tool, {
      screen: seen.screen,
      title: pane.title,
      dead: pane.dead,
      exitStatus: pane.exitStatus,
      foreground: isForeground(pane),
      quietMs: Math.max(0, view.at - pane.activityAt),
    });
    seen.idleLooks = detection.status === "idle" ? seen.idleLooks + 1 : 0;
    if (pane.promptHeld && seen.idleLooks >= readyLooks) this.#options.onReady(record);
    if (detection.status === "exited") this.#seen.delete(record.id);
    const next = observed(record, detection, now, new Date(pane.activityAt).toISOString());
    return next === record ? [] : [next];
  }

  #remember(sessionId: string, pane: TmuxPane, view: KnownView): Seen {
    const known = this.#seen.get(sessionId);
    const screen = view.screens.get(pane.pane);
    if (known?.pane === pane.pane && screen === undefined) return known;
    const seen: Seen = {
      pane: pane.pane,
      screen: screen ?? "",
      activityAt: pane.activityAt,
      settled: screen !== undefined && view.at > pane.activityAt,
      idleLooks: known?.idleLooks ?? 0,
    };
    this.#seen.set(sessionId, seen);
    return seen;
  }

  /** In one transaction. What was changed by others while tmux was asked is left: the next tick sees the newer state. */
  #store(changed: readonly Session[]): void {
    const { repository, clock, onChange } = this.#options;
    const updatedAt = new Date(clock.now()).toISOString();
    const current = changed.filter(({ id, version }) => repository.find(id)?.version === version);
    const stored = repository.updateAll(
      current.map((record) => ({ ...record, version: record.version + 1, updatedAt })),
    );
    if (stored.length > 0) onChange(stored);
  }
}

/** True where the program we started has the terminal, as a shell has while none of its commands runs. */
function isForeground({ pid }: TmuxPane): boolean {
  const facts = processFacts(pid);
  return facts === null || facts.processGroup === facts.foregroundGroup;
}
