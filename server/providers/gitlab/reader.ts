import { AppError } from "../../../shared/errors.ts";
import { ahead } from "../ahead.ts";
import type { ListOptions, ProviderIssue } from "../provider.ts";
import type { ChangeListOptions } from "../tracker.ts";
import type { GitLabClient } from "./client.ts";
import { issuePages, notesOf } from "./pages.ts";
import { allIssuePages } from "./slices.ts";
import { listedIssue, type ListedIssue, listedKey, type ListedNote, projectPathOf, toIssue } from "./payloads.ts";
import { type Checkpoint, ListingTracker, readCheckpoint, readPosition } from "./position.ts";
import { isSameProject } from "./project.ts";

/** A project's issues, listed from end to end or from where an earlier listing ended. */
export class IssueReader {
  readonly #client: GitLabClient;
  readonly #project: string;
  readonly #options: ChangeListOptions;
  readonly #readsNotes: boolean;

  /**
   * @param project As {@link parseProject} takes it.
   * @param readsNotes Whether comments are asked for: GitLab gives them to known people only.
   */
  constructor(client: GitLabClient, project: string, options: ChangeListOptions, readsNotes: boolean) {
    this.#client = client;
    this.#project = project;
    this.#options = options;
    this.#readsNotes = readsNotes;
  }

  /** One request where nothing changed. Comments take one more for each issue that has some and changed. */
  async *issues(): AsyncGenerator<ProviderIssue[]> {
    const { since, resume, onPosition, onCheckpoint, signal } = this.#options;
    const { base } = this.#client;
    const begun = resume === undefined ? null : readCheckpoint(resume, base, this.#project);
    const found = begun === null ? readPosition(since, base, this.#project) : null;
    const tracker = new ListingTracker(found, begun?.startedAt ?? null);
    const listing = { tracker, name: this.#project, begin: begun?.reached ?? null };
    for await (const { issues, reached } of ahead((ends) => this.#pages(listing, ends), signal)) {
      if (issues.length > 0) yield issues;
      if (reached === null) continue;
      const { startedAt } = listing.tracker;
      onCheckpoint?.(JSON.stringify({ base, project: this.#project, reached, startedAt } satisfies Checkpoint));
    }
    const names = [...new Set([this.#project, listing.name])];
    onPosition?.(JSON.stringify(listing.tracker.next(base, names)));
  }

  /** The lasting ids of all issues. */
  async *keys(): AsyncGenerator<string[]> {
    let done = 0;
    const pages = (ends: AbortSignal) =>
      allIssuePages(this.#client, { project: this.#project, item: listedKey, call: this.#call(ends) });
    for await (const { items, total } of ahead(pages, this.#options.signal)) {
      done += items.length;
      this.#options.onProgress?.({ done, total: totalOf(done, total), step: "Looking for deleted issues" });
      if (items.length > 0) yield items.map(({ id }) => String(id));
    }
  }

  async *#pages(listing: Listing, signal: AbortSignal): AsyncGenerator<CompletePage, void> {
    let done = 0;
    let isFirst = true;
    for await (const { items, total, date, reached } of ahead((ends) => this.#listed(listing, ends), signal)) {
      if (isFirst && !listing.tracker.started(date)) {
        listing.tracker = new ListingTracker(null);
        yield* this.#pages(listing, signal);
        return;
      }
      isFirst = false;
      this.#noteName(listing, items[0]);
      done += items.length;
      const changed = items.filter((issue) => !listing.tracker.isKnown(issue));
      for (const issue of items) listing.tracker.listed(issue);
      const step = listing.tracker.since === null ? "Fetching issues" : "Fetching changed issues";
      this.#options.onProgress?.({ done, total: totalOf(done, total), step });
      const issues = await Promise.all(changed.map((issue) => this.#complete(issue, listing.name, signal)));
      yield { issues, reached: listing.tracker.since === null ? reached : null };
    }
  }

  /** Everything in the order of creation, which stays; changes in the order of changing, which each goes to the end of. */
  #listed({ tracker: { from }, begin }: Listing, signal: AbortSignal) {
    const listing = { project: this.#project, item: listedIssue, call: this.#call(signal) };
    if (from === null) return allIssuePages(this.#client, { ...listing, from: begin });
    return issuePages(this.#client, { ...listing, orderBy: "updated_at", from });
  }

  async #complete(issue: ListedIssue, project: string, signal: AbortSignal): Promise<ProviderIssue> {
    const place = { projectUrl: `${this.#client.base}/${projectPathOf(issue) ?? project}` };
    return toIssue(issue, await this.#notes(issue, signal), place);
  }

  async #notes(issue: ListedIssue, signal: AbortSignal): Promise<ListedNote[] | null> {
    if (issue.user_notes_count === 0) return [];
    if (!this.#readsNotes) return null;
    const call = { ...this.#call(signal), subject: `the comments of ${this.#project}#${issue.iid}` };
    try {
      return await notesOf(this.#client, issue.project_id, issue.iid, call);
    } catch (error) {
      // The issue was deleted since it was listed, or its comments are not shown: an issue without them is better than
      // a sync that fails.
      if (error instanceof AppError && error.code === "provider_not_found") return null;
      throw error;
    }
  }

  #noteName(listing: Listing, issue: ListedIssue | undefined): void {
    const name = issue && projectPathOf(issue);
    if (name === null || name === undefined || isSameProject(name, listing.name)) return;
    listing.name = name;
    this.#options.onRenamed?.(name);
  }

  #call(signal: ListOptions["signal"]) {
    return { subject: `the issues of ${this.#project}`, signal, background: true };
  }
}

interface Listing {
  tracker: ListingTracker;
  /** The project's path as far as is known by now. */
  name: string;
  /** Where a listing of everything begins, in milliseconds since 1970; null for the first issue. */
  begin: number | null;
}

interface CompletePage {
  issues: ProviderIssue[];
  /** All that was made before this time was given with the pages so far; null where a listing can't go on from here. */
  reached: number | null;
}

function totalOf(done: number, total: number): number {
  return total === 0 ? 0 : Math.max(total, done);
}
