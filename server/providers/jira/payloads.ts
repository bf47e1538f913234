import * as z from "zod";
import type { IssueComment, ProviderPerson } from "../../../shared/entities/issue.ts";
import { providerCategory } from "../../../shared/rules/status.ts";
import type { DocumentPlace } from "./adf/nodes.ts";
import type { ProviderIssue } from "../provider.ts";
import type { JiraSite } from "./site.ts";
import type { TextFormat } from "./text-format.ts";

/** The fields we use of Jira's answers: Cloud as its description (REST v3) has them, Data Center as its REST v2. */

/** Jira writes "2024-01-31T09:30:00.000+0100": no colon in the offset. */
export const time = z.string().transform((value, context) => {
  const date = new Date(value.replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  context.addIssue({ code: "custom", message: "is no time" });
  return z.NEVER;
});

/** Cloud names people by `accountId`, Data Center by `name`. */
const account = z.object({
  accountId: z.string().nullish(),
  name: z.string().nullish(),
  displayName: z.string().nullish(),
});

export const person = account.transform(({ accountId, name, displayName }): ProviderPerson => {
  const id = accountId ?? name ?? "unknown";
  return { id, name: displayName ?? name ?? id };
});

const nobody: ProviderPerson = { id: "unknown", name: "Unknown" };

export const status = z.object({
  id: z.string().optional(),
  name: z.string(),
  statusCategory: z.object({ key: z.string() }).nullish(),
});

export type Status = z.infer<typeof status>;

export const comment = z.object({
  id: z.string(),
  author: person.nullish(),
  body: z.unknown(),
  created: time,
  updated: time.nullish(),
});

export type Comment = z.infer<typeof comment>;

const commentList = z.object({ comments: z.array(comment), total: z.number().nullish() });

export const commentPage = z.object({ comments: z.array(comment), total: z.number(), startAt: z.number() });

const attachment = z.object({
  filename: z.string(),
  content: z.string(),
  mimeType: z.string().nullish(),
});

export const issue = z.object({
  id: z.string(),
  key: z.string(),
  fields: z.looseObject({
    summary: z.string(),
    description: z.unknown(),
    status,
    labels: z.array(z.string()).nullish(),
    assignee: person.nullish(),
    reporter: person.nullish(),
    creator: person.nullish(),
    fixVersions: z.array(z.object({ name: z.string() })).nullish(),
    created: time,
    updated: time,
    resolutiondate: time.nullish(),
    statuscategorychangedate: time.nullish(),
    comment: commentList.nullish(),
    attachment: z.array(attachment).nullish(),
    project: z.object({ id: z.string(), key: z.string() }),
  }),
});

export type Issue = z.infer<typeof issue>;

/** The fields that {@link issue} wants; nothing else is asked for. */
export function issueFields({ sprintField }: JiraSite): string[] {
  return sprintField === null ? fixedFields : [...fixedFields, sprintField];
}

const fixedFields = Object.keys(issue.shape.fields.shape);

export function statusCategory(value: Status): ReturnType<typeof providerCategory> {
  return providerCategory("jira", value.statusCategory?.key ?? "");
}

/** Where the texts of an issue stand. */
export function placeOf(found: Issue, site: JiraSite): DocumentPlace {
  return {
    profiles: site.profiles,
    issueUrl: issueUrl(found.key, site),
    attachments: (found.fields.attachment ?? []).map(({ filename, content, mimeType }) => ({
      filename,
      url: content,
      mimeType: mimeType ?? "",
    })),
  };
}

export function toComment(found: Comment, place: DocumentPlace, format: TextFormat): IssueComment {
  return {
    id: found.id,
    author: found.author ?? nobody,
    body: format.toMarkdown(found.body, place),
    createdAt: found.created,
    updatedAt: found.updated ?? found.created,
    // Jira does not say it of a comment: see ProviderAbilities.collaborators.
    fromCollaborator: false,
  };
}

/** @param comments All of them; those that came with the issue may be its first page only. */
export function toIssue(found: Issue, comments: Comment[], site: JiraSite): ProviderIssue {
  const { fields } = found;
  const place = placeOf(found, site);
  const category = statusCategory(fields.status);
  return {
    key: found.key,
    externalId: found.id,
    title: fields.summary,
    body: site.format.toMarkdown(fields.description, place),
    rawStatus: fields.status.name,
    category,
    labels: fields.labels ?? [],
    assignees: fields.assignee ? [fields.assignee] : [],
    author: fields.reporter ?? fields.creator ?? nobody,
    milestone: milestoneOf(fields, site.sprintField),
    url: place.issueUrl,
    commentCount: comments.length,
    createdAt: fields.created,
    updatedAt: fields.updated,
    closedAt: category === "closed" ? (fields.resolutiondate ?? fields.statuscategorychangedate ?? null) : null,
    comments: comments
      .map((each) => toComment(each, place, site.format))
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || Number(a.id) - Number(b.id)),
  };
}

function issueUrl(key: string, { web }: JiraSite): string {
  return `${web}/browse/${encodeURIComponent(key)}`;
}

const sprints = z.array(z.union([z.string(), z.object({ name: z.string(), state: z.string().nullish() })]));

/** The running sprint, else the next, else the last one it was in; else the first version it is to be fixed in. */
function milestoneOf(fields: Issue["fields"], sprintField: string | null): string | null {
  const found = sprints.safeParse(sprintField === null ? [] : fields[sprintField]);
  const listed = (found.success ? found.data : []).map((sprint) =>
    typeof sprint === "string" ? writtenSprint(sprint) : { name: sprint.name, state: sprint.state?.toLowerCase() },
  );
  const inState = (state: string) => listed.find((sprint) => sprint.state === state)?.name;
  return inState("active") ?? inState("future") ?? listed.at(-1)?.name ?? fields.fixVersions?.[0]?.name ?? null;
}

/** Older Data Centers answer a sprint as "…Sprint@1f[id=1,rapidViewId=2,state=ACTIVE,name=Sprint 1,startDate=…]". */
function writtenSprint(written: string): { name: string; state: string | undefined } {
  const part = (name: string) => new RegExp(String.raw`[[,]${name}=(.*?)(?=,\w+=|\]$)`).exec(written)?.[1];
  return { name: part("name") ?? written.slice(0, 100), state: part("state")?.toLowerCase() };
}
