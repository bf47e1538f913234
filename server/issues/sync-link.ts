import { setImmediate as nextTurn } from "node:timers/promises";
import { isoTime } from "../../shared/clock.ts";
import type { Project, ProjectLink } from "../../shared/entities/project.ts";
import { AppError } from "../../shared/errors.ts";
import { normaliseStatus } from "../../shared/rules/status.ts";
import { newId } from "../ids.ts";
import type { IssueProvider, ProviderIssue } from "../providers/provider.ts";
import type { ChangeListOptions, IssueRef, IssueTracker } from "../providers/tracker.ts";
import type { FetchedIssue, IssueOrigin } from "./records.ts";
import type { BrokenListing } from "./sync-state.ts";
import type { SyncEngineOptions, SyncOptions, SyncTotals } from "./sync.ts";
import { askedSingly, confirmUnseen, isTracker } from "./unseen.ts";

/** The most issues, and about the most characters, that are stored in one go: the event loop waits meanwhile. */
const batchIssues = 100;
const batchCharacters = 512 * 1024;
/** Milliseconds between two notes of how far a listing came: each is a write to the disk. */
const checkpointMs = 1_000;
/** Stored issues that are compared with the tracker's in one go. */
const comparedIssues = 1_000;

export interface LinkSyncOptions extends SyncOptions {
  /** What the whole sync did so far, which this adds to. */
  totals: SyncTotals;
  /** Whether the project has further links, which progress then names. */
  isOneOfSeveral: boolean;
  /** Told where the tracker knows the project by another name. */
  onListedName?: (externalProject: string) => void;
}

/** One reading of one link: of everything, of what changed, or of single issues. */
export class LinkSync {
  readonly #engine: SyncEngineOptions;
  readonly #options: LinkSyncOptions;
  readonly #link: ProjectLink;
  readonly #provider: IssueProvider;
  #origin: IssueOrigin;
  /** When this reading began, by this server's clock. */
  readonly startedAt: string;
  #announced = false;

  constructor(
    engine: SyncEngineOptions,
    project: Pick<Project, "id" | "tenantId">,
    link: ProjectLink,
    provider: IssueProvider,
    options: LinkSyncOptions,
  ) {
    this.#engine = engine;
    this.#options = options;
    this.#link = link;
    this.#provider = provider;
    this.startedAt = isoTime(engine.clock);
    this.#origin = {
      tenantId: project.tenantId,
      projectId: project.id,
      linkId: link.id,
      provider: provider.name,
      syncId: newId(),
      startedAt: this.startedAt,
    };
  }

  /**
   * Reads every issue, then takes away what the tracker no longer has, once it confirmed that. Until then all that was
   * stored stays.
   *
   * @param broken goes on with an earlier listing, where the tracker can
   * @param keep is told how far the listing came, each time that this is stored
   * @returns where the next listing begins, null where the provider can't say; and when this listing began
   */
  async everything({
    broken = null,
    keep,
  }: { broken?: BrokenListing | null; keep?: (listing: BrokenListing) => void } = {}): Promise<{
    position: string | null;
    startedAt: string;
  }> {
    if (broken === null) return { position: await this.#wholeListing(keep), startedAt: this.startedAt };
    const { syncId } = this.#origin;
    try {
      this.#origin = { ...this.#origin, syncId: broken.syncId };
      return { position: await this.#wholeListing(keep, broken), startedAt: broken.startedAt };
    } catch (error) {
      if (!(error instanceof AppError && error.code === "invalid_input")) throw error;
      // What it listed is not where it was: only a listing of its own tells what is there.
      this.#origin = { ...this.#origin, syncId };
      return { position: await this.#wholeListing(keep), startedAt: this.startedAt };
    }
  }

  async #wholeListing(keep?: (listing: BrokenListing) => void, broken?: BrokenListing): Promise<string | null> {
    let position: string | null = null;
    let listed = 0;
    let keptAt = Number.NEGATIVE_INFINITY;
    const onCheckpoint = (checkpoint: string): void => {
      const now = performance.now();
      if (now - keptAt < (this.#engine.checkpointMs ?? checkpointMs)) return;
      keptAt = now;
      keep?.({ syncId: this.#origin.syncId, startedAt: broken?.startedAt ?? this.startedAt, checkpoint });
    };
    const options = {
      ...this.#listing(),
      resume: broken?.checkpoint,
      onCheckpoint,
      onPosition: (reached: string) => (position = reached),
    };
    for await (const page of this.#provider.listIssues(this.#link.externalProject, options)) {
      listed += page.length;
      await this.#store(page);
    }
    const unseen = this.#engine.repository.unseen(this.#link.id, this.#origin.syncId);
    if (listed === 0) this.#doubtEmptiness(unseen.length);
    await this.#removeWhatIsGone(unseen);
    return position;
  }

  /**
   * Reads what changed since a position.
   * @returns where the next listing begins; null where the tracker does not take the position
   */
  async changes(since: string): Promise<string | null> {
    let position = since;
    const options = { ...this.#listing(), since, onPosition: (reached: string) => (position = reached) };
    try {
      for await (const page of this.#provider.listIssues(this.#link.externalProject, options)) await this.#store(page);
      return position;
    } catch (error) {
      if (error instanceof AppError && error.code === "invalid_input") return null;
      throw error;
    }
  }

  /** The ids of all issues that the tracker has. */
  async keys(tracker: IssueTracker): Promise<Set<string>> {
    const { signal } = this.#options;
    const keys = new Set<string>();
    for await (const page of tracker.listKeys(this.#link.externalProject, { signal })) {
      for (const key of page) keys.add(key);
    }
    return keys;
  }

  /**
   * Compares the store with the ids the tracker had a moment ago, and takes away what it no longer has.
   * @param keys is used up
   * @returns whether the tracker has issues that the store has not
   */
  async compare(keys: Set<string>): Promise<boolean> {
    const { repository } = this.#engine;
    const isEmpty = keys.size === 0;
    const missing: IssueRef[] = [];
    let after = "";
    for (;;) {
      const refs = repository.refs(this.#link.id, after, comparedIssues);
      // Taken out of the set, so that what is left at the end is unknown to the store.
      for (const ref of refs) if (!keys.delete(ref.externalId)) missing.push(ref);
      const last = refs.at(-1);
      if (last === undefined) break;
      after = last.externalId;
      await nextTurn();
    }
    if (isEmpty) this.#doubtEmptiness(missing.length);
    await this.#removeWhatIsGone(missing);
    return keys.size > 0;
  }

  /** Fetches one issue: stores it as it is, or takes it away where it is gone. */
  async issue(tracker: IssueTracker, ref: IssueRef): Promise<void> {
    const found = await tracker.getIssue(this.#link.externalProject, ref, this.#options.signal);
    if (found !== null) await this.#store([found]);
    if (found?.externalId === ref.externalId) return;
    // The number may belong to another issue by now.
    if (this.#engine.repository.findByExternalId(this.#link.id, ref.externalId)) await this.#remove([ref.externalId]);
  }

  #listing(): ChangeListOptions {
    const { signal, onProgress, onListedName, isOneOfSeveral } = this.#options;
    const { externalProject } = this.#link;
    return {
      signal,
      onProgress: ({ step, ...counts }) =>
        onProgress({ ...counts, step: isOneOfSeveral ? `${step} of ${externalProject}` : step }),
      onRenamed: (name) => onListedName?.(name),
    };
  }

  async #store(issues: readonly ProviderIssue[]): Promise<void> {
    const { repository } = this.#engine;
    const { signal, totals, onStored } = this.#options;
    for (const batch of inBatches(issues)) {
      signal.throwIfAborted();
      const fetched = batch.map((issue) => this.#normalised(issue));
      await this.#announce(() => repository.hasNews(this.#origin, fetched));
      const { created, changed, unchanged } = repository.upsertBatch(this.#origin, fetched);
      totals.created += created.length;
      totals.changed += changed.length;
      totals.unchanged += unchanged;
      if (created.length + changed.length > 0) onStored?.();
      await nextTurn();
    }
  }

  /** By the overrides as they are at this moment: they may change while a listing goes on. */
  #normalised(issue: ProviderIssue): FetchedIssue {
    const overrides = this.#engine.connection(this.#link.connectionId)?.statusOverrides;
    return { ...issue, status: normaliseStatus({ raw: issue.rawStatus, category: issue.category, overrides }) };
  }

  async #removeWhatIsGone(missing: readonly IssueRef[]): Promise<void> {
    const { signal } = this.#options;
    const { gone, present } = await confirmUnseen(this.#provider, this.#link.externalProject, missing, signal);
    await this.#store(present);
    await this.#remove(gone);
  }

  /** What something here still refers to is kept, and marked. */
  async #remove(externalIds: readonly string[]): Promise<void> {
    const { repository, isHeld } = this.#engine;
    const { signal, totals, onStored } = this.#options;
    const held = externalIds.filter((externalId) => {
      const stored = repository.findByExternalId(this.#link.id, externalId);
      return stored !== undefined && isHeld?.(stored.id) === true;
    });
    const rest = externalIds.filter((externalId) => !held.includes(externalId));
    signal.throwIfAborted();
    await this.#announce(() => rest.length > 0 || repository.areGone(this.#link.id, held) < held.length);
    const changed =
      repository.markGone(this.#link.id, held).length + repository.removeIssues(this.#link.id, rest).length;
    totals.removed += changed;
    if (changed > 0) onStored?.();
  }

  /** Says before the first change that there will be one. */
  async #announce(isChange: () => boolean): Promise<void> {
    if (this.#announced || this.#options.changing === undefined || !isChange()) return;
    this.#announced = true;
    await this.#options.changing();
  }

  /**
   * A tracker that suddenly shows nothing of much has most likely taken away the account's rights.
   * @throws AppError provider_forbidden
   */
  #doubtEmptiness(stored: number): void {
    if (stored <= askedSingly) return;
    throw new AppError(
      "provider_forbidden",
      `${this.#link.externalProject} shows none of its ${stored} issues any more: the connection's account has probably ` +
        "lost the right to read them. They are kept. Restore the right, or remove the link if the project is empty.",
    );
  }
}

/** @throws AppError unavailable for a provider that can only be read from end to end */
export function requireTracker(provider: IssueProvider): IssueTracker {
  if (isTracker(provider)) return provider;
  throw new AppError("unavailable", `Single issues of ${provider.name} can't be read: sync the project instead.`);
}

function* inBatches(issues: readonly ProviderIssue[]): Generator<ProviderIssue[]> {
  let batch: ProviderIssue[] = [];
  let characters = 0;
  for (const issue of issues) {
    batch.push(issue);
    characters += issue.comments.reduce((sum, comment) => sum + comment.body.length, issue.body.length);
    if (batch.length < batchIssues && characters < batchCharacters) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}
