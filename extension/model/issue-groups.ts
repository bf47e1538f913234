import type { ProviderName } from "../../shared/entities/connection.ts";
import type { IssueGrouping, IssueLack, SavedFilter } from "../../shared/entities/filter.ts";
import type { IssueStatus } from "../../shared/entities/issue.ts";

export type GroupField = IssueGrouping;

/** By which fields the issue tree is grouped, outermost first: none, one or two. */
export type Grouping = readonly GroupField[];

export const groupFields = [
  "project",
  "provider",
  "status",
  "label",
  "assignee",
  "milestone",
] as const satisfies readonly GroupField[];

export const defaultGrouping: Grouping = ["project", "status"];

/** The value of the setting `aiops.issues.groupBy`; an older one was words joined by hyphens. */
export function readGrouping(value: unknown): Grouping {
  const words: unknown = typeof value === "string" ? value.split("-") : value;
  if (!Array.isArray(words)) return defaultGrouping;
  const fields = groupFields.filter((field) => words.includes(field));
  const ordered = fields.toSorted((a, b) => words.indexOf(a) - words.indexOf(b));
  return ordered.slice(0, 2);
}

/** One step down the tree: the issues whose `by` is `value`; an empty value stands for those without. */
export interface GroupStep {
  by: GroupField;
  value: string;
}

/** From the root to a group; the root is the empty path. */
export type GroupPath = readonly GroupStep[];

/** A name of the path that is stable over sessions. */
export function groupKey(path: GroupPath): string {
  return path.map(({ by, value }) => `${by}=${encodeURIComponent(value)}`).join("/");
}

/** What the person narrowed the tree to. */
export interface IssueFilter {
  projectId?: string | undefined;
  provider?: ProviderName | undefined;
  status?: IssueStatus | undefined;
  /** A provider's login or name, or `me`. */
  assignee?: string | undefined;
  labels: readonly string[];
  milestone?: string | undefined;
  /** What they must not have. */
  without?: readonly IssueLack[] | undefined;
  text?: string | undefined;
}

export const noFilter: IssueFilter = { labels: [] };

export function isFiltered({ labels, without = [], ...rest }: IssueFilter): boolean {
  return labels.length > 0 || without.length > 0 || Object.values(rest).some((value) => value !== undefined);
}

/** The filter as the server keeps it, without the members that are not set. */
export function conditionsOf({ labels, without = [], text, ...rest }: IssueFilter): SavedFilter["filter"] {
  const set = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    ...set,
    ...(labels.length > 0 && { label: [...labels] }),
    ...(without.length > 0 && { without: [...without] }),
    ...(text !== undefined && { q: text }),
  };
}

export function filterOf({ label = [], q, ...rest }: SavedFilter["filter"]): IssueFilter {
  return { ...rest, labels: label, ...(q !== undefined && { text: q }) };
}

/** The levels below the root: what the filter has fixed to one value needs no group of its own. */
export function levelsOf(grouping: Grouping, { assignee, milestone, without = [] }: IssueFilter): Grouping {
  return grouping.filter(
    (field) =>
      !(field === "assignee" && (assignee !== undefined || without.includes("assignee"))) &&
      !(field === "milestone" && (milestone !== undefined || without.includes("milestone"))) &&
      !(field === "label" && without.includes("label")),
  );
}

/** The filters of the request for what is below a path. */
export type IssueQuery = SavedFilter["filter"];

/** @returns undefined where filter and path exclude each other, so that nothing needs to be asked */
export function queryOf(path: GroupPath, filter: IssueFilter): IssueQuery | undefined {
  const query: IssueQuery = conditionsOf(filter);
  for (const { by, value } of path) {
    switch (by) {
      case "project":
        if (query.projectId !== undefined && query.projectId !== value) return undefined;
        query.projectId = value;
        break;
      case "provider":
        if (query.provider !== undefined && query.provider !== value) return undefined;
        query.provider = value as ProviderName;
        break;
      case "status":
        if (query.status !== undefined && query.status !== value) return undefined;
        query.status = value as IssueStatus;
        break;
      case "label":
        if (value === "") query.without = [...(query.without ?? []), by];
        else query.label = [...(query.label ?? []), value];
        break;
      case "assignee":
      case "milestone":
        if (value === "") query.without = [...(query.without ?? []), by];
        else query[by] = value;
        break;
    }
  }
  return query;
}
