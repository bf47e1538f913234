import * as z from "zod";
import { base, id, timestamp } from "./common.ts";
import { provider } from "./connection.ts";

export const issueStatus = z.enum(["open", "closed"]);

/** A person at a provider. */
export const providerPerson = z.object({ id: z.string(), name: z.string() });

export const issueComment = z.object({
  id: z.string(),
  author: providerPerson,
  body: z.string(),
  createdAt: timestamp,
  updatedAt: timestamp,
  /** Whether the provider counts the author among the repository's own people (owner, member, collaborator). */
  fromCollaborator: z.boolean(),
});

export const issue = z.object({
  ...base,
  tenantId: id,
  projectId: id,
  linkId: id,
  provider,
  /** As people say it: `#12`, `PROJ-12`. */
  key: z.string(),
  externalId: z.string(),
  title: z.string(),
  /** Markdown. */
  body: z.string(),
  status: issueStatus,
  /** The provider's own word. */
  rawStatus: z.string(),
  labels: z.array(z.string()),
  assignees: z.array(providerPerson),
  author: providerPerson,
  milestone: z.string().nullable(),
  url: z.string(),
  commentCount: z.int().min(0),
  closedAt: timestamp.nullable(),
  syncedAt: timestamp,
  /** The tracker has it no more; it is kept because something here still refers to it. */
  gone: z.literal(true).optional(),
});

export const issueWithComments = issue.extend({ comments: z.array(issueComment) });

const marks = z.array(z.object({ start: z.int().min(0), end: z.int().min(0) }));

/**
 * What a search found, as offsets in UTF-16 units: in the title, and in `text`, a piece of the body or of a comment, on one
 * line; empty where neither has it.
 */
export const issueSnippet = z.object({ titleMarks: marks, text: z.string(), marks });

/** An issue of a list, with what was searched for marked where that was asked for. */
export const listedIssue = issue.extend({ snippet: issueSnippet.optional() });

/** What can be done with an issue at its tracker, with the connection's account. */
export const issueAbilities = z.object({
  create: z.boolean(),
  edit: z.boolean(),
  comment: z.boolean(),
  /** Closing and opening again. */
  changeStatus: z.boolean(),
  label: z.boolean(),
  assign: z.boolean(),
  severalAssignees: z.boolean(),
});

export type IssueSnippet = z.infer<typeof issueSnippet>;
export type IssueAbilities = z.infer<typeof issueAbilities>;
export type ListedIssue = z.infer<typeof listedIssue>;
export type Issue = z.infer<typeof issue>;
export type IssueComment = z.infer<typeof issueComment>;
export type IssueWithComments = z.infer<typeof issueWithComments>;
export type IssueStatus = z.infer<typeof issueStatus>;
export type ProviderPerson = z.infer<typeof providerPerson>;
