import { countIssues, getComments, searchAndReconsileIssuesUsingJql } from "jira.js/cloud";
import * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import type { JiraCall, JiraClient } from "./client.ts";
import { type Comment, commentPage, type Issue } from "./payloads.ts";
import type { JiraSite } from "./site.ts";
import { ahead } from "../ahead.ts";

export interface Search<T> {
  jql: string;
  fields: readonly string[];
  item: z.ZodType<T>;
  /** The most entries of one page; Jira may give fewer. */
  pageSize: number;
  /** What is listed, for messages. */
  subject: string;
  signal: AbortSignal;
  /** Ask for an estimate of the total where the answers do not say it. */
  estimate: boolean;
}

export interface FoundPage<T> {
  items: T[];
  /** 0 where it is not known. */
  total: number;
  /** The answer's `Date` header. */
  date: string | null;
}

/**
 * A project's issues, as JQL. The order of creation keeps pages stable: what is new joins at the end.
 *
 * @param times Milliseconds since 1970: what changed, or was made, before them is left out. Written as a bare number, because Jira reads dates in quotes in the time zone
 *   of whoever asks: https://support.atlassian.com/jira-software-cloud/docs/jql-fields/#Updated
 * @throws {AppError} `invalid_input` for what is no project key, and so might be more JQL
 */
export function projectJql(
  project: string,
  { updated = null, created = null }: { updated?: number | null; created?: number | null } = {},
): string {
  checkProjectKey(project);
  const changed = updated === null ? "" : ` AND updated >= ${Math.trunc(updated)}`;
  const made = created === null ? "" : ` AND created >= ${Math.trunc(created)}`;
  return `project = "${project}"${changed}${made} ORDER BY created ASC, key ASC`;
}

/** @throws {AppError} `invalid_input` */
export function checkProjectKey(project: string): void {
  if (/^[A-Z][A-Z0-9_]{1,254}$/.test(project)) return;
  throw new AppError(
    "invalid_input",
    `"${project.slice(0, 100)}" is no key of a Jira project: write the capital letters before its issues' numbers, as ` +
      "PROJ of PROJ-12.",
  );
}

/** Lists what a search finds; the next page is being fetched while one is worked on. Entries may come twice. */
export function searchPages<T extends { id: string }>(
  client: JiraClient,
  site: JiraSite,
  search: Search<T>,
): AsyncGenerator<FoundPage<T>> {
  return ahead(async function* (signal) {
    const next = pageReader(client, site, { ...search, signal });
    for (let page = await next(); page !== null; page = await next()) yield page;
  }, search.signal);
}

/** Each call fetches the next page; null after the last. */
function pageReader<T extends { id: string }>(
  client: JiraClient,
  site: JiraSite,
  search: Search<T>,
): () => Promise<FoundPage<T> | null> {
  return site.deployment === "cloud" ? tokenPages(client, search) : offsetPages(client, search);
}

/** Jira Cloud hands out a token for the next page, and no total. */
function tokenPages<T>(client: JiraClient, search: Search<T>): () => Promise<FoundPage<T> | null> {
  const { jql, fields, item, pageSize, subject, signal } = search;
  const schema = z.object({
    issues: z.array(item),
    nextPageToken: z.string().nullish(),
    isLast: z.boolean().nullish(),
  });
  let token: string | null | undefined;
  let total = 0;
  return async () => {
    if (token === null) return null;
    if (token === undefined && search.estimate) total = await estimate(client, search);
    const parameters = {
      jql,
      fields: [...fields],
      maxResults: pageSize,
      ...(token !== undefined && { nextPageToken: token }),
    };
    const { data, headers } = await client.call((api) => searchAndReconsileIssuesUsingJql(api, parameters), schema, {
      subject,
      signal,
      version: 3,
      background: true,
    });
    const following = data.isLast === true ? null : (data.nextPageToken ?? null);
    if (following !== null && following === token) {
      throw new AppError("provider_failed", `Jira keeps answering the same page of ${subject}: try again later.`);
    }
    token = following;
    return { items: data.issues, total, date: headers.get("date") };
  };
}

async function estimate<T>(client: JiraClient, { jql, subject, signal }: Search<T>): Promise<number> {
  const bounded = jql.replace(/ ORDER BY .*$/, "");
  const { data } = await client.call((api) => countIssues(api, { jql: bounded }), z.object({ count: z.number() }), {
    subject,
    signal,
    version: 3,
  });
  return data.count;
}

/** Data Center counts from the start. What is deleted meanwhile moves the rest forward: such a page is read again. */
function offsetPages<T>(client: JiraClient, search: Search<T>): () => Promise<FoundPage<T> | null> {
  const { jql, fields, item, pageSize, subject, signal } = search;
  const schema = z.object({ issues: z.array(item), total: z.number() });
  let startAt = 0;
  let total: number | null = null;
  return async () => {
    while (total === null || startAt < total) {
      const searchParams = { jql, fields: fields.join(","), startAt, maxResults: pageSize };
      const url = "/rest/api/2/search";
      const call = { subject, signal, version: 2, background: true } as const;
      const { data, headers } = await client.call((api) => api.sendRequest({ url, searchParams }), schema, call);
      const gone = total === null ? 0 : Math.max(total - data.total, 0);
      total = data.total;
      if (gone > 0 && startAt > 0) {
        startAt = Math.max(startAt - gone, 0);
        continue;
      }
      if (data.issues.length === 0) return null;
      startAt += data.issues.length;
      return { items: data.issues, total, date: headers.get("date") };
    }
    return null;
  };
}

/** All comments of an issue: those that came with it, or a list of their own where there are more. */
export async function allComments(
  client: JiraClient,
  site: JiraSite,
  issue: Issue,
  asked: Pick<JiraCall, "signal" | "background">,
): Promise<Comment[]> {
  const embedded = issue.fields.comment;
  if (embedded && (embedded.total ?? embedded.comments.length) <= embedded.comments.length) return embedded.comments;
  const comments = new Map<string, Comment>();
  const call = { subject: `the comments of ${issue.key}`, ...asked, version: site.version };
  for (let startAt = 0; ;) {
    const parameters = { issueIdOrKey: pathPart(issue.id), startAt, maxResults: 100, orderBy: "created" as const };
    const { data } = await client.call((api) => getComments(api, parameters), commentPage, call);
    for (const comment of data.comments) comments.set(comment.id, comment);
    startAt += data.comments.length;
    if (data.comments.length === 0 || startAt >= data.total) return [...comments.values()];
  }
}

/**
 * An id or key as part of a path: jira.js puts it there as it is.
 * @throws {AppError} `invalid_input`
 */
export function pathPart(idOrKey: string): string {
  if (/^[\w-]{1,300}$/.test(idOrKey)) return idOrKey;
  throw new AppError("invalid_input", `"${idOrKey.slice(0, 100)}" is neither a Jira issue's id nor its key.`);
}
