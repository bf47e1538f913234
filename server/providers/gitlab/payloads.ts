import * as z from "zod";
import type { IssueComment, ProviderPerson } from "../../../shared/entities/issue.ts";
import { providerCategory } from "../../../shared/rules/status.ts";
import type { ProviderIssue } from "../provider.ts";
import { absoluteUploads } from "./uploads.ts";

/** The fields we use of GitLab's answers: https://docs.gitlab.com/api/issues/ and https://docs.gitlab.com/api/notes/ */

const time = z.iso.datetime({ offset: true }).transform((value) => new Date(value).toISOString());

const account = z.object({ id: z.number(), username: z.string() });

const person = account.transform(({ id, username }): ProviderPerson => ({ id: String(id), name: username }));

const author = person.nullish().transform((found): ProviderPerson => found ?? { id: "ghost", name: "ghost" });

/** An entry of a listing of which only the lasting id counts. */
export const listedKey = z.object({ id: z.number(), project_id: z.number(), created_at: time, updated_at: time });

export const listedIssue = listedKey.extend({
  iid: z.number(),
  title: z.string(),
  description: z.string().nullish(),
  state: z.string(),
  labels: z.array(z.string()),
  assignees: z.array(person).nullish(),
  author,
  milestone: z.object({ title: z.string() }).nullish(),
  web_url: z.string(),
  /** Without the notes that GitLab itself writes. */
  user_notes_count: z.number().nullish(),
  closed_at: time.nullish(),
  /** `full` is where the issue is by now: acme/widgets#1. GitLab before 12.7 has no references. */
  references: z.object({ full: z.string() }).nullish(),
});

export type ListedIssue = z.infer<typeof listedIssue>;

export const listedNote = z.object({
  id: z.number(),
  body: z.string().nullish(),
  author,
  created_at: time,
  updated_at: time,
  /** Written by GitLab itself, as "changed the milestone". */
  system: z.boolean(),
});

export type ListedNote = z.infer<typeof listedNote>;

export const currentAccount = account;

export const namedLabel = z.object({ name: z.string() });

export const listedMember = account.extend({ state: z.string().nullish() });

const access = z.object({ access_level: z.number() }).nullish();

export const projectAnswer = z.object({
  id: z.number(),
  path_with_namespace: z.string(),
  archived: z.boolean().nullish(),
  visibility: z.string().nullish(),
  issues_enabled: z.boolean().nullish(),
  issues_access_level: z.string().nullish(),
  /** What the token's account is in the project and in its group; not through groups the project is shared with. */
  permissions: z.object({ project_access: access, group_access: access }).nullish(),
});

export type ProjectAnswer = z.infer<typeof projectAnswer>;

/** The token itself: https://docs.gitlab.com/api/personal_access_tokens/#self-inform */
export const tokenAnswer = z.object({ scopes: z.array(z.string()), expires_at: z.string().nullish() });

/** Where an issue's texts stand. */
export interface Place {
  /** The project's page, as https://host/gitlab/acme/widgets. */
  projectUrl: string;
}

/** The path of the project that an issue is in by now; null where GitLab does not tell. */
export function projectPathOf({ references, iid }: Pick<ListedIssue, "references" | "iid">): string | null {
  const suffix = `#${iid}`;
  return references?.full.endsWith(suffix) === true ? references.full.slice(0, -suffix.length) : null;
}

export function toComment(note: ListedNote, { projectUrl }: Place): IssueComment {
  return {
    id: String(note.id),
    author: note.author,
    body: absoluteUploads(note.body ?? "", projectUrl),
    createdAt: note.created_at,
    updatedAt: note.updated_at,
    fromCollaborator: false,
  };
}

/** @param notes Null where they are not shown to this token. */
export function toIssue(issue: ListedIssue, notes: ListedNote[] | null, place: Place): ProviderIssue {
  const comments = (notes ?? []).map((note) => toComment(note, place));
  return {
    key: `#${issue.iid}`,
    externalId: String(issue.id),
    title: issue.title,
    body: absoluteUploads(issue.description ?? "", place.projectUrl),
    rawStatus: issue.state,
    category: providerCategory("gitlab", issue.state),
    labels: issue.labels,
    assignees: issue.assignees ?? [],
    author: issue.author,
    milestone: issue.milestone?.title ?? null,
    url: issue.web_url,
    commentCount: notes === null ? (issue.user_notes_count ?? 0) : comments.length,
    createdAt: issue.created_at,
    updatedAt: issue.updated_at,
    closedAt: issue.closed_at ?? null,
    comments,
  };
}
