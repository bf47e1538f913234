import { IssueNotes, Issues, Projects } from "@gitbeaker/rest";
import * as z from "zod";
import type { IssueComment } from "../../../shared/entities/issue.ts";
import { AppError } from "../../../shared/errors.ts";
import type { ProviderIssue } from "../provider.ts";
import type { IssueChange, IssueChoices, IssueDraft, IssueRef } from "../tracker.ts";
import type { GitLabCall, GitLabClient } from "./client.ts";
import { labelsOf, membersOf, notesOf } from "./pages.ts";
import {
  listedIssue,
  type ListedIssue,
  listedNote,
  type Place,
  type ProjectAnswer,
  projectAnswer,
  projectPathOf,
  toComment,
  toIssue,
} from "./payloads.ts";
import { issueNumber } from "./project.ts";
import { choosableStates, stateChange } from "./states.ts";
import { relativeUploads } from "./uploads.ts";

/** The answer to a comment that holds nothing but commands: it becomes none. */
const commands = z.object({ commands_changes: z.unknown(), summary: z.array(z.string()).nullish() });

/**
 * What people do with single issues of a project. Changes go to the project's id: GitLab redirects questions for a
 * project that was renamed, but refuses changes (status 405).
 */
export class IssueWriter {
  readonly #client: GitLabClient;
  readonly #project: string;
  readonly #signal: AbortSignal;

  /** @param project As {@link parseProject} takes it. */
  constructor(client: GitLabClient, project: string, signal: AbortSignal) {
    this.#client = client;
    this.#project = project;
    this.#signal = signal;
  }

  /** The issue with its comments; null where the project has it no more. */
  async find(ref: IssueRef): Promise<ProviderIssue | null> {
    const issue = await this.#issue(ref);
    return issue === null ? null : this.#complete(issue);
  }

  async create({ title, body, labels, assignees }: IssueDraft): Promise<ProviderIssue> {
    const fields = {
      ...(labels.length > 0 && { labels: labelList(labels) }),
      ...(assignees.length > 0 && { assigneeIds: assignees.map(accountId) }),
    };
    const project = await this.project();
    const place = this.#placeOf(project.path_with_namespace);
    const description = relativeUploads(body, place.projectUrl);
    const { data } = await this.#client.call(
      (api) => new Issues(api).create(project.id, title, { description, ...fields }),
      listedIssue,
      { ...this.#call(`a new issue in ${this.#project}`), write: true },
    );
    return toIssue(data, [], place);
  }

  /** The comments are read first, so that nothing can fail once the change is made. */
  async update(ref: IssueRef, change: IssueChange): Promise<ProviderIssue> {
    const before = await this.#existing(ref);
    const { comments, ...issue } = await this.#complete(before);
    const { projectUrl } = this.#place(before);
    const { title, body, labels, assignees } = change;
    const wanted = {
      ...(title !== undefined && { title }),
      ...(body !== undefined && { description: relativeUploads(body, projectUrl) }),
      ...(labels && { labels: labelList(labels) }),
      // An empty list says nothing to GitLab; 0 is nobody.
      ...(assignees && { assigneeIds: assignees.length === 0 ? [0] : assignees.map(accountId) }),
      ...stateChange(change, before.state),
    };
    if (Object.keys(wanted).length === 0) return { ...issue, comments };
    const { data } = await this.#client.call(
      (api) => new Issues(api).edit(before.project_id, before.iid, wanted),
      listedIssue,
      { ...this.#call(this.#nameOf(ref)), write: true },
    );
    requireDone(this.#nameOf(ref), change, data);
    return { ...toIssue(data, [], { projectUrl }), comments, commentCount: issue.commentCount };
  }

  async comment(ref: IssueRef, body: string): Promise<IssueComment> {
    const issue = await this.#existing(ref);
    const place = this.#place(issue);
    const { data } = await this.#client.call(
      (api) => new IssueNotes(api).create(issue.project_id, issue.iid, relativeUploads(body, place.projectUrl)),
      z.union([listedNote, commands]),
      { ...this.#call(`the comments of ${this.#nameOf(ref)}`), write: true },
    );
    if ("id" in data) return toComment(data, place);
    throw new AppError(
      "invalid_input",
      `GitLab took the text as commands (${data.summary?.join(" ") ?? body}) and made no comment of it; the next sync ` +
        "shows what they did. Write a word before a line that begins with a slash to make it a comment.",
    );
  }

  async choices(ref: IssueRef | null): Promise<IssueChoices> {
    const [labels, assignees, issue] = await Promise.all([
      labelsOf(this.#client, this.#project, this.#call(`the labels of ${this.#project}`)),
      membersOf(this.#client, this.#project, this.#call(`the members of ${this.#project}`)),
      ref === null ? null : this.#existing(ref),
    ]);
    return { labels, assignees, statuses: choosableStates(issue?.state ?? null) };
  }

  async project(): Promise<ProjectAnswer> {
    const call = this.#call(`the project ${this.#project}`);
    return (await this.#client.call((api) => new Projects(api).show(this.#project), projectAnswer, call)).data;
  }

  async #existing(ref: IssueRef): Promise<ListedIssue> {
    const issue = await this.#issue(ref);
    if (issue !== null) return issue;
    throw new AppError(
      "provider_not_found",
      `${this.#project} at GitLab has no issue ${ref.key} any more: it was deleted. The next sync removes it here.`,
    );
  }

  async #issue(ref: IssueRef): Promise<ListedIssue | null> {
    const number = issueNumber(ref);
    try {
      const { data } = await this.#client.call(
        (api) => new Issues(api).show(number, { projectId: this.#project }),
        listedIssue,
        this.#call(this.#nameOf(ref)),
      );
      return String(data.id) === ref.externalId ? data : null;
    } catch (error) {
      if (!(error instanceof AppError && error.code === "provider_not_found")) throw error;
    }
    // Either the issue is gone or all of the project: only then it is no answer.
    await this.project();
    return null;
  }

  async #complete(issue: ListedIssue): Promise<ProviderIssue> {
    const call = this.#call(`the comments of ${this.#project}#${issue.iid}`);
    const notes = issue.user_notes_count === 0 ? [] : await notesOf(this.#client, issue.project_id, issue.iid, call);
    return toIssue(issue, notes, this.#place(issue));
  }

  #place(issue: ListedIssue): Place {
    return this.#placeOf(projectPathOf(issue) ?? this.#project);
  }

  #placeOf(project: string): Place {
    return { projectUrl: `${this.#client.base}/${project}` };
  }

  #nameOf({ key }: IssueRef): string {
    return this.#project + key;
  }

  #call(subject: string): GitLabCall {
    return { subject, signal: this.#signal };
  }
}

/** GitLab takes labels with commas between them. @throws AppError invalid_input where one has a comma of its own */
function labelList(labels: readonly string[]): string {
  const wrong = labels.find((label) => label.includes(",") || label.trim() === "");
  if (wrong === undefined) return labels.join(",");
  throw new AppError("invalid_input", `GitLab's labels have no commas and are not empty: "${wrong}" cannot be one.`, {
    errors: [{ path: "labels", message: "a label has a comma or is empty" }],
  });
}

/** @throws AppError invalid_input for what is no account's id */
function accountId(id: string): number {
  if (/^[1-9]\d{0,14}$/.test(id)) return Number(id);
  throw new AppError("invalid_input", `"${id}" is nobody at GitLab: choose people of the project.`, {
    errors: [{ path: "assignees", message: "not an account's id" }],
  });
}

/** GitLab leaves out, without a word, what the account may not change, and all but one assignee without Premium. */
function requireDone(name: string, wanted: IssueChange, { labels, assignees }: ListedIssue): void {
  const has = new Set(labels.map(folded));
  // Of labels of one scope, priority::high and priority::low, an issue has one: the last wins.
  const scopes = new Set(labels.flatMap(scopeOf));
  const isReplaced = (label: string): boolean => scopeOf(label).some((scope) => scopes.has(scope));
  const lost = wanted.labels?.filter((label) => !has.has(folded(label)) && !isReplaced(label)) ?? [];
  const kept = wanted.labels === undefined ? 0 : new Set(wanted.labels.map(folded)).size;
  const dropped = [
    ...(wanted.labels !== undefined && (lost.length > 0 || has.size > kept) ? ["labels"] : []),
    ...(isSameSet(wanted.assignees, assignees?.map(({ id }) => id) ?? []) ? [] : ["assignees"]),
  ];
  if (dropped.length === 0) return;
  throw new AppError(
    "provider_forbidden",
    `GitLab took the change of ${name} but not its ${dropped.join(" and ")}: the token's account needs the role Planner ` +
      "or Reporter in the project, an assignee must be able to read it, and several assignees need GitLab Premium.",
  );
}

function folded(label: string): string {
  return label.trim().toLowerCase();
}

/** What stands before a label's last `::`; empty where it has no scope. */
function scopeOf(label: string): string[] {
  const at = label.lastIndexOf("::");
  return at > 0 ? [folded(label.slice(0, at))] : [];
}

/** What was not wanted fits anything. */
function isSameSet(wanted: readonly string[] | undefined, has: readonly string[]): boolean {
  if (wanted === undefined) return true;
  return new Set(wanted).size === has.length && wanted.every((id) => has.includes(id));
}
