import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { isoTime, type Clock } from "../../shared/clock.ts";
import type { Connection } from "../../shared/entities/connection.ts";
import type { JobProgress } from "../../shared/entities/job.ts";
import type { Project, ProjectLink } from "../../shared/entities/project.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { normaliseStatus } from "../../shared/rules/status.ts";
import type { IssueProvider, ProviderIssue } from "../providers/provider.ts";
import type { IssueRef } from "../providers/tracker.ts";
import type { IssueRepository } from "./repository.ts";
import { LinkSync, requireTracker } from "./sync-link.ts";
import type { BrokenListing, LinkSyncState, SyncStates } from "./sync-state.ts";
import { isTracker } from "./unseen.ts";

export type SyncedProject = Pick<Project, "id" | "tenantId" | "links">;

export interface SyncEngineOptions {
  repository: IssueRepository;
  states: SyncStates;
  /** The provider behind a connection. */
  provider: (connectionId: string) => Promise<IssueProvider>;
  connection: (connectionId: string) => Pick<Connection, "provider" | "baseUrl" | "statusOverrides"> | undefined;
  /** Whether something here refers to an issue, so that it is kept where its tracker has it no more. */
  isHeld?: (issueId: string) => boolean;
  clock: Clock;
  /** Hours after which the store is compared with all that the tracker has; ±20 %, so that links take turns. */
  reconcileHours?: number;
  /** Milliseconds between two notes of how far a listing of everything came; a second unless told. */
  checkpointMs?: number;
}

export interface SyncOptions {
  signal: AbortSignal;
  onProgress: (progress: JobProgress) => void;
  /** Read everything, whatever was read before. */
  full?: boolean | undefined;
  /** Called whenever stored issues changed, at most once per batch. */
  onStored?: () => void;
  /** Awaited before the first change; not called where nothing changes. */
  changing?: () => Promise<void>;
  /** Called before a link is read; what it throws is the link's error. */
  onLinkStart?: (link: ProjectLink) => void;
  /** Told how the sync of a link ended, unless it was cancelled. */
  onLinkEnd?: (link: ProjectLink, error: unknown) => void;
  /** Told where the tracker knows the link's project by another name; answers whether the link has it from now on. */
  onRenamed?: (link: ProjectLink, externalProject: string) => Promise<boolean>;
}

/** What a sync did, in issues. */
export interface SyncTotals {
  created: number;
  changed: number;
  unchanged: number;
  removed: number;
}

export interface SyncResult extends SyncTotals {
  durationMs: number;
}

const hour = 3_600_000;

/** Milliseconds for which statuses are changed in one go: the event loop waits meanwhile. */
const restatingMs = 10;

/** After so many hours a broken listing is begun anew: what was deleted meanwhile does not show in its rest. */
const resumableHours = 24;

/** Brings the store to what the trackers hold. */
export class SyncEngine {
  readonly #options: SyncEngineOptions;
  readonly #syncing = new Set<string>();

  constructor(options: SyncEngineOptions) {
    this.#options = options;
  }

  /**
   * Reads what changed at the trackers of a project's links since the last time; everything at the first, where that is
   * asked for, or where it is not known since when. Now and then the store is also compared with all that a tracker has.
   *
   * Each batch is durable when the next one is stored, the position it leads to only after the last one: a sync that is
   * killed, fails or is cancelled takes nothing away and is simply repeated; the first one goes on from about where it
   * was. What a tracker no longer has is removed at
   * the end, once the tracker confirmed it. Where one link fails the others are still read.
   *
   * @throws {AppError} `conflict` while the project is being synced already; `cancelled`; what the provider threw.
   */
  async syncProject(project: SyncedProject, options: SyncOptions): Promise<SyncResult> {
    if (this.#syncing.has(project.id)) {
      throw new AppError("conflict", "The project is being synced already: wait for that sync, or cancel it.");
    }
    this.#syncing.add(project.id);
    const startedAt = this.#options.clock.now();
    const totals: SyncTotals = { created: 0, changed: 0, unchanged: 0, removed: 0 };
    const failures: Array<{ link: ProjectLink; error: unknown }> = [];
    try {
      for (const link of project.links) {
        try {
          await this.#watched(project, link, options, () => this.#syncLink(project, link, options, totals));
        } catch (error) {
          if (options.signal.aborted) throw new AppError("cancelled", "The sync was cancelled.", { cause: error });
          failures.push({ link, error });
        }
      }
    } finally {
      this.#syncing.delete(project.id);
    }
    const [first, ...more] = failures;
    if (first) throw more.length === 0 ? first.error : severalFailed(failures);
    return { ...totals, durationMs: this.#options.clock.now() - startedAt };
  }

  /**
   * Fetches single issues of a link, as a webhook tells of them: each is stored as it is now, or taken away where it is
   * gone. May run beside a sync of the project.
   * @throws {AppError} `unavailable` for a provider that can't do that; what the provider threw
   */
  async syncIssues(
    project: SyncedProject,
    link: ProjectLink,
    refs: readonly IssueRef[],
    options: SyncOptions,
  ): Promise<SyncTotals> {
    const totals: SyncTotals = { created: 0, changed: 0, unchanged: 0, removed: 0 };
    await this.#watched(project, link, options, async () => {
      const tracker = requireTracker(await this.#options.provider(link.connectionId));
      const reading = new LinkSync(this.#options, project, link, tracker, {
        ...options,
        totals,
        isOneOfSeveral: false,
      });
      for (const ref of refs) await reading.issue(tracker, ref);
    });
    return totals;
  }

  /**
   * Gives the stored issues of a link the status they have by the connection's overrides as they are now. Asks nobody.
   * @returns how many have another one
   */
  async restate(link: ProjectLink): Promise<number> {
    const { repository, states } = this.#options;
    const overridesNow = () => this.#options.connection(link.connectionId)?.statusOverrides;
    const applied = JSON.stringify(overridesNow() ?? null);
    if (states.get(link.id)?.overrides === applied) return 0;
    let changed = 0;
    let after: string | null = "";
    while (after !== null) {
      const overrides = overridesNow();
      const statusOf = ({ rawStatus, category }: Pick<ProviderIssue, "rawStatus" | "category">) =>
        normaliseStatus({ raw: rawStatus, category, overrides });
      const batch = repository.restate(link.id, after, statusOf, restatingMs);
      changed += batch.changed;
      after = batch.next;
      await nextTurn();
    }
    // Read anew: a sync may have come further meanwhile.
    const current = states.get(link.id);
    if (current !== undefined) states.save({ ...current, overrides: applied });
    return changed;
  }

  async #syncLink(project: SyncedProject, link: ProjectLink, options: SyncOptions, totals: SyncTotals): Promise<void> {
    const { states } = this.#options;
    if ((await this.restate(link)) > 0) options.onStored?.();
    options.onLinkStart?.(link);
    const before = this.#stateOf(project, link);
    const provider = await this.#options.provider(link.connectionId);
    let renamed: string | null = null;
    const reading = new LinkSync(this.#options, project, link, provider, {
      ...options,
      totals,
      isOneOfSeveral: project.links.length > 1,
      onListedName: (name) => (renamed = name),
    });
    const keep = (listing: BrokenListing): void => states.save({ ...this.#stateOf(project, link), listing });
    const reached = await this.#read(reading, provider, before, { full: options.full === true, keep });
    const takesName = renamed !== null && renamed !== link.externalProject;
    const named = takesName && (await options.onRenamed?.(link, renamed ?? "")) === true;
    states.save({
      ...this.#stateOf(project, named ? { ...link, externalProject: renamed ?? "" } : link),
      // Kept as it was before, where the overrides changed meanwhile: the next sync applies them.
      overrides: states.get(link.id)?.overrides ?? before.overrides,
      position: reached.position,
      fullAt: reached.fullAt ?? before.fullAt,
      reconciledAt: reached.fullAt ?? (reached.compared ? reading.startedAt : before.reconciledAt),
      syncedAt: reading.startedAt,
      error: null,
      listing: null,
    });
  }

  /**
   * Reads as much as is needed, and at least as much as is asked for. Only a link's first listing goes on where an
   * earlier one was broken off: before a later one there may be syncs that marked issues as seen by themselves.
   * @param keep is told how far a first listing came
   */
  async #read(
    reading: LinkSync,
    provider: IssueProvider,
    { position, reconciledAt, linkId, listing }: LinkSyncState,
    { full, keep }: { full: boolean; keep: (listing: BrokenListing) => void },
  ): Promise<{ position: string | null; fullAt: string | null; compared: boolean }> {
    const everything = async (options: Parameters<LinkSync["everything"]>[0] = {}) => {
      const { position: reached, startedAt } = await reading.everything(options);
      return { position: reached, fullAt: startedAt, compared: true };
    };
    if (position === null) return everything({ keep, broken: full ? null : this.#resumable(listing) });
    if (full || !isTracker(provider)) return everything();
    // Listed before the changes: what is made in between is in the store then, and not taken for missed.
    const keys = this.#isReconcileDue(linkId, reconciledAt) ? await reading.keys(provider) : null;
    const reached = await reading.changes(position);
    if (reached === null) return everything();
    if (keys !== null && (await reading.compare(keys))) return everything();
    return { position: reached, fullAt: null, compared: keys !== null };
  }

  #resumable(listing: BrokenListing | null): BrokenListing | null {
    if (listing === null) return null;
    const age = this.#options.clock.now() - Date.parse(listing.startedAt);
    return age >= 0 && age < resumableHours * hour ? listing : null;
  }

  #isReconcileDue(linkId: string, reconciledAt: string | null): boolean {
    if (reconciledAt === null) return true;
    const age = this.#options.clock.now() - Date.parse(reconciledAt);
    const fraction = createHash("sha256").update(linkId).digest().readUInt32BE() / 2 ** 32;
    const period = (this.#options.reconcileHours ?? 24) * hour * (0.8 + 0.4 * fraction);
    // A clock that was set back tells nothing.
    return age < 0 || age >= period;
  }

  /** Where the link's sync stands; at the beginning where the link leads somewhere else than it did. */
  #stateOf(project: SyncedProject, link: ProjectLink): LinkSyncState {
    const connection = this.#options.connection(link.connectionId);
    const source = JSON.stringify([connection?.provider, connection?.baseUrl, link.externalProject]);
    const known = this.#options.states.get(link.id);
    if (known?.source === source) return known;
    return {
      linkId: link.id,
      tenantId: project.tenantId,
      projectId: project.id,
      source,
      position: null,
      overrides: known?.overrides ?? JSON.stringify(connection?.statusOverrides ?? null),
      fullAt: null,
      reconciledAt: null,
      syncedAt: known?.syncedAt ?? null,
      error: known?.error ?? null,
      listing: null,
    };
  }

  /** Keeps what becomes of a link's reading; what was stored and reached before stays. */
  async #watched(
    project: SyncedProject,
    link: ProjectLink,
    { signal, onLinkEnd }: SyncOptions,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (signal.aborted) throw error;
      const state = this.#stateOf(project, link);
      this.#options.states.save({ ...state, error: { ...described(error), at: isoTime(this.#options.clock) } });
      onLinkEnd?.(link, error);
      throw error;
    }
    onLinkEnd?.(link, null);
  }
}

function described(error: unknown): { code: string; message: string } {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  return { code: "internal", message: "The sync failed inside the server, whose log has the details. Try it again." };
}

function severalFailed(failures: Array<{ link: ProjectLink; error: unknown }>): AppError {
  const [first] = failures;
  const code = first?.error instanceof AppError ? first.error.code : "provider_failed";
  const parts = failures.map(({ link, error }) => `${link.externalProject}: ${errorMessage(error)}`);
  return new AppError(code, parts.join(" "), { cause: new AggregateError(failures.map(({ error }) => error)) });
}
