import * as z from "zod";
import type { IssueComment } from "../../../shared/entities/issue.ts";
import { AppError } from "../../../shared/errors.ts";
import type { ProviderIssue } from "../provider.ts";
import type { IssueChange, IssueChoices, IssueDraft, IssueRef } from "../tracker.ts";
import type { GitHubClient } from "./client.ts";
import { commentsOfIssue } from "./comments.ts";
import { listPages } from "./pages.ts";
import { account, listedComment, listedIssue, type ListedIssue, namedLabel, toComment, toIssue } from "./payloads.ts";
import { issueNumber, type Repository } from "./repository.ts";
import { choosableStates, stateChange } from "./states.ts";

const issuePath = "/repos/{owner}/{repo}/issues/{issue_number}";

/** What people do with single issues of a repository. */
export class IssueWriter {
  readonly #client: GitHubClient;
  readonly #repository: Repository;
  readonly #name: string;
  readonly #signal: AbortSignal;

  constructor(client: GitHubClient, repository: Repository, signal: AbortSignal) {
    this.#client = client;
    this.#repository = repository;
    this.#name = `${repository.owner}/${repository.repo}`;
    this.#signal = signal;
  }

  /** The issue with its comments; null where the repository has it no more. */
  async find(ref: IssueRef): Promise<ProviderIssue | null> {
    const issue = await this.#issue(ref);
    if (issue === null) return null;
    return toIssue(issue, issue.comments === 0 ? [] : await this.#comments(issue.number));
  }

  async create(draft: IssueDraft): Promise<ProviderIssue> {
    const { title, body, labels } = draft;
    const assignees = await this.#logins(draft.assignees, []);
    const { data } = await this.#client.send(
      "POST",
      "/repos/{owner}/{repo}/issues",
      { ...this.#repository, title, body, labels, assignees },
      listedIssue,
      { subject: `a new issue in ${this.#name}`, signal: this.#signal },
    );
    return toIssue(data, []);
  }

  /** The comments are read first, so that nothing can fail once the change is made. */
  async update(ref: IssueRef, change: IssueChange): Promise<ProviderIssue> {
    const before = await this.find(ref);
    if (before === null) throw this.#missing(ref);
    const wanted = {
      ...(change.title !== undefined && { title: change.title }),
      ...(change.body !== undefined && { body: change.body }),
      ...(change.labels && { labels: change.labels }),
      ...(change.assignees && { assignees: await this.#logins(change.assignees, before.assignees) }),
      ...stateChange(change),
    };
    const { data } = await this.#client.send(
      "PATCH",
      issuePath,
      { ...this.#repository, issue_number: issueNumber(ref), ...wanted },
      listedIssue,
      { subject: `${this.#name}${ref.key}`, signal: this.#signal },
    );
    this.#requireDone(ref, wanted, data);
    return toIssue(data, before.comments);
  }

  async comment(ref: IssueRef, body: string): Promise<IssueComment> {
    // Else a comment on an issue that moved would follow it to where nobody expects it.
    if ((await this.#issue(ref)) === null) throw this.#missing(ref);
    const { data } = await this.#client.send(
      "POST",
      `${issuePath}/comments`,
      { ...this.#repository, issue_number: issueNumber(ref), body },
      listedComment,
      { subject: `the comments of ${this.#name}${ref.key}`, signal: this.#signal },
    );
    return toComment(data);
  }

  async choices(ref: IssueRef | null): Promise<IssueChoices> {
    const [labels, assignees, issue] = await Promise.all([
      this.#list("labels", namedLabel),
      this.#list("assignees", account),
      ref === null ? null : this.#issue(ref),
    ]);
    if (ref !== null && issue === null) throw this.#missing(ref);
    return {
      labels: labels.map(({ name }) => name),
      assignees: assignees.map(({ id, login }) => ({ id: String(id), name: login })),
      statuses: choosableStates(issue?.state ?? null),
    };
  }

  /** GitHub answers for an issue that was moved with what it became elsewhere: that is another issue. */
  async #issue(ref: IssueRef): Promise<ListedIssue | null> {
    const parameters = { ...this.#repository, issue_number: issueNumber(ref) };
    const ask = { subject: `${this.#name}${ref.key}`, signal: this.#signal };
    try {
      const { data } = await this.#client.get(issuePath, parameters, listedIssue, ask);
      return String(data.id) === ref.externalId ? data : null;
    } catch (error) {
      if (!(error instanceof AppError && error.code === "provider_not_found")) throw error;
    }
    // Either the issue is gone or all of the repository's: only then it is no answer.
    const listing = { ...this.#repository, state: "all", per_page: 1 };
    await this.#client.get("/repos/{owner}/{repo}/issues", listing, z.array(z.unknown()), {
      subject: `the issues of ${this.#name}`,
      signal: this.#signal,
    });
    return null;
  }

  #comments(number: number): Promise<IssueComment[]> {
    return commentsOfIssue(this.#client, this.#repository, number, this.#signal, false);
  }

  async #list<T>(what: string, item: z.ZodType<T>): Promise<T[]> {
    const listing = {
      path: `/repos/{owner}/{repo}/${what}`,
      parameters: this.#repository,
      item: z.array(item),
      subject: `the ${what} of ${this.#name}`,
      background: false,
    };
    const all: T[] = [];
    for await (const { items } of listPages(this.#client, listing, this.#signal)) all.push(...items);
    return all;
  }

  /** GitHub wants logins where we keep the lasting ids. A login is taken as it is. */
  #logins(ids: readonly string[], known: ProviderIssue["assignees"]): Promise<string[]> {
    return Promise.all(
      ids.map(async (id) => known.find((person) => person.id === id)?.name ?? (await this.#login(id))),
    );
  }

  async #login(id: string): Promise<string> {
    if (!/^\d+$/.test(id)) return id;
    const ask = { subject: `the account ${id}`, signal: this.#signal };
    const { data } = await this.#client.get("/user/{account_id}", { account_id: id }, account, ask);
    return data.login;
  }

  /** GitHub leaves out, without a word, what the account may not change. */
  #requireDone(
    { key }: IssueRef,
    wanted: { labels?: readonly string[]; assignees?: string[] },
    { labels, assignees }: ListedIssue,
  ): void {
    const dropped = [
      ...(isSameSet(wanted.labels, labels) ? [] : ["labels"]),
      ...(isSameSet(wanted.assignees, assignees?.map(({ name }) => name) ?? []) ? [] : ["assignees"]),
    ];
    if (dropped.length === 0) return;
    throw new AppError(
      "provider_forbidden",
      `GitHub took the change of ${this.#name}${key} but not its ${dropped.join(" and ")}: the token's account needs ` +
        'the role "triage" or more in the repository, and an assignee must be able to read it.',
    );
  }

  #missing({ key }: IssueRef): AppError {
    return new AppError(
      "provider_not_found",
      `${this.#name} at GitHub has no issue ${key} any more: it was deleted or moved. The next sync removes it here.`,
    );
  }
}

/** Names at GitHub ignore case. What was not wanted fits anything. */
function isSameSet(wanted: readonly string[] | undefined, has: readonly string[]): boolean {
  if (wanted === undefined) return true;
  const names = (list: readonly string[]): string[] => [...new Set(list.map((name) => name.toLowerCase()))].sort();
  return JSON.stringify(names(wanted)) === JSON.stringify(names(has));
}
