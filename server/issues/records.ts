import { hash } from "node:crypto";
import type { ProviderName } from "../../shared/entities/connection.ts";
import type { Issue, IssueComment, IssueStatus } from "../../shared/entities/issue.ts";
import type { Facet } from "./search-query.ts";

/** Where fetched issues belong. */
export interface IssueOrigin {
  tenantId: string;
  projectId: string;
  linkId: string;
  provider: ProviderName;
  /** The sync run that saw them; `unseen` tells what a run did not see. */
  syncId: string;
  /** When the run began to ask: what was stored after that, and is newer, stays. */
  startedAt?: string | undefined;
}

/** An issue as a provider gives it, its status normalised. Times are ISO 8601. */
export interface FetchedIssue extends Pick<
  Issue,
  | "key"
  | "externalId"
  | "title"
  | "body"
  | "status"
  | "rawStatus"
  | "labels"
  | "assignees"
  | "author"
  | "milestone"
  | "url"
  | "commentCount"
  | "createdAt"
  | "updatedAt"
  | "closedAt"
> {
  /** What the tracker's own category says, null where it has none. */
  category: IssueStatus | null;
  /** Oldest first. */
  comments: readonly IssueComment[];
}

/** A row of the table `issues`, without what only the index needs. */
export interface IssueRow {
  id: string;
  tenant_id: string;
  project_id: string;
  link_id: string;
  provider: ProviderName;
  key: string;
  external_id: string;
  title: string;
  body: string;
  status: IssueStatus;
  raw_status: string;
  labels: string;
  assignees: string;
  author: string;
  milestone: string | null;
  url: string;
  comment_count: number;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
  synced_at: string;
  version: number;
  gone: 0 | 1;
}

/** What a sync of the whole link did not touch was up to date then as well: an issue's time is the later of the two. */
const syncedAt = `max(synced_at,
  ifnull((SELECT s.synced_at FROM sync_state AS s WHERE s.link_id = issues.link_id), ''))`;

export const issueColumns = `id, tenant_id, project_id, link_id, provider, key, external_id, title, body, status,
  raw_status, labels, assignees, author, milestone, url, comment_count, created_at, updated_at, closed_at,
  ${syncedAt} AS synced_at, version, gone`;

/**
 * An issue as `toIssue` gives it, as JSON that SQLite writes. Quoted are texts of trackers; ids, times and words of closed
 * lists need it not, and labels and people are stored as JSON.
 */
export const issueJson = `concat(
  '{"id":"', id, '","version":', version, ',"createdAt":"', created_at, '","updatedAt":"', updated_at,
  '","tenantId":"', tenant_id, '","projectId":"', project_id, '","linkId":"', link_id, '","provider":"', provider,
  '","key":', json_quote(key), ',"externalId":', json_quote(external_id), ',"title":', json_quote(title),
  ',"body":', json_quote(body), ',"status":"', status, '","rawStatus":', json_quote(raw_status), ',"labels":', labels,
  ',"assignees":', assignees, ',"author":', author, ',"milestone":', json_quote(milestone), ',"url":', json_quote(url),
  ',"commentCount":', comment_count, ',"closedAt":', json_quote(closed_at), ',"syncedAt":"', ${syncedAt},
  iif(gone = 1, '","gone":true}', '"}'))`;

export function toIssue(row: IssueRow): Issue {
  return {
    id: row.id,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    tenantId: row.tenant_id,
    projectId: row.project_id,
    linkId: row.link_id,
    provider: row.provider,
    key: row.key,
    externalId: row.external_id,
    title: row.title,
    body: row.body,
    status: row.status,
    rawStatus: row.raw_status,
    // The three were written by `toColumns`.
    labels: JSON.parse(row.labels) as Issue["labels"],
    assignees: JSON.parse(row.assignees) as Issue["assignees"],
    author: JSON.parse(row.author) as Issue["author"],
    milestone: row.milestone,
    url: row.url,
    commentCount: row.comment_count,
    closedAt: row.closed_at,
    syncedAt: row.synced_at,
    ...(row.gone === 1 && { gone: true }),
  };
}

export interface CommentRow {
  id: string;
  author: string;
  body: string;
  created_at: string;
  updated_at: string;
  from_collaborator: number;
}

export function toComment(row: CommentRow): IssueComment {
  return {
    id: row.id,
    author: JSON.parse(row.author) as IssueComment["author"],
    body: row.body,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    fromCollaborator: row.from_collaborator === 1,
  };
}

/** With milliseconds and Z, whatever precision the provider has: text order is time order then. */
export function storedTime(time: string): string {
  // What providers send nearly always, without the way through a Date: a sync converts tens of thousands.
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time)) return `${time.slice(0, -1)}.000Z`;
  return new Date(time).toISOString();
}

export type IssueColumns = ReturnType<typeof toColumns>;

/** What a provider's issue is stored as, apart from what the store itself adds. */
export function toColumns(issue: FetchedIssue) {
  return {
    key: issue.key,
    title: issue.title,
    titleKey: titleKey(issue.title),
    body: issue.body,
    status: issue.status,
    rawStatus: issue.rawStatus,
    category: issue.category,
    labels: JSON.stringify(issue.labels),
    assignees: JSON.stringify(issue.assignees.map(({ id, name }) => ({ id, name }))),
    author: JSON.stringify({ id: issue.author.id, name: issue.author.name }),
    milestone: issue.milestone,
    url: issue.url,
    commentCount: issue.commentCount,
    createdAt: storedTime(issue.createdAt),
    updatedAt: storedTime(issue.updatedAt),
    closedAt: issue.closedAt === null ? null : storedTime(issue.closedAt),
  };
}

/**
 * Tells whether the tracker changed an issue: a hash of everything about it, its comments and its place. What we make of
 * its status is not the tracker's.
 */
export function digestOf(columns: IssueColumns, comments: readonly IssueComment[], origin: IssueOrigin): string {
  const { tenantId, projectId, provider } = origin;
  const { status: _ours, ...theirs } = columns;
  const content = JSON.stringify([tenantId, projectId, provider, theirs, comments]);
  return hash("sha256", content, "base64url");
}

/** UTF-16 units of a title that count when titles are sorted. */
export const titleKeyLength = 200;

/** What titles are sorted by: neither case nor accents count. */
function titleKey(title: string): string {
  return title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().slice(0, titleKeyLength);
}

/** What the filters find an issue by. */
export function facetsOf(
  issue: Pick<Issue, "status" | "labels" | "assignees" | "milestone">,
  { tenantId, projectId, provider }: Pick<IssueOrigin, "tenantId" | "projectId" | "provider">,
): [Facet, string][] {
  const facets: [Facet, string][] = [
    ["tenant", tenantId],
    ["project", projectId],
    ["provider", provider],
    ["status", issue.status],
  ];
  for (const label of issue.labels) facets.push(["label", label]);
  for (const { id, name } of issue.assignees) facets.push(["assignee", id], ["assignee", name]);
  if (issue.milestone !== null) facets.push(["milestone", issue.milestone]);
  if (issue.labels.length === 0) facets.push(["none", "label"]);
  if (issue.assignees.length === 0) facets.push(["none", "assignee"]);
  if (issue.milestone === null) facets.push(["none", "milestone"]);
  return facets;
}
