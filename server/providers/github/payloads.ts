import * as z from "zod";
import type { IssueComment, ProviderPerson } from "../../../shared/entities/issue.ts";
import { providerCategory } from "../../../shared/rules/status.ts";
import type { ProviderIssue } from "../provider.ts";

/** The fields we use of GitHub's answers, as github.com's own description (`@octokit/openapi`) has them. */

/** GitHub's own form of a time, in whole seconds. */
export function issueTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

const time = z.iso.datetime({ offset: true }).transform((value) => new Date(value).toISOString());

/** GitHub answers null for an account that is gone, and shows it as "ghost". */
const person = z
  .object({ id: z.number(), login: z.string() })
  .nullable()
  .transform((user): ProviderPerson => (user ? { id: String(user.id), name: user.login } : ghost));

const ghost: ProviderPerson = { id: "ghost", name: "ghost" };

const label = z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]);

export const listedIssue = z.object({
  id: z.number(),
  number: z.number(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  labels: z.array(label),
  assignees: z.array(person).nullish(),
  user: person,
  milestone: z.object({ title: z.string() }).nullish(),
  html_url: z.string(),
  /** Where the issue is by now: another name than was asked for where the repository was renamed. */
  repository_url: z.string(),
  comments: z.number(),
  created_at: time,
  updated_at: time,
  closed_at: time.nullish(),
  /** Only whether it is there matters: GitHub lists pull requests among the issues. */
  pull_request: z.unknown().optional(),
});

export type ListedIssue = z.infer<typeof listedIssue>;

export const listedComment = z.object({
  id: z.number(),
  body: z.string().nullish(),
  user: person,
  html_url: z.string(),
  issue_url: z.string(),
  author_association: z.string().nullish(),
  created_at: time,
  updated_at: time,
});

export type ListedComment = z.infer<typeof listedComment>;

/** An entry of a listing of which only the lasting id counts. */
export const listedKey = z.object({ id: z.number(), pull_request: z.unknown().optional() });

export const account = z.object({ id: z.number(), login: z.string() });

export const namedLabel = z.object({ name: z.string() });

export const repositoryAnswer = z.object({
  full_name: z.string(),
  has_issues: z.boolean().default(true),
  archived: z.boolean().default(false),
  /** What the token's account may; GitHub leaves it out for strangers. */
  permissions: z.object({ push: z.boolean(), triage: z.boolean().default(false), pull: z.boolean() }).optional(),
});

/** GitHub's associations that mean "one of the repository's own people". */
const collaborators = new Set(["OWNER", "MEMBER", "COLLABORATOR"]);

export function toComment(comment: ListedComment): IssueComment {
  return {
    id: String(comment.id),
    author: comment.user,
    body: comment.body ?? "",
    createdAt: comment.created_at,
    updatedAt: comment.updated_at,
    fromCollaborator: collaborators.has(comment.author_association ?? ""),
  };
}

export function toIssue(issue: ListedIssue, comments: IssueComment[]): ProviderIssue {
  return {
    key: `#${issue.number}`,
    externalId: String(issue.id),
    title: issue.title,
    body: issue.body ?? "",
    rawStatus: issue.state,
    category: providerCategory("github", issue.state),
    labels: issue.labels,
    assignees: issue.assignees ?? [],
    author: issue.user,
    milestone: issue.milestone?.title ?? null,
    url: issue.html_url,
    commentCount: issue.comments,
    createdAt: issue.created_at,
    updatedAt: issue.updated_at,
    closedAt: issue.closed_at ?? null,
    comments,
  };
}

/** The number of the issue a comment belongs to; null for a comment on a pull request. */
export function issueNumberOf(comment: ListedComment): number | null {
  if (/\/pull\/\d+#/.test(comment.html_url)) return null;
  const number = /\/issues\/(\d+)$/.exec(comment.issue_url)?.[1];
  return number === undefined ? null : Number(number);
}
