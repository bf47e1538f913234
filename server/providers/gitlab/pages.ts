import { IssueNotes, Issues, ProjectLabels, ProjectMembers } from "@gitbeaker/rest";
import * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import type { GitLabApi, GitLabCall, GitLabClient } from "./client.ts";
import { type ListedNote, listedMember, listedNote, namedLabel } from "./payloads.ts";

/** Entries of one page: the most GitLab gives. */
export const perPage = 100;

/** A project by its path, or by its id, which stays where it is renamed. */
export type ProjectId = string | number;

/** What every listed issue has. */
export interface Dated {
  id: number;
  project_id: number;
  created_at: string;
  updated_at: string;
}

export interface IssueListing<T> {
  project: ProjectId;
  /** Each page asks for what comes at or after the last one's end in this order. */
  orderBy: "created_at" | "updated_at";
  /** Where it begins, in milliseconds since 1970; null for the beginning. */
  from: number | null;
  /** Where it ends, in milliseconds since 1970, this moment not included; nowhere where it is missing. */
  until?: number | undefined;
  item: z.ZodType<T>;
  call: GitLabCall;
}

export interface IssuePage<T> {
  items: T[];
  /** How many issues there are from the beginning of the listing; 0 where GitLab does not count, as over 10,000. */
  total: number;
  /** Whether there is a next page. */
  more: boolean;
  /**
   * Everything before this time, in the order of the listing, was given with the pages so far, in milliseconds since
   * 1970; null where that is nothing.
   */
  reached: number | null;
  /** The answer's `Date` header. */
  date: string | null;
}

/**
 * Lists a project's issues. Neither a change nor a deletion meanwhile lets one slip past, as it would with numbered
 * pages; nor does it matter that GitLab numbers them only so far. Where more than a page has the same time, its pages
 * are numbered after all, and read until they hold nothing new.
 */
export async function* issuePages<T extends Dated>(
  client: GitLabClient,
  { project, orderBy, from, until, item, call }: IssueListing<T>,
): AsyncGenerator<IssuePage<T>, void> {
  const [after, before] =
    orderBy === "created_at" ? ["createdAfter", "createdBefore"] : ["updatedAfter", "updatedBefore"];
  /** The time by id of what was given from the boundary on. */
  const given = new Map<number, number>();
  let [since, page, newOnLaterPages] = [from, 1, 0];
  let total: number | null = null;
  let projectId = project;
  let previous: readonly unknown[] = [];
  for (;;) {
    const options = {
      projectId,
      scope: "all" as const,
      orderBy,
      sort: "asc" as const,
      perPage,
      page,
      ...(since !== null && { [after]: new Date(since).toISOString() }),
      // GitLab shows milliseconds of a finer time: what is shown as the end is beyond it.
      ...(until !== undefined && { [before]: new Date(until).toISOString() }),
    };
    const { data, headers } = await client.call((api) => new Issues(api).all(options), z.array(item), call);
    previous = requireOther(data, page, previous, call);
    const fresh = data.filter((issue) => {
      const at = Date.parse(issue[orderBy]);
      return given.get(issue.id) !== at && (until === undefined || at < until);
    });
    for (const issue of fresh) given.set(issue.id, Date.parse(issue[orderBy]));
    projectId = data[0]?.project_id ?? projectId;
    total ??= Number(headers.get("x-total") ?? 0);
    const last = data.at(-1);
    const lastTime = last === undefined ? null : Date.parse(last[orderBy]);
    const goesOn = lastTime !== null && (data.length >= perPage || hasNext(headers));
    yield { items: fresh, total, more: goesOn, reached: since, date: headers.get("date") };

    if (page > 1) newOnLaterPages += fresh.length;
    if (goesOn && since !== null && lastTime <= since) {
      page += 1;
    } else if (newOnLaterPages > 0) {
      [page, newOnLaterPages] = [1, 0];
    } else if (goesOn) {
      [since, page] = [lastTime, 1];
      for (const [id, time] of given) if (time < lastTime) given.delete(id);
    } else {
      return;
    }
  }
}

/** All comments of an issue, oldest first, without what GitLab itself notes there. */
export async function notesOf(
  client: GitLabClient,
  project: number,
  iid: number,
  call: GitLabCall,
): Promise<ListedNote[]> {
  const only = { sort: "asc", orderBy: "created_at", activityFilter: "only_comments" } as const;
  const notes = await all(client, call, listedNote, (api, page) =>
    new IssueNotes(api).all(project, iid, { ...only, ...page }),
  );
  return [...new Map(notes.filter(({ system }) => !system).map((note) => [note.id, note])).values()];
}

export async function labelsOf(client: GitLabClient, project: ProjectId, call: GitLabCall): Promise<string[]> {
  const labels = await all(client, call, namedLabel, (api, page) => new ProjectLabels(api).all(project, page));
  return labels.map(({ name }) => name);
}

/** Who may be assigned, from the project and the groups it is in. */
export async function membersOf(
  client: GitLabClient,
  project: ProjectId,
  call: GitLabCall,
): Promise<{ id: string; name: string }[]> {
  const members = await all(client, call, listedMember, (api, page) =>
    new ProjectMembers(api).all(project, { includeInherited: true, ...page }),
  );
  const active = members.filter(({ state }) => (state ?? "active") === "active");
  return [...new Map(active.map(({ id, username }) => [id, { id: String(id), name: username }])).values()];
}

/** A list read to its end, page by page. A page may hold fewer than asked for before the last. */
async function all<T>(
  client: GitLabClient,
  call: GitLabCall,
  item: z.ZodType<T>,
  read: (api: GitLabApi, page: { page: number; perPage: number }) => Promise<unknown>,
): Promise<T[]> {
  const items: T[] = [];
  let before: readonly unknown[] = [];
  for (let page = 1; ; page += 1) {
    const { data, headers } = await client.call((api) => read(api, { page, perPage }), z.array(item), call);
    before = requireOther(data, page, before, call);
    items.push(...data);
    if (data.length < perPage && !hasNext(headers)) return items;
  }
}

/** https://docs.gitlab.com/api/rest/#offset-based-pagination */
function hasNext(headers: Headers): boolean {
  return (headers.get("x-next-page") ?? "") !== "" || /\brel="next"/.test(headers.get("link") ?? "");
}

/** What a page consists of, to compare the next one with: a server that numbers no pages gives the first for ever. */
function requireOther(
  data: readonly unknown[],
  page: number,
  before: readonly unknown[],
  { subject }: GitLabCall,
): readonly unknown[] {
  const isSame = page > 1 && data.length > 0 && JSON.stringify(data) === JSON.stringify(before);
  if (!isSame) return data;
  throw new AppError("provider_failed", `GitLab keeps giving the same page of ${subject}: try again later.`);
}
