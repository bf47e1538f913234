import * as vscode from "vscode";
import { groupKey, isFiltered, queryOf, type GroupField, type GroupPath } from "../model/issue-groups.ts";
import type { Model } from "../model/model.ts";
import type { ListedIssue } from "../../shared/entities/issue.ts";
import type { OutboxItem } from "../../shared/entities/outbox.ts";
import { issueItem, issueTooltip, providerIcon, providerName, statusIcon, statusName } from "./issue-item.ts";
import { outboxGroupItem, writeItem } from "./outbox-item.ts";
import { oneLine } from "./text.ts";

export type IssuesNode =
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
  /** VS Code knows nodes by identity: each thing in the tree keeps its own. */
  readonly #nodes = new Map<string, IssuesNode>();
  readonly #changed = new vscode.EventEmitter<IssuesNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];
  #settling: NodeJS.Timeout | undefined;

  /** @param isShown whether there is something to show at all: else the welcome views speak */
  constructor(model: Model, isShown: () => boolean) {
    this.#model = model;
    this.#isShown = isShown;
    this.#subscriptions = [
      this.#changed,
      model.issues.onDidChange(({ path, issueId }) => {
        this.#redraw(issueId === undefined ? groupKey(path) : issueKey(path, issueId));
      }),
      model.projects.onDidChange(() => this.refresh()),
      model.outbox.onDidChange(() => this.#outboxChanged()),
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
    if (node.kind === "group") return this.#groupItem(node.path);
    if (node.kind === "more") return this.#moreItem(node);
    if (node.kind === "failed") return this.#failedItem(node);
    if (node.kind === "empty") return emptyItem(node.path);
    const issue = this.#issue(node.path, node.issueId);
    // Between an event and the reading of what it changed a node may stand for an issue that has left its group.
    return issue === undefined
      ? new vscode.TreeItem("")
      : issueItem(issue, issueKey(node.path, node.issueId), this.#severalProviders());
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
      return [...this.#outbox(path), ...groups];
    }
    const nodes = content.issues.map(({ id }) =>
      this.#node(issueKey(path, id), { kind: "issue", issueId: id, path, parent }),
    );
    if (content.nextCursor !== null) nodes.push(this.#node(`${groupKey(path)}/more`, { kind: "more", path, parent }));
    return [...this.#outbox(path), ...nodes];
  }

  /** At the top, as long as something waits there. */
  #outbox(path: GroupPath): IssuesNode[] {
    if (path.length > 0 || this.#waiting().length === 0) return [];
    return [this.#node("outbox", { kind: "outbox", path: [], parent: undefined })];
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

  #groupItem(path: GroupPath): vscode.TreeItem {
    const step = path.at(-1);
    if (step === undefined) return new vscode.TreeItem("");
    const count = this.#count(path);
    const closed = step.by === "status" && step.value === "closed";
    const label = this.#groupLabel(step.by, step.value);
    const item = new vscode.TreeItem(
      label,
      closed ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded,
    );
    // A project among many is opened by the person; where there are few, everything is in sight.
    if (step.by === "project" && this.#model.projects.size > 3) {
      item.collapsibleState = vscode.TreeItemCollapsibleState.Collapsed;
    }
    item.id = groupKey(path);
    item.description = String(count);
    item.contextValue = `group.${step.by}`;
    item.accessibilityInformation = { label: vscode.l10n.t("{0}, {1} issues", label, count) };
    if (step.by === "status") item.iconPath = statusIcon(closed ? "closed" : "open");
    if (step.by === "provider") item.iconPath = providerIcon(step.value);
    if (step.by === "label") item.iconPath = new vscode.ThemeIcon("tag");
    if (step.by === "assignee") item.iconPath = new vscode.ThemeIcon("person");
    if (step.by === "milestone") item.iconPath = new vscode.ThemeIcon("milestone");
    if (step.by === "project") {
      item.iconPath = new vscode.ThemeIcon("repo");
      const project = this.#model.projects.get(step.value);
      const tenant = project === undefined ? undefined : this.#model.tenants.get(project.tenantId);
      if (tenant !== undefined && this.#model.tenants.size > 1) item.description = `${count} · ${tenant.name}`;
    }
    return item;
  }

  /** Whether a line must say which tracker it is of. */
  #severalProviders(): boolean {
    const { issues } = this.#model;
    return !issues.levels.includes("provider") && new Set(issues.known().map(({ provider }) => provider)).size > 1;
  }

  #groupLabel(by: GroupField, value: string): string {
    if (by === "label") return value === "" ? vscode.l10n.t("No label") : oneLine(value);
    if (by === "assignee") return value === "" ? vscode.l10n.t("Nobody") : oneLine(value);
    if (by === "milestone") return value === "" ? vscode.l10n.t("No milestone") : oneLine(value);
    if (by === "status") return statusName(value);
    if (by === "provider") return providerName(value);
    return oneLine(this.#model.projects.get(value)?.name ?? value);
  }

  #count(path: GroupPath): number {
    const above = this.#model.issues.content(path.slice(0, -1));
    const value = path.at(-1)?.value;
    return above?.kind === "groups" ? (above.groups.find((group) => group.value === value)?.count ?? 0) : 0;
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
