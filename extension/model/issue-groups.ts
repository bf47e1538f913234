import type { IssueStatus } from "../../shared/entities/issue.ts";
import type { ProviderName } from "../../shared/entities/connection.ts";

/** By which fields the issue tree is grouped, outermost first; the values of the setting `aiops.issues.groupBy`. */
export const groupings = {
  "project-status": ["project", "status"],
  "project-provider": ["project", "provider"],
  status: ["status"],
  none: [],
} as const satisfies Record<string, readonly GroupField[]>;

export type Grouping = keyof typeof groupings;
export type GroupField = "project" | "provider" | "status";

export function isGrouping(value: unknown): value is Grouping {
  return typeof value === "string" && Object.hasOwn(groupings, value);
}

/** One step down the tree: the issues whose `by` is `value`. */
export interface GroupStep {
  by: GroupField;
  value: string;
}

/** From the root to a group; the root is the empty path. */
export type GroupPath = readonly GroupStep[];

/** A name of the path that is stable over sessions. */
export function groupKey(path: GroupPath): string {
  return path.map(({ by, value }) => `${by}=${value}`).join("/");
}

/** What the person narrowed the tree to. */
export interface IssueFilter {
  status?: IssueStatus | undefined;
  /** A provider's login or name, or `me`. */
  assignee?: string | undefined;
  labels: readonly string[];
  text?: string | undefined;
}

export const noFilter: IssueFilter = { labels: [] };

export function isFiltered(filter: IssueFilter): boolean {
  return (
    filter.status !== undefined ||
    filter.assignee !== undefined ||
    filter.labels.length > 0 ||
    filter.text !== undefined
  );
}

/** The filters of the request for what is below a path. */
export interface IssueQuery {
  projectId?: string;
  status?: IssueStatus;
  provider?: ProviderName;
  assignee?: string;
  label?: string[];
  q?: string;
}

/** @returns undefined where filter and path exclude each other, so that nothing needs to be asked */
export function queryOf(path: GroupPath, filter: IssueFilter): IssueQuery | undefined {
  const query: IssueQuery = {};
  if (filter.assignee !== undefined) query.assignee = filter.assignee;
  if (filter.labels.length > 0) query.label = [...filter.labels];
  if (filter.text !== undefined) query.q = filter.text;
  if (filter.status !== undefined) query.status = filter.status;
  for (const { by, value } of path) {
    switch (by) {
      case "project":
        query.projectId = value;
        break;
      case "provider":
        query.provider = value as ProviderName;
        break;
      case "status":
        if (query.status !== undefined && query.status !== value) return undefined;
        query.status = value as IssueStatus;
        break;
    }
  }
  return query;
}
