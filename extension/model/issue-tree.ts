import { EventEmitter, type Disposable } from "vscode";
import type { Request } from "../connection/connection.ts";
import type { ListedIssue } from "../../shared/entities/issue.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";
import {
  groupKey,
  levelsOf,
  noFilter,
  queryOf,
  type GroupField,
  type Grouping,
  type GroupPath,
  type IssueFilter,
} from "./issue-groups.ts";

export interface GroupCount {
  value: string;
  count: number;
}

/** What is known of the things below a path. */
export type GroupContent =
  | { kind: "groups"; groups: readonly GroupCount[] }
  | { kind: "issues"; issues: readonly ListedIssue[]; total: number; nextCursor: string | null };

interface Group {
  path: GroupPath;
  content: GroupContent | undefined;
  error: AppError | undefined;
  loading: Promise<void> | undefined;
  /** Changed again while it was being read. */
  stale: boolean;
}

/** What to draw anew: a group with all below it, or one issue in it. */
export interface IssueTreeChange {
  path: GroupPath;
  issueId?: string;
}

/** Issues read at a time. */
export const pageSize = 50;
/** The most the server gives at once. */
const largestPage = 500;

/**
 * The issues as the tree shows them: read group by group and page by page when they are first looked at, so that
 * 100,000 cost what 100 do. Kept true by the live stream; a burst of changes is read once.
 */
export class IssueTree implements Disposable {
  readonly #request: Request;
  readonly #groups = new Map<string, Group>();
  readonly #changed = new EventEmitter<IssueTreeChange>();
  readonly onDidChange = this.#changed.event;
  #grouping: Grouping;
  #filter: IssueFilter = noFilter;

  constructor(request: Request, grouping: Grouping) {
    this.#request = request;
    this.#grouping = grouping;
  }

  get grouping(): Grouping {
    return this.#grouping;
  }

  /** The fields of the tree's levels, above the issues. */
  get levels(): readonly GroupField[] {
    return levelsOf(this.#grouping, this.#filter);
  }

  get filter(): IssueFilter {
    return this.#filter;
  }

  /** Shows the issues in another arrangement. */
  arrange(grouping: Grouping, filter: IssueFilter): void {
    this.#grouping = grouping;
    this.#filter = filter;
    this.clear();
  }

  /** Forgets what was read. */
  clear(): void {
    this.#groups.clear();
    this.#changed.fire({ path: [] });
  }

  /** What is known below a path, without asking the server. */
  content(path: GroupPath): GroupContent | undefined {
    return this.#groups.get(groupKey(path))?.content;
  }

  /** Why the last reading of a group failed. */
  error(path: GroupPath): AppError | undefined {
    return this.#groups.get(groupKey(path))?.error;
  }

  /** An issue that has been read. */
  find(issueId: string): ListedIssue | undefined {
    for (const { content } of this.#groups.values()) {
      const issue = content?.kind === "issues" ? content.issues.find(({ id }) => id === issueId) : undefined;
      if (issue !== undefined) return issue;
    }
    return undefined;
  }

  /** Every issue that has been read, each once. */
  known(): ListedIssue[] {
    const issues = new Map<string, ListedIssue>();
    for (const { content } of this.#groups.values()) {
      if (content?.kind === "issues") for (const issue of content.issues) issues.set(issue.id, issue);
    }
    return [...issues.values()];
  }

  /** Reads a group that has not been read; resolves when its content or error is there. */
  load(path: GroupPath): Promise<void> {
    const group = this.#group(path);
    if (group.content !== undefined || group.error !== undefined) return Promise.resolve();
    return this.#read(group);
  }

  /** Reads a group anew after an error. */
  async retry(path: GroupPath): Promise<void> {
    await this.#read(this.#group(path));
    this.#changed.fire({ path });
  }

  /** Reads the next page of a group of issues. */
  async loadMore(path: GroupPath): Promise<void> {
    const group = this.#group(path);
    await group.loading;
    const before = group.content;
    if (before?.kind !== "issues" || before.nextCursor === null) return;
    const query = queryOf(path, this.#filter);
    const { nextCursor: cursor } = before;
    const page = await this.#request((client) =>
      client.issues.list({ ...query, ...this.#marks, cursor, limit: pageSize }),
    );
    if (group.content !== before) return;
    const known = new Set(before.issues.map(({ id }) => id));
    const fresh = page.items.filter(({ id }) => !known.has(id));
    group.content = {
      kind: "issues",
      issues: [...before.issues, ...fresh],
      total: page.total,
      nextCursor: page.nextCursor,
    };
    this.#changed.fire({ path });
  }

  /** Reads anew what may have changed: everything, or what one project's issues are in. */
  invalidate(projectId?: string): void {
    for (const group of this.#groups.values()) {
      const ofProject = group.path.find(({ by }) => by === "project")?.value;
      if (projectId === undefined || ofProject === undefined || ofProject === projectId) this.#refresh(group);
    }
  }

  dispose(): void {
    this.#changed.dispose();
  }

  /** Where the text that was searched for stands, is asked for only where there is one. */
  get #marks(): { highlight?: true } {
    return this.#filter.text === undefined ? {} : { highlight: true };
  }

  #group(path: GroupPath): Group {
    const key = groupKey(path);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { path, content: undefined, error: undefined, loading: undefined, stale: false };
      this.#groups.set(key, group);
    }
    return group;
  }

  #refresh(group: Group): void {
    if (group.loading !== undefined) {
      group.stale = true;
      return;
    }
    if (group.content === undefined && group.error === undefined) return;
    const before = group.content;
    const failed = group.error !== undefined;
    void this.#readAndAnnounce(group, failed ? undefined : before);
  }

  async #readAndAnnounce(group: Group, before: GroupContent | undefined): Promise<void> {
    await this.#read(group);
    if (this.#groups.get(groupKey(group.path)) === group) this.#announce(group.path, before, group);
  }

  #read(group: Group): Promise<void> {
    group.loading ??= this.#readUntilFresh(group).finally(() => {
      group.loading = undefined;
    });
    return group.loading;
  }

  async #readUntilFresh(group: Group): Promise<void> {
    do {
      group.stale = false;
      try {
        const wanted = group.content?.kind === "issues" ? group.content.issues.length : 0;
        group.content = await this.#fetch(group.path, Math.max(pageSize, wanted));
        group.error = undefined;
      } catch (error) {
        group.error =
          error instanceof AppError ? error : new AppError("internal", errorMessage(error), { cause: error });
      }
    } while (group.stale);
  }

  async #fetch(path: GroupPath, count: number): Promise<GroupContent> {
    const query = queryOf(path, this.#filter);
    const by = this.levels[path.length];
    if (by !== undefined) {
      if (query === undefined) return { kind: "groups", groups: [] };
      const { items } = await this.#request((client) => client.issues.groups({ ...query, by }));
      return { kind: "groups", groups: items };
    }
    if (query === undefined) return { kind: "issues", issues: [], total: 0, nextCursor: null };
    const issues: ListedIssue[] = [];
    let cursor: string | null = null;
    let total = 0;
    do {
      const limit = Math.min(largestPage, count - issues.length);
      const after: { cursor?: string } = cursor === null ? {} : { cursor };
      const page = await this.#request((client) => client.issues.list({ ...query, ...this.#marks, ...after, limit }));
      issues.push(...page.items);
      cursor = page.nextCursor;
      total = page.total;
    } while (cursor !== null && issues.length < count);
    return { kind: "issues", issues, total, nextCursor: cursor };
  }

  /** Fires the least that brings the tree from `before` to what the group holds now. */
  #announce(path: GroupPath, before: GroupContent | undefined, group: Group): void {
    const after = group.content;
    if (group.error !== undefined || before === undefined || after === undefined || before.kind !== after.kind) {
      this.#changed.fire({ path });
    } else if (before.kind === "groups" && after.kind === "groups") {
      if (!sameOrder(before.groups, after.groups, ({ value }) => value)) this.#changed.fire({ path });
      else this.#announceCounts(path, before.groups, after.groups);
    } else if (before.kind === "issues" && after.kind === "issues") {
      const sameRest = before.total === after.total && (before.nextCursor === null) === (after.nextCursor === null);
      if (!sameRest || !sameOrder(before.issues, after.issues, ({ id }) => id)) this.#changed.fire({ path });
      else {
        after.issues.forEach((issue, index) => {
          if (issue.version !== before.issues[index]?.version) this.#changed.fire({ path, issueId: issue.id });
        });
      }
    }
  }

  #announceCounts(path: GroupPath, before: readonly GroupCount[], after: readonly GroupCount[]): void {
    const by = this.levels[path.length];
    if (by === undefined) return;
    after.forEach(({ value, count }, index) => {
      if (count !== before[index]?.count) this.#changed.fire({ path: [...path, { by, value }] });
    });
  }
}

function sameOrder<T>(before: readonly T[], after: readonly T[], nameOf: (item: T) => string): boolean {
  return (
    before.length === after.length &&
    before.every((item, index) => {
      const other = after[index];
      return other !== undefined && nameOf(item) === nameOf(other);
    })
  );
}
