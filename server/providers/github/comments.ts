import * as z from "zod";
import type { IssueComment } from "../../../shared/entities/issue.ts";
import { AppError } from "../../../shared/errors.ts";
import { CommentSpool } from "../comment-spool.ts";
import type { ListOptions } from "../provider.ts";
import { type GitHubClient, headerOf } from "./client.ts";
import { listPages, pageCountOf, perPage } from "./pages.ts";
import { issueNumberOf, listedComment, type ListedIssue, toComment } from "./payloads.ts";
import type { Repository } from "./repository.ts";

/** With no more requests than this to make, looking for a cheaper way is not worth one. */
const fewRequests = 3;

/** The comments of a repository's issues: together, a hundred per request, where that is cheaper than issue by issue. */
export class CommentReader implements Disposable {
  /** GitHub's time of the first answer, as its header `Date` says; null before it and where it is missing. */
  firstAnswerAt: string | null = null;
  readonly #client: GitHubClient;
  readonly #repository: Repository;
  readonly #options: ListOptions;
  readonly #spool = new CommentSpool();

  constructor(client: GitHubClient, repository: Repository, options: ListOptions) {
    this.#client = client;
    this.#repository = repository;
    this.#options = options;
  }

  /** Reads the repository's comments, all of them or those changed at or after a time of GitHub's. */
  async readAll(since?: string): Promise<void> {
    const listing = {
      path: "/repos/{owner}/{repo}/issues/comments",
      parameters: {
        ...this.#repository,
        sort: "created",
        direction: "asc",
        ...(since !== undefined && { since }),
      },
      item: z.array(listedComment),
      subject: `the repository ${this.#name}`,
    };
    let done = 0;
    try {
      for await (const { items, total, answeredAt } of listPages(this.#client, listing, this.#options.signal)) {
        if (done === 0) this.firstAnswerAt ??= answeredAt;
        this.#spool.add(
          items.flatMap((item) => {
            const issue = issueNumberOf(item);
            return issue === null ? [] : [{ issue, comment: toComment(item) }];
          }),
        );
        done += items.length;
        this.#options.onProgress?.({ done, total, step: "Fetching comments" });
      }
    } catch (error) {
      // GitHub lists only so many; what is beyond is read issue by issue.
      if (!(done > 0 && error instanceof AppError && error.data["providerStatus"] === 422)) throw error;
    }
  }

  /**
   * Reads the comments of these issues together where that takes fewer requests than one by one.
   *
   * @param times How many times as many issues there are in all, all like these.
   */
  async prepare(issues: readonly ListedIssue[], times: number): Promise<void> {
    const commented = issues.filter((issue) => issue.comments > 0 && issue.pull_request === undefined);
    const singly = times * commented.reduce((sum, issue) => sum + Math.ceil(issue.comments / perPage), 0);
    if (singly <= fewRequests) return;
    // A comment is no older than its issue; nothing is known of the issues that are not shown.
    const since = times > 1 ? undefined : commented.map((issue) => issue.created_at).sort()[0];
    const total = await this.#count(since);
    if (total !== null && 1 + Math.ceil(total / perPage) < singly) await this.readAll(since);
  }

  /**
   * All comments of an issue, oldest first: those read, or a list of its own where the count says that some are
   * missing: a page may have shifted while it was read, or a comment may be newer than the listing.
   */
  async of(issue: Pick<ListedIssue, "number" | "comments">): Promise<IssueComment[]> {
    const spooled = this.#spool.of(issue.number);
    if (spooled.length >= issue.comments) return spooled;
    return commentsOfIssue(this.#client, this.#repository, issue.number, this.#options.signal, true);
  }

  /** How many comments there are, pull requests' too; null where GitHub does not number them. */
  async #count(since: string | undefined): Promise<number | null> {
    const answer = await this.#client.get(
      "/repos/{owner}/{repo}/issues/comments",
      { ...this.#repository, per_page: 1, ...(since !== undefined && { since }) },
      z.array(listedComment),
      { subject: `the repository ${this.#name}`, signal: this.#options.signal, background: true },
    );
    return headerOf(answer, "link") === "" ? answer.data.length : pageCountOf(headerOf(answer, "link"));
  }

  get #name(): string {
    return `${this.#repository.owner}/${this.#repository.repo}`;
  }

  [Symbol.dispose](): void {
    this.#spool[Symbol.dispose]();
  }
}

/** All comments of one issue, oldest first. @param background Whether nobody waits for them. */
export async function commentsOfIssue(
  client: GitHubClient,
  repository: Repository,
  number: number,
  signal: AbortSignal,
  background: boolean,
): Promise<IssueComment[]> {
  const listing = {
    path: "/repos/{owner}/{repo}/issues/{issue_number}/comments",
    parameters: { ...repository, issue_number: number },
    item: z.array(listedComment),
    subject: `the comments of ${repository.owner}/${repository.repo}#${number}`,
    background,
  };
  const comments: IssueComment[] = [];
  for await (const { items } of listPages(client, listing, signal)) comments.push(...items.map(toComment));
  return comments;
}
