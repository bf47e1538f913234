import * as vscode from "vscode";
import { groupKey, isFiltered, queryOf, type GroupField, type GroupPath } from "../model/issue-groups.ts";
import type { Model } from "../model/model.ts";
import type { ListedIssue } from "../../shared/entities/issue.ts";
import type { OutboxItem } from "../../shared/entities/outbox.ts";
import { groupItem } from "./issue-group-item.ts";
import { issueItem, issueTooltip, providerName } from "./issue-item.ts";
import { outboxGroupItem, writeItem } from "./outbox-item.ts";
import { oneLine } from "./text.ts";
import { troubleItem } from "./trouble-item.ts";

export type IssuesNode =
  | { kind: "trouble"; projectId: string; linkId: string; path: GroupPath; parent: undefined }
  | { kind: "outbox"; path: GroupPath; parent: undefined }
  | { kind: "write"; writeId: string; path: GroupPath; parent: IssuesNode }
  | { kind: "group"; path: GroupPath; parent: IssuesNode | undefined }
  | { kind: "issue"; issueId: string; path: GroupPath; parent: IssuesNode | undefined }
  | { kind: "more"; path: GroupPath; parent: IssuesNode | undefined }
  | { kind: "failed"; path: GroupPath; parent: IssuesNode | undefined }
  | { kind: "empty"; path: GroupPath; parent: IssuesNode | undefined };

/** Milliseconds in which a write is expected to have arrived. */
const settleMs = 1500;

/** Whether a write is on its first way; one that failed or waits for its person is shown at once. */
function isJustMade({ status, error, createdAt }: OutboxItem): boolean {
  const goes = (status === "queued" || status === "sending") && error === null;
  return goes && Date.now() - Date.parse(createdAt) < settleMs;
}

/** The issue tree. Draws what the model holds and lets it read what is looked at for the first time. */
export class IssuesView implements vscode.TreeDataProvider<IssuesNode>, vscode.Disposable {
  readonly #model: Model;
  readonly #isShown: () => boolean;
  readonly #isAdmin: () => boolean;
  /** VS Code knows nodes by identity: each thing in the tree keeps its own. */
  readonly #nodes = new Map<string, IssuesNode>();
  readonly #changed = new vscode.EventEmitter<IssuesNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];
  #settling: NodeJS.Timeout | undefined;

  /**
   * @param isShown whether there is something to show at all: else the welcome views speak
   * @param isAdmin whether the person may mend a connection
   */
  constructor(model: Model, isShown: () => boolean, isAdmin: () => boolean) {
    this.#model = model;
    this.#isShown = isShown;
    this.#isAdmin = isAdmin;
    this.#subscriptions = [
      this.#changed,
      model.issues.onDidChange(({ path, issueId }) => {
        this.#redraw(issueId === undefined ? groupKey(path) : issueKey(path, issueId));
      }),
      model.projects.onDidChange(() => this.refresh()),
      model.outbox.onDidChange(() => this.#outboxChanged()),
      model.abilities.onDidChange(() => this.#changed.fire(undefined)),
      model.syncs.onDidChange((projectIds) => this.#troublesChanged(projectIds)),
    ];
  }

  /** Draws everything anew. */
  refresh(): void {
    this.#nodes.clear();
    this.#changed.fire(undefined);
  }

  getChildren(node?: IssuesNode): IssuesNode[] | Promise<IssuesNode[]> {
    if (!this.#isShown()) return [];
    if (node?.kind === "outbox") {
      return this.#waiting().map(({ id }) =>
        this.#node(`outbox/${id}`, { kind: "write", writeId: id, path: [], parent: node }),
      );
    }
    if (node !== undefined && node.kind !== "group") return [];
    const path = node?.path ?? [];
    const { issues } = this.#model;
    if (issues.content(path) !== undefined || issues.error(path) !== undefined) return this.#children(path, node);
    return issues.load(path).then(() => this.#children(path, node));
  }

  getParent(node: IssuesNode): IssuesNode | undefined {
    return node.parent;
  }

  getTreeItem(node: IssuesNode): vscode.TreeItem {
    if (node.kind === "outbox") return outboxGroupItem(this.#waiting());
    if (node.kind === "write") {
      const write = this.#model.outbox.get(node.writeId);
      return write === undefined ? new vscode.TreeItem("") : writeItem(write);
    }
    if (node.kind === "trouble") return this.#troubleItem(node);
    if (node.kind === "group") return groupItem(this.#model, node.path);
    if (node.kind === "more") return this.#moreItem(node);
    if (node.kind === "failed") return this.#failedItem(node);
    if (node.kind === "empty") return emptyItem(node.path);
    const issue = this.#issue(node.path, node.issueId);
    // Between an event and the reading of what it changed a node may stand for an issue that has left its group.
    return issue === undefined
      ? new vscode.TreeItem("")
      : issueItem(issue, {
          id: issueKey(node.path, node.issueId),
          namesProvider: this.#severalProviders(),
          hasRepository: this.#model.projects.get(issue.projectId)?.repositoryUrl !== "",
          abilities: this.#model.abilities.of(issue),
        });
  }

  resolveTreeItem(item: vscode.TreeItem, node: IssuesNode): vscode.TreeItem {
    const issue = node.kind === "issue" ? this.#issue(node.path, node.issueId) : undefined;
    if (issue !== undefined) item.tooltip = issueTooltip(issue);
    return item;
  }

  dispose(): void {
    clearTimeout(this.#settling);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #redraw(key: string): void {
    if (key === "") this.refresh();
    else {
      const node = this.#nodes.get(key);
      // What was never shown needs no drawing.
      if (node !== undefined) this.#changed.fire(node);
    }
  }

  #children(path: GroupPath, parent: IssuesNode | undefined): IssuesNode[] {
    const { issues } = this.#model;
    const failed: IssuesNode[] =
      issues.error(path) === undefined
        ? []
        : [this.#node(`${groupKey(path)}/failed`, { kind: "failed", path, parent })];
    const content = issues.content(path);
    if (content === undefined || failed.length > 0) return failed;
    if (content.kind === "groups") {
      const by = issues.levels[path.length];
      if (by === undefined) return [];
      const values = by === "project" ? this.#projectIds(content.groups) : inOrder(by, content.groups);
      if (values.length === 0 && projectOf(path) !== undefined) return [this.#empty(path, parent)];
      const groups = values.map((value) => {
        const below = [...path, { by, value }];
        return this.#node(groupKey(below), { kind: "group", path: below, parent });
      });
      return [...this.#top(path), ...groups];
    }
    const nodes = content.issues.map(({ id }) =>
      this.#node(issueKey(path, id), { kind: "issue", issueId: id, path, parent }),
    );
    if (content.nextCursor !== null) nodes.push(this.#node(`${groupKey(path)}/more`, { kind: "more", path, parent }));
    return [...this.#top(path), ...nodes];
  }

  /** Above the issues: what keeps them from being new, and what has not arrived at its tracker. */
  #top(path: GroupPath): IssuesNode[] {
    if (path.length > 0) return [];
    const troubles = this.#model.syncs
      .troubles()
      .map(({ projectId, linkId }) =>
        this.#node(`trouble/${linkId}`, { kind: "trouble", projectId, linkId, path: [], parent: undefined }),
      );
    if (this.#waiting().length === 0) return troubles;
    return [...troubles, this.#node("outbox", { kind: "outbox", path: [], parent: undefined })];
  }

  /** Draws the lines of the troubles and of their projects anew; all of it where there is one more or less. */
  #troublesChanged(projectIds: readonly string[]): void {
    const shown = [...this.#nodes.keys()].filter((key) => key.startsWith("trouble/"));
    const now = this.#model.syncs.troubles().map(({ linkId }) => `trouble/${linkId}`);
    if (shown.length !== now.length || !now.every((key) => this.#nodes.has(key))) {
      this.refresh();
      return;
    }
    const lines = [...now, ...projectIds.map((value) => groupKey([{ by: "project", value }]))];
    for (const key of lines) this.#redraw(key);
  }

  #troubleItem({ projectId, linkId }: { projectId: string; linkId: string }): vscode.TreeItem {
    const trouble = this.#model.syncs.ofLink(projectId, linkId);
    const projectName = this.#model.projects.get(projectId)?.name ?? "";
    return trouble === undefined ? new vscode.TreeItem("") : troubleItem(trouble, projectName, this.#isAdmin());
  }

  /** What waits in the outbox; a write that most likely arrives at once would only make the tree jump. */
  #waiting(): OutboxItem[] {
    return this.#model.pending().filter((write) => !isJustMade(write));
  }

  #outboxChanged(): void {
    clearTimeout(this.#settling);
    if (this.#model.pending().some(isJustMade)) {
      this.#settling = setTimeout(() => this.#outboxChanged(), settleMs);
    }
    const node = this.#nodes.get("outbox");
    const shown = node !== undefined;
    if (shown !== this.#waiting().length > 0) {
      this.#nodes.delete("outbox");
      this.#changed.fire(undefined);
    } else if (shown) this.#changed.fire(node);
  }

  #empty(path: GroupPath, parent: IssuesNode | undefined): IssuesNode {
    return this.#node(`${groupKey(path)}/empty`, { kind: "empty", path, parent });
  }

  /** Projects without issues are shown too, unless a filter asks for less; in the order of their names. */
  #projectIds(groups: readonly { value: string }[]): string[] {
    const { issues, projects } = this.#model;
    const matching = groups.map(({ value }) => value).filter((id) => projects.get(id) !== undefined);
    const ids = isFiltered(issues.filter) ? matching : projects.all().map(({ id }) => id);
    const name = (id: string): string => projects.get(id)?.name ?? id;
    return ids.toSorted((a, b) => name(a).localeCompare(name(b)));
  }

  #node(key: string, node: IssuesNode): IssuesNode {
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    this.#nodes.set(key, node);
    return node;
  }

  #issue(path: GroupPath, issueId: string): ListedIssue | undefined {
    const content = this.#model.issues.content(path);
    return content?.kind === "issues" ? content.issues.find(({ id }) => id === issueId) : undefined;
  }

  /** Whether a line must say which tracker it is of. */
  #severalProviders(): boolean {
    const { issues } = this.#model;
    return !issues.levels.includes("provider") && new Set(issues.known().map(({ provider }) => provider)).size > 1;
  }

  #moreItem(node: IssuesNode): vscode.TreeItem {
    const content = this.#model.issues.content(node.path);
    const item = new vscode.TreeItem(vscode.l10n.t("Load more…"));
    item.id = `${groupKey(node.path)}/more`;
    item.iconPath = new vscode.ThemeIcon("ellipsis");
    item.contextValue = "more";
    if (content?.kind === "issues") {
      item.description = vscode.l10n.t("{0} of {1} shown", content.issues.length, content.total);
    }
    item.command = { command: "aiops.loadMore", title: vscode.l10n.t("Load More"), arguments: [node] };
    return item;
  }

  #failedItem(node: IssuesNode): vscode.TreeItem {
    const error = this.#model.issues.error(node.path);
    const item = new vscode.TreeItem(error === undefined ? "" : oneLine(error.message));
    item.id = `${groupKey(node.path)}/failed`;
    item.description = vscode.l10n.t("Click to try again");
    item.tooltip = error?.message;
    item.iconPath = new vscode.ThemeIcon("error", new vscode.ThemeColor("errorForeground"));
    item.contextValue = "failed";
    item.command = { command: "aiops.retryGroup", title: vscode.l10n.t("Try Again"), arguments: [node] };
    return item;
  }
}

/** What is to be done before what is done; the others by their names, those without last. */
function inOrder(by: GroupField, groups: readonly { value: string }[]): string[] {
  const values = groups.map(({ value }) => value);
  if (by === "status") return values.toSorted((a, b) => b.localeCompare(a));
  const name = by === "provider" ? providerName : (value: string): string => value;
  return values.toSorted(
    (a, b) => Number(a === "") - Number(b === "") || name(a).localeCompare(name(b), undefined, { numeric: true }),
  );
}

function emptyItem(path: GroupPath): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t("No issues. Sync to fetch them."));
  item.id = `${groupKey(path)}/empty`;
  item.iconPath = new vscode.ThemeIcon("info");
  item.contextValue = "empty";
  item.command = {
    command: "aiops.syncProject",
    title: vscode.l10n.t("Sync"),
    arguments: [{ projectId: projectOf(path) }],
  };
  return item;
}

function issueKey(path: GroupPath, issueId: string): string {
  return `${groupKey(path)}/issue=${issueId}`;
}

function projectOf(path: GroupPath): string | undefined {
  return queryOf(path, { labels: [] })?.projectId;
}
