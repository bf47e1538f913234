import type { Page } from "../../shared/entities/common.ts";
import type { ProviderName } from "../../shared/entities/connection.ts";
import type { IssueGrouping, IssueLack } from "../../shared/entities/filter.ts";
import type { Issue, IssueStatus } from "../../shared/entities/issue.ts";
import { AppError } from "../../shared/errors.ts";
import { atMost, type Database, type SqlParameters } from "../storage/database.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { PageMemory } from "./page-memory.ts";
import { issueColumns, issueJson, titleKeyLength, toIssue, type IssueRow } from "./records.ts";
import { facetExpression, searchExpression } from "./search-query.ts";

export interface IssueQuery {
  /** The tenants whose issues may be seen; without any, nothing is found. */
  tenantIds: readonly string[];
  projectId?: string | undefined;
  status?: IssueStatus | undefined;
  provider?: ProviderName | undefined;
  /** Names or ids at the provider: assigned to any of them. */
  assignees?: readonly string[] | undefined;
  /** All of them. Case is ignored. */
  labels?: readonly string[] | undefined;
  milestone?: string | undefined;
  /** What they must not have. */
  without?: readonly IssueLack[] | undefined;
  /** Full text; see `searchExpression`. */
  q?: string | undefined;
}

export interface IssuePageQuery extends IssueQuery {
  sort: "updated" | "created" | "title";
  order: "asc" | "desc";
  limit: number;
  cursor?: string | undefined;
}

export interface IssueGroup {
  /** Empty for the issues without a label, assignee or milestone. */
  value: string;
  count: number;
}

const sortColumns = { updated: "updated_at", created: "created_at", title: "title_key" } as const;
const groupColumns = { project: "project_id", provider: "provider", status: "status" } as const;

/** What an issue is counted under, in SQL: each row of `source`, which follows the issues' own, is one `value`. */
const groupValues = {
  label: {
    value: "facet.value",
    source: `, json_each(CASE labels WHEN '[]' THEN '[""]' ELSE labels END) AS facet`,
  },
  assignee: {
    value: "json_extract(facet.value, '$.name')",
    source: `, json_each(CASE assignees WHEN '[]' THEN '[{"name":""}]' ELSE assignees END) AS facet`,
  },
  milestone: { value: "ifnull(milestone, '')", source: "" },
} as const;

/** The issues of one project, provider and status, which the page indexes hold in each order. */
interface Stream {
  project_id: string;
  provider: ProviderName;
  status: IssueStatus;
  count: number;
}

interface Placed {
  row_id: number;
  value: string;
  id: string;
}

/** Where the issues of a page stand, in its order. */
interface Found {
  column: "row_id" | "search_id";
  numbers: readonly number[];
  nextCursor: string | null;
}

/** Above every time and title key: one of the highest characters more than a key has. */
const highest = "\u{10FFFF}".repeat(titleKeyLength);

/**
 * The lists of issues. Without words, labels or assignees a list is merged from streams, each read from an index that
 * has it in order, and its total is a sum of counts: both cost the same for a hundred issues and a hundred thousand.
 * With any of those the full text index answers, which has filters as words too.
 */
export class IssueListing {
  readonly #database: Database;
  readonly #memory = new PageMemory();

  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws AppError invalid_input for a cursor of another list */
  page(query: IssuePageQuery): Page<Issue> {
    return this.#database.reading(() => {
      const { column, numbers, nextCursor, total } = this.#find(query);
      return { items: this.#read(column, numbers), nextCursor, total };
    });
  }

  /**
   * The same page as JSON in UTF-8, made by SQLite: a third of the work of making objects of it and JSON of them.
   * @throws AppError invalid_input for a cursor of another list
   */
  pageJson(query: IssuePageQuery): Uint8Array {
    const { state } = this.#database;
    if (state === undefined) return this.#readJson(query);
    const key = JSON.stringify(query);
    const kept = this.#memory.find(state, key);
    if (kept !== undefined) return kept;
    const page = this.#readJson(query);
    this.#memory.keep(state, key, page);
    return page;
  }

  #readJson(query: IssuePageQuery): Uint8Array {
    const page = this.#database.reading(() => {
      const { column, numbers, nextCursor, total } = this.#find(query);
      // The left side of a CROSS JOIN is its outer loop, so the issues come in the order of the numbers.
      return this.#database
        .prepare<{ json: Uint8Array }>(
          `SELECT CAST(concat('{"items":[', group_concat(${issueJson}, ','), '],"nextCursor":', json_quote(:nextCursor),
             ',"total":', CAST(:total AS INTEGER), '}') AS BLOB) AS json
           FROM (SELECT value AS number FROM json_each(:numbers)) CROSS JOIN issues ON ${column} = number`,
        )
        .get({ numbers: JSON.stringify(numbers), nextCursor, total });
    });
    if (page === undefined) throw new AppError("storage_failed", "The store gave no page. Repeat the request.");
    return page.json;
  }

  #find(query: IssuePageQuery): Found & { total: number } {
    if (!needsSearch(query)) return this.#merged(query);
    const match = matchExpression(query, this.#tenants());
    if (match === undefined) return { column: "row_id", numbers: [], nextCursor: null, total: 0 };
    const found = query.sort === "updated" ? this.#foundByTime(query, match) : this.#foundSorted(query, match);
    const isWhole = query.cursor === undefined && found.nextCursor === null;
    return { ...found, total: isWhole ? found.numbers.length : this.#count(match) };
  }

  /**
   * How many issues match, for each value of a field; values without any are left out. An issue with several labels or
   * assignees counts under each. Case is ignored, as the filters do.
   */
  groups(query: IssueQuery, by: IssueGrouping): IssueGroup[] {
    if (by === "project" || by === "provider" || by === "status") return this.#streamGroups(query, by);
    return inOneCase(needsSearch(query) ? this.#foundValues(query, by) : this.#countedValues(query, by));
  }

  #streamGroups(query: IssueQuery, by: keyof typeof groupColumns): IssueGroup[] {
    const counts = new Map<string, number>();
    for (const stream of this.#streams(query)) {
      const value = stream[groupColumns[by]];
      counts.set(value, (counts.get(value) ?? 0) + stream.count);
    }
    if (needsSearch(query)) {
      const match = matchExpression(query, this.#tenants());
      for (const value of counts.keys()) {
        counts.set(value, match === undefined ? 0 : this.#count(`${match} AND ${facetExpression(by, [value])}`));
      }
    }
    return [...counts].map(([value, count]) => ({ value, count })).filter(({ count }) => count > 0);
  }

  #countedValues(
    { tenantIds, projectId, provider, status }: IssueQuery,
    facet: keyof typeof groupValues,
  ): IssueGroup[] {
    return this.#database
      .prepare<IssueGroup>(
        `SELECT value, sum(count) AS count FROM issue_facet_counts
         WHERE tenant_id IN (SELECT value FROM json_each(:tenants)) AND facet = :facet AND count > 0
           AND (:projectId IS NULL OR project_id = :projectId)
           AND (:provider IS NULL OR provider = :provider) AND (:status IS NULL OR status = :status)
         GROUP BY value`,
      )
      .all({
        tenants: JSON.stringify(tenantIds),
        facet,
        projectId: projectId ?? null,
        provider: provider ?? null,
        status: status ?? null,
      });
  }

  #foundValues(query: IssueQuery, facet: keyof typeof groupValues): IssueGroup[] {
    const match = matchExpression(query, this.#tenants());
    if (match === undefined) return [];
    const { value, source } = groupValues[facet];
    return this.#database
      .prepare<IssueGroup>(
        `SELECT ${value} AS value, count(*) AS count
         FROM issue_search CROSS JOIN issues ON search_id = issue_search.rowid ${source}
         WHERE issue_search MATCH :match GROUP BY 1`,
      )
      .all({ match });
  }

  /** The tenants that have issues. */
  #tenants(): string[] {
    return this.#database
      .prepare<{ tenant_id: string }>("SELECT DISTINCT tenant_id FROM issue_counts WHERE count > 0")
      .all()
      .map((row) => row.tenant_id);
  }

  #streams({ tenantIds, projectId, provider, status }: IssueQuery): Stream[] {
    return this.#database
      .prepare<Stream>(
        `SELECT project_id, provider, status, count FROM issue_counts
         WHERE count > 0 AND tenant_id IN (SELECT value FROM json_each(:tenants))
           AND (:projectId IS NULL OR project_id = :projectId)
           AND (:provider IS NULL OR provider = :provider) AND (:status IS NULL OR status = :status)`,
      )
      .all({
        tenants: JSON.stringify(tenantIds),
        projectId: projectId ?? null,
        provider: provider ?? null,
        status: status ?? null,
      });
  }

  #merged(query: IssuePageQuery): Found & { total: number } {
    const { sort, order, limit, cursor } = query;
    const column = sortColumns[sort];
    const kind = `${sort} ${order}`;
    const start = { value: order === "desc" ? highest : "", id: "" };
    const after = cursor === undefined ? start : decodeCursor(kind, "string", cursor);
    const read = this.#database.prepare<Placed>(
      `SELECT row_id, ${column} AS value, id FROM issues INDEXED BY issues_${sort}
       WHERE project_id = :projectId AND provider = :provider AND status = :status
         AND (${column}, id) ${order === "desc" ? "<" : ">"} (:value, :id)
       ORDER BY ${column} ${order}, id ${order} LIMIT ${atMost}`,
    );
    let placed: Placed[] = [];
    let total = 0;
    for (const { project_id: projectId, provider, status, count } of this.#streams(query)) {
      total += count;
      const next = read.all({ projectId, provider, status, value: after.value, id: after.id, limit: limit + 1 });
      placed = placed.length === 0 ? next : inOrder([...placed, ...next], order).slice(0, limit + 1);
    }
    return { ...firstOf(placed, limit, kind), total };
  }

  /** The index has its rows in the order of `search_id`, which is that of the last change. */
  #foundByTime({ order, limit, cursor }: IssuePageQuery, match: string): Found {
    const kind = `found ${order}`;
    const start = order === "desc" ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
    const after = cursor === undefined ? start : decodeCursor(kind, "number", cursor).value;
    const rows = this.#database
      .prepare<{ rowid: number }>(
        `SELECT rowid FROM issue_search WHERE issue_search MATCH :match AND rowid ${order === "desc" ? "<" : ">"} :after
         ORDER BY rowid ${order} LIMIT ${atMost}`,
      )
      .all({ match, after, limit: limit + 1 });
    const numbers = rows.slice(0, limit).map(({ rowid }) => rowid);
    const last = rows[limit - 1];
    const more = rows.length > limit && last !== undefined;
    return {
      column: "search_id",
      numbers,
      nextCursor: more ? encodeCursor(kind, { value: last.rowid, id: "" }) : null,
    };
  }

  #foundSorted({ sort, order, limit, cursor }: IssuePageQuery, match: string): Found {
    const column = sortColumns[sort];
    const kind = `found ${sort} ${order}`;
    const start = { value: order === "desc" ? highest : "", id: "" };
    const after = cursor === undefined ? start : decodeCursor(kind, "string", cursor);
    const parameters: SqlParameters = { match, value: after.value, id: after.id, limit: limit + 1 };
    const placed = this.#database
      .prepare<Placed>(
        `SELECT row_id, ${column} AS value, id FROM issue_search CROSS JOIN issues ON search_id = issue_search.rowid
         WHERE issue_search MATCH :match AND (${column}, id) ${order === "desc" ? "<" : ">"} (:value, :id)
         ORDER BY ${column} ${order}, id ${order} LIMIT ${atMost}`,
      )
      .all(parameters);
    return firstOf(placed, limit, kind);
  }

  /** The issues with these numbers, in their order. One statement: asking for each costs three times as much. */
  #read(column: "row_id" | "search_id", numbers: readonly number[]): Issue[] {
    const rows = this.#database
      .prepare<IssueRow & { number: number }>(
        `SELECT ${column} AS number, ${issueColumns} FROM issues
         WHERE ${column} IN (SELECT value FROM json_each(:numbers))`,
      )
      .all({ numbers: JSON.stringify(numbers) });
    const found = new Map(rows.map((row) => [row.number, row]));
    return numbers.flatMap((number) => {
      const row = found.get(number);
      return row === undefined ? [] : [toIssue(row)];
    });
  }

  #count(match: string): number {
    const counted = this.#database.prepare<{ total: number }>(
      "SELECT count(*) AS total FROM issue_search WHERE issue_search MATCH :match",
    );
    return counted.get({ match })?.total ?? 0;
  }
}

/** A page of so many, of rows of which there is one more where another page follows. */
function firstOf(placed: readonly Placed[], limit: number, kind: string): Found {
  const numbers = placed.slice(0, limit).map(({ row_id: rowId }) => rowId);
  const last = placed[limit - 1];
  const more = placed.length > limit && last !== undefined;
  return { column: "row_id", numbers, nextCursor: more ? encodeCursor(kind, last) : null };
}

function needsSearch({ q, labels, assignees, milestone, without }: IssueQuery): boolean {
  const isListed = (values: readonly string[] | undefined) => values !== undefined && values.length > 0;
  const hasWords = q !== undefined && q.trim() !== "";
  return hasWords || isListed(labels) || isListed(without) || assignees !== undefined || milestone !== undefined;
}

/** Values that differ only in case, added up under the one that is used most; the most used first. */
function inOneCase(groups: readonly IssueGroup[]): IssueGroup[] {
  const folded = new Map<string, IssueGroup>();
  for (const { value, count } of groups.toSorted((one, other) => other.count - one.count)) {
    const key = value.toLowerCase();
    const known = folded.get(key);
    if (known === undefined) folded.set(key, { value, count });
    else known.count += count;
  }
  return [...folded.values()].sort((one, other) => other.count - one.count || (one.value < other.value ? -1 : 1));
}

/**
 * Undefined where nothing can match. `present` are the tenants that have issues: where all of them may be seen, as on a
 * personal server, the index need not be asked about tenants, which takes longest.
 */
function matchExpression(query: IssueQuery, present: readonly string[]): string | undefined {
  const { projectId, provider, status, labels, assignees, milestone, without, q } = query;
  const tenantIds = present.filter((tenant) => query.tenantIds.includes(tenant));
  if (tenantIds.length === 0 || assignees?.length === 0) return undefined;
  const parts: string[] = [];
  if (q !== undefined && q.trim() !== "") {
    const words = searchExpression(q);
    if (words === undefined) return undefined;
    parts.push(words);
  }
  for (const label of labels ?? []) parts.push(facetExpression("label", [label]));
  if (assignees !== undefined) parts.push(facetExpression("assignee", assignees));
  if (milestone !== undefined) parts.push(facetExpression("milestone", [milestone]));
  for (const lack of without ?? []) parts.push(facetExpression("none", [lack]));
  if (projectId !== undefined) parts.push(facetExpression("project", [projectId]));
  if (provider !== undefined) parts.push(facetExpression("provider", [provider]));
  if (status !== undefined) parts.push(facetExpression("status", [status]));
  if (tenantIds.length < present.length) parts.push(facetExpression("tenant", tenantIds));
  return parts.join(" AND ");
}

/** As SQLite compares text: by its UTF-8 bytes. */
function inOrder(placed: Placed[], order: "asc" | "desc"): Placed[] {
  const sign = order === "asc" ? 1 : -1;
  return placed.sort(
    (one, other) =>
      sign *
      (Buffer.compare(Buffer.from(one.value), Buffer.from(other.value)) ||
        Buffer.compare(Buffer.from(one.id), Buffer.from(other.id))),
  );
}
