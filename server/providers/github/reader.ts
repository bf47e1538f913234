import * as z from "zod";
import type { ListOptions, ProviderIssue } from "../provider.ts";
import type { ChangeListOptions } from "../tracker.ts";
import { type GitHubAnswer, type GitHubClient, headerOf } from "./client.ts";
import { checkpointText, parseCheckpoint, requireSamePage, TakenPages } from "./checkpoint.ts";
import { CommentReader } from "./comments.ts";
import { listPages, pageCountOf, type PageReference, perPage } from "./pages.ts";
import { issueTime, listedIssue, type ListedIssue, listedKey, toIssue } from "./payloads.ts";
import { parsePosition, type Position, positionText, SeenIssues } from "./position.ts";
import { newName, type Repository } from "./repository.ts";

const issuesPath = "/repos/{owner}/{repo}/issues";

/** A repository's issues, listed from end to end or from where an earlier listing ended. */
export class IssueReader {
  readonly #client: GitHubClient;
  readonly #repository: Repository;
  readonly #options: ChangeListOptions;
  readonly #subject: string;

  constructor(client: GitHubClient, repository: Repository, options: ChangeListOptions) {
    this.#client = client;
    this.#repository = repository;
    this.#options = options;
    this.#subject = `the repository ${repository.owner}/${repository.repo}`;
  }

  async *issues(): AsyncGenerator<ProviderIssue[]> {
    const { since } = this.#options;
    const position = since === undefined ? null : parsePosition(since, this.#repository);
    yield* position === null ? this.#all() : this.#changes(position);
  }

  /** The lasting ids of all issues. */
  async *keys(): AsyncGenerator<string[]> {
    let done = 0;
    for await (const { items, total } of listPages(this.#client, this.#listing(listedKey), this.#options.signal)) {
      done += items.length;
      this.#options.onProgress?.({ done, total, step: "Looking for deleted issues" });
      yield items.filter((item) => item.pull_request === undefined).map(({ id }) => String(id));
    }
  }

  /** From the beginning, or from the page on that a broken listing came to; that page is read again. */
  async *#all(): AsyncGenerator<ProviderIssue[]> {
    const { resume, signal, onCheckpoint, onPosition, onProgress } = this.#options;
    const begun = resume === undefined ? null : parseCheckpoint(resume, this.#repository);
    using comments = new CommentReader(this.#client, this.#repository, this.#options);
    // A comment is no older than its issue.
    await comments.readAll(begun?.page.createdAt);
    const startedAt = begun === null ? comments.firstAnswerAt : begun.startedAt;
    const seen = new SeenIssues(startedAt, begun?.newest);
    const from = begun?.page.reference ?? 1;
    const taken = new TakenPages(from);
    let done = typeof from === "number" ? (from - 1) * perPage : 0;
    let isFirst = true;
    for await (const { items, total, reference } of listPages(this.#client, this.#listing(listedIssue, from), signal)) {
      if (isFirst) {
        this.#tellName(items);
        if (begun !== null) requireSamePage(begun.page, items);
      }
      isFirst = false;
      done += items.length;
      onProgress?.({ done, total, step: "Fetching issues" });
      if (onPosition || onCheckpoint) seen.add(items);
      yield await this.#complete(items, comments);
      const page = taken.add(reference, items);
      if (page !== null) onCheckpoint?.(checkpointText({ page, startedAt, newest: seen.newest }, this.#repository));
    }
    await this.#tellPosition(seen);
  }

  /** One request where nothing changed, and one for up to a hundred changes, with what their comments take. */
  async *#changes(position: Position): AsyncGenerator<ProviderIssue[]> {
    const newest = await this.#newest(position);
    if (newest === null) {
      this.#options.onPosition?.(positionText(position, this.#repository));
      return;
    }
    this.#tellName(newest.data);
    const seen = new SeenIssues(headerOf(newest, "date") || null);
    using comments = new CommentReader(this.#client, this.#repository, this.#options);
    if (newest.data.length === 0) {
      this.#options.onPosition?.(positionText({ ...position, etag: etagOf(newest) }, this.#repository));
      return;
    }
    if (newest.data.length < perPage) {
      await comments.prepare(newest.data, 1);
      yield await this.#complete(seen.add(newest.data), comments);
    } else {
      await comments.prepare(newest.data, pageCountOf(headerOf(newest, "link")) ?? 2);
      yield* this.#oldestFirst(position.since, seen, comments);
    }
    await this.#tellPosition(seen);
  }

  /**
   * The changes, each request asking for those at or after the last one seen: so neither a change nor a deletion
   * meanwhile lets one slip past, as it would with numbered pages. Where more than a page changed within one second,
   * its pages are numbered after all, and read until they hold nothing new.
   */
  async *#oldestFirst(begin: string, seen: SeenIssues, comments: CommentReader): AsyncGenerator<ProviderIssue[]> {
    let [since, page, done] = [begin, 1, 0];
    let newOnLaterPages = 0;
    for (;;) {
      const parameters = { state: "all", sort: "updated", direction: "asc", since, per_page: perPage, page };
      const answer = await this.#client.get(
        issuesPath,
        { ...this.#repository, ...parameters },
        z.array(listedIssue),
        this.#ask,
      );
      const fresh = seen.add(answer.data);
      done += fresh.length;
      this.#options.onProgress?.({ done, total: 0, step: "Fetching changed issues" });
      yield await this.#complete(fresh, comments);
      if (page > 1) newOnLaterPages += fresh.length;
      const last = issueTime(Date.parse(answer.data.at(-1)?.updated_at ?? since));
      const goesOn = answer.data.length === perPage;
      if (goesOn && last === since) {
        page += 1;
      } else {
        if (newOnLaterPages === 0) {
          if (!goesOn) return;
          since = last;
        }
        page = 1;
        newOnLaterPages = 0;
      }
    }
  }

  /** The last changed issues since then, newest first: whatever changes shows on this page. Null where nothing did. */
  #newest({ since, etag }: Position): Promise<GitHubAnswer<ListedIssue[]> | null> {
    const parameters = { state: "all", sort: "updated", direction: "desc", since, per_page: perPage };
    return this.#client.getIfChanged(issuesPath, { ...this.#repository, ...parameters }, z.array(listedIssue), {
      ...this.#ask,
      etag,
    });
  }

  /** Where the next listing begins, with the ETag that tells it that nothing changed since this one. */
  async #tellPosition(seen: SeenIssues): Promise<void> {
    if (!this.#options.onPosition) return;
    const since = seen.next();
    const newest = await this.#newest({ since, etag: null });
    const etag = newest !== null && seen.has(newest.data) && showsChanges(newest) ? etagOf(newest) : null;
    this.#options.onPosition(positionText({ since, etag }, this.#repository));
  }

  async #complete(items: readonly ListedIssue[], comments: CommentReader): Promise<ProviderIssue[]> {
    const issues = items.filter((issue) => issue.pull_request === undefined);
    return Promise.all(issues.map(async (issue) => toIssue(issue, await comments.of(issue))));
  }

  #tellName(items: readonly ListedIssue[]): void {
    const name = items[0] ? newName(this.#repository, items[0]) : null;
    if (name !== null) this.#options.onRenamed?.(name);
  }

  /** The order of creation keeps pages stable: what is new joins at the end. */
  #listing<T>(item: z.ZodType<T>, from: PageReference = 1) {
    const parameters = { ...this.#repository, state: "all", sort: "created", direction: "asc" };
    return { path: issuesPath, parameters, item: z.array(item), subject: this.#subject, from };
  }

  get #ask(): { subject: string; signal: ListOptions["signal"]; background: boolean } {
    return { subject: this.#subject, signal: this.#options.signal, background: true };
  }
}

/** Whether any change shows on this page: not where a full page is newer than GitHub's own clock. */
function showsChanges(answer: GitHubAnswer<ListedIssue[]>): boolean {
  const [newest] = answer.data;
  if (newest === undefined || answer.data.length < perPage) return true;
  return Date.parse(newest.updated_at) <= Date.parse(headerOf(answer, "date"));
}

function etagOf(answer: GitHubAnswer<unknown>): string | null {
  return headerOf(answer, "etag") || null;
}
