import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../shared/clock.ts";
import type { JobProgress } from "../../shared/entities/job.ts";
import type { Project, ProjectLink } from "../../shared/entities/project.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { normaliseStatus } from "../../shared/rules/status.ts";
import { newId } from "../ids.ts";
import type { IssueProvider, ProviderIssue } from "../providers/provider.ts";
import type { FetchedIssue } from "./records.ts";
import type { IssueRepository } from "./repository.ts";
import { confirmUnseen } from "./unseen.ts";

export interface SyncEngineOptions {
  repository: Pick<IssueRepository, "upsertBatch" | "unseen" | "removeIssues">;
  /** The provider behind a connection. */
  provider: (connectionId: string) => Promise<IssueProvider>;
  clock: Clock;
}

export interface SyncOptions {
  signal: AbortSignal;
  onProgress: (progress: JobProgress) => void;
  /** Called whenever stored issues changed, at most once per batch. */
  onStored?: () => void;
}

/** What a sync did, in issues. */
export interface SyncResult {
  created: number;
  changed: number;
  unchanged: number;
  removed: number;
  durationMs: number;
}

/** The most issues, and about the most characters, that are stored in one go: the event loop waits meanwhile. */
const batchIssues = 100;
const batchCharacters = 512 * 1024;

/** Brings the store to what the trackers hold. */
export class SyncEngine {
  readonly #options: SyncEngineOptions;
  readonly #syncing = new Set<string>();

  constructor(options: SyncEngineOptions) {
    this.#options = options;
  }

  /**
   * Reads every issue of a project's links and stores them as they come. Each batch is durable when the next one is
   * stored; what a tracker no longer has is removed after its last page, once the tracker confirmed it, so a sync that fails or is cancelled takes
   * nothing away and can simply be repeated. Where one link fails the others are still read.
   *
   * @throws {AppError} `conflict` while the project is being synced already; `cancelled`; what the provider threw.
   */
  async syncProject(project: Pick<Project, "id" | "tenantId" | "links">, options: SyncOptions): Promise<SyncResult> {
    if (this.#syncing.has(project.id)) {
      throw new AppError("conflict", "The project is being synced already: wait for that sync, or cancel it.");
    }
    this.#syncing.add(project.id);
    const startedAt = this.#options.clock.now();
    const result = { created: 0, changed: 0, unchanged: 0, removed: 0 };
    const failures: Array<{ link: ProjectLink; error: unknown }> = [];
    try {
      for (const link of project.links) {
        try {
          await this.#syncLink(project, link, options, result);
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
    return { ...result, durationMs: this.#options.clock.now() - startedAt };
  }

  async #syncLink(
    project: Pick<Project, "id" | "tenantId" | "links">,
    link: ProjectLink,
    { signal, onProgress, onStored }: SyncOptions,
    result: Omit<SyncResult, "durationMs">,
  ): Promise<void> {
    const { repository } = this.#options;
    const provider = await this.#options.provider(link.connectionId);
    const origin = {
      tenantId: project.tenantId,
      projectId: project.id,
      linkId: link.id,
      provider: provider.name,
      syncId: newId(),
    };
    const pages = provider.listIssues(link.externalProject, {
      signal,
      onProgress: ({ step, ...counts }) =>
        onProgress({ ...counts, step: project.links.length > 1 ? `${step} of ${link.externalProject}` : step }),
    });
    const store = async (issues: readonly ProviderIssue[]): Promise<void> => {
      for (const batch of inBatches(issues)) {
        signal.throwIfAborted();
        const { created, changed, unchanged } = repository.upsertBatch(origin, batch.map(normalised));
        result.created += created.length;
        result.changed += changed.length;
        result.unchanged += unchanged;
        if (created.length + changed.length > 0) onStored?.();
        await nextTurn();
      }
    };
    for await (const page of pages) await store(page);
    const unseen = repository.unseen(link.id, origin.syncId);
    const { gone, present } = await confirmUnseen(provider, link.externalProject, unseen, signal);
    await store(present);
    signal.throwIfAborted();
    const removed = repository.removeIssues(link.id, gone);
    result.removed += removed.length;
    if (removed.length > 0) onStored?.();
  }
}

function normalised(issue: ProviderIssue): FetchedIssue {
  return { ...issue, status: normaliseStatus({ raw: issue.rawStatus, category: issue.category }) };
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

function severalFailed(failures: Array<{ link: ProjectLink; error: unknown }>): AppError {
  const [first] = failures;
  const code = first?.error instanceof AppError ? first.error.code : "provider_failed";
  const parts = failures.map(({ link, error }) => `${link.externalProject}: ${errorMessage(error)}`);
  return new AppError(code, parts.join(" "), { cause: new AggregateError(failures.map(({ error }) => error)) });
}
