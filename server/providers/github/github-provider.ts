import * as z from "zod";
import type { IssueComment } from "../../../shared/entities/issue.ts";
import { AppError } from "../../../shared/errors.ts";
import { CommentSpool } from "../comment-spool.ts";
import type {
  IssueProvider,
  ListOptions,
  ProviderAbilities,
  ProviderConnection,
  ProviderIssue,
  ProviderTest,
} from "../provider.ts";
import { GitHubClient, type GitHubClientOptions } from "./client.ts";
import { listPages } from "./pages.ts";
import {
  account,
  issueNumberOf,
  listedComment,
  listedIssue,
  type ListedIssue,
  toComment,
  toIssue,
} from "./payloads.ts";

/** github.com and GitHub Enterprise Server, through octokit. */
export class GitHubProvider implements IssueProvider {
  readonly name = "github";
  readonly abilities: ProviderAbilities = { milestones: true, collaborators: true };
  readonly #client: GitHubClient;
  readonly #anonymous: boolean;

  constructor(connection: ProviderConnection, options: GitHubClientOptions = {}) {
    this.#client = new GitHubClient(connection, options);
    this.#anonymous = connection.token === "";
  }

  async test(signal: AbortSignal): Promise<ProviderTest> {
    try {
      if (this.#anonymous) {
        await this.#client.get("/rate_limit", {}, z.object({ rate: z.unknown() }), { subject: "its limits", signal });
        const message = "Reached without a token: only public repositories can be read, 60 requests an hour.";
        return { ok: true, message, scopes: [] };
      }
      const { data, headers } = await this.#client.get("/user", {}, account, {
        subject: "the token's account",
        signal,
      });
      const scopes = String(headers["x-oauth-scopes"] ?? "")
        .split(",")
        .map((scope) => scope.trim())
        .filter(Boolean);
      return { ok: true, message: `Signed in as ${data.login}.`, scopes };
    } catch (error) {
      if (!(error instanceof AppError) || error.code === "cancelled") throw error;
      return { ok: false, message: error.message, scopes: [] };
    }
  }

  async *listIssues(externalProject: string, options: ListOptions): AsyncGenerator<ProviderIssue[]> {
    const repository = parseRepository(externalProject);
    using comments = new CommentSpool();
    await this.#readComments(repository, comments, options);

    // The order of creation keeps pages stable: what is new joins at the end.
    const listing = {
      path: "/repos/{owner}/{repo}/issues",
      parameters: { ...repository, state: "all", sort: "created", direction: "asc" },
      item: z.array(listedIssue),
      subject: `the issues of ${externalProject}`,
    };
    let done = 0;
    for await (const page of this.#pages(listing, options.signal)) {
      done += page.items.length;
      options.onProgress?.({ done, total: page.total, step: "Fetching issues" });
      const issues = page.items.filter((issue) => issue.pull_request === undefined);
      yield await Promise.all(
        issues.map(async (issue) => toIssue(issue, await this.#commentsOf(repository, issue, comments, options))),
      );
    }
  }

  /** All comments of a repository, a hundred per request. */
  async #readComments(repository: Repository, spool: CommentSpool, options: ListOptions): Promise<void> {
    const listing = {
      path: "/repos/{owner}/{repo}/issues/comments",
      parameters: { ...repository, sort: "created", direction: "asc" },
      item: z.array(listedComment),
      subject: `the comments of ${repository.owner}/${repository.repo}`,
    };
    let done = 0;
    try {
      for await (const { items, total } of this.#pages(listing, options.signal)) {
        spool.add(
          items.flatMap((item) => {
            const issue = issueNumberOf(item);
            return issue === null ? [] : [{ issue, comment: toComment(item) }];
          }),
        );
        done += items.length;
        options.onProgress?.({ done, total, step: "Fetching comments" });
      }
    } catch (error) {
      // GitHub lists only so many; what is beyond is read issue by issue.
      if (!(done > 0 && error instanceof AppError && error.data["providerStatus"] === 422)) throw error;
    }
  }

  /**
   * The spooled comments of an issue, or a list of its own where the count says that some are missing: a page may have
   * shifted while it was read, or a comment may be newer than the listing.
   */
  async #commentsOf(
    repository: Repository,
    issue: ListedIssue,
    spool: CommentSpool,
    { signal }: ListOptions,
  ): Promise<IssueComment[]> {
    const spooled = spool.of(issue.number);
    if (spooled.length >= issue.comments) return spooled;
    const listing = {
      path: "/repos/{owner}/{repo}/issues/{issue_number}/comments",
      parameters: { ...repository, issue_number: issue.number },
      item: z.array(listedComment),
      subject: `the comments of ${repository.owner}/${repository.repo}#${issue.number}`,
    };
    const listed: IssueComment[] = [];
    for await (const { items } of this.#pages(listing, signal)) listed.push(...items.map(toComment));
    return listed;
  }

  #pages<T>(listing: Parameters<typeof listPages<T>>[1], signal: AbortSignal): ReturnType<typeof listPages<T>> {
    return listPages(this.#client, listing, signal);
  }
}

interface Repository {
  owner: string;
  repo: string;
  [parameter: string]: string;
}

function parseRepository(externalProject: string): Repository {
  const [, owner, repo] = /^([\w-]+)\/([\w.-]+)$/.exec(externalProject) ?? [];
  if (owner === undefined || repo === undefined || repo === "." || repo === "..") {
    throw new AppError(
      "invalid_input",
      `"${externalProject}" is no GitHub repository: write owner/repository, as octocat/hello-world.`,
    );
  }
  return { owner, repo };
}
