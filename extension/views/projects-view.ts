import * as vscode from "vscode";
import type { Model } from "../model/model.ts";
import { isRunning, treeAbilities, type TreeAbility } from "../model/git-tree.ts";
import type { Workspace } from "../../shared/entities/workspace.ts";
import {
  commitItem,
  failedItem,
  initialiseItem,
  issuesOnlyItem,
  pathItem,
  projectItem,
  worktreeItem,
} from "./project-items.ts";
import { lastRead, oldest, troubleMessage } from "./trouble-item.ts";
import { appendFact } from "./text.ts";

export type ProjectsNode =
  | { kind: "project"; projectId: string }
  | { kind: "initialise" | "failed" | "commit" | "path"; projectId: string }
  | { kind: "worktree"; projectId: string; path: string };

/** Projects with the state of the person's clone: branch, ahead and behind, dirty, last commit, path. */
export class ProjectsView implements vscode.TreeDataProvider<ProjectsNode>, vscode.Disposable {
  readonly #model: Model;
  readonly #isShown: () => boolean;
  readonly #nodes = new Map<string, ProjectsNode>();
  readonly #changed = new vscode.EventEmitter<ProjectsNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];
  /** Where sessions run, as the items were drawn: their branches can't be changed. */
  #busy = "";

  constructor(model: Model, isShown: () => boolean) {
    this.#model = model;
    this.#isShown = isShown;
    this.#subscriptions = [
      this.#changed,
      model.projects.onDidChange(() => this.refresh()),
      model.abilities.onDidChange(() => this.#changed.fire(undefined)),
      model.syncs.onDidChange((projectIds) => {
        for (const id of projectIds) this.#redraw(id);
      }),
      model.workspaces.onDidChange((projectId) => this.#redraw(projectId)),
      model.sessions.onDidChange(() => this.#sessionsChanged()),
    ];
  }

  refresh(): void {
    this.#nodes.clear();
    this.#changed.fire(undefined);
  }

  getChildren(node?: ProjectsNode): ProjectsNode[] | Promise<ProjectsNode[]> {
    if (!this.#isShown()) return [];
    if (node === undefined) {
      return this.#model.projects
        .all()
        .toSorted((a, b) => a.name.localeCompare(b.name))
        .map(({ id }) => this.#node(id, { kind: "project", projectId: id }));
    }
    if (node.kind !== "project") return [];
    const { projectId } = node;
    if (this.#isIssuesOnly(projectId)) return [];
    const { workspaces } = this.#model;
    if (workspaces.get(projectId) !== undefined || workspaces.error(projectId) !== undefined) {
      return this.#details(projectId);
    }
    return workspaces.load(projectId).then(() => this.#details(projectId));
  }

  getParent(node: ProjectsNode): ProjectsNode | undefined {
    return node.kind === "project" ? undefined : this.#nodes.get(node.projectId);
  }

  getTreeItem(node: ProjectsNode): vscode.TreeItem {
    const workspace = this.#model.workspaces.get(node.projectId);
    const item = this.#item(node, workspace);
    if (node.kind === "project") {
      this.#addTroubles(node.projectId, item);
      if (this.#model.mayCreateIn(node.projectId)) item.contextValue = `${item.contextValue ?? ""}.create`;
    }
    // VS Code keeps whether an item can be opened by its id: one that gets a repository is another item.
    item.id =
      node.kind === "project" && this.#isIssuesOnly(node.projectId) ? `${node.projectId}/issues` : nodeKey(node);
    return item;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #redraw(projectId: string): void {
    const node = this.#nodes.get(projectId);
    if (node !== undefined) this.#changed.fire(node);
  }

  #sessionsChanged(): void {
    const running = this.#model.sessions.all().filter(({ status }) => isRunning(status));
    const busy = running
      .map(({ workspacePath }) => workspacePath)
      .toSorted()
      .join("\0");
    if (busy === this.#busy) return;
    this.#busy = busy;
    this.#changed.fire(undefined);
  }

  #node(key: string, node: ProjectsNode): ProjectsNode {
    const known = this.#nodes.get(key) ?? node;
    this.#nodes.set(key, known);
    return known;
  }

  #details(projectId: string): ProjectsNode[] {
    const workspace = this.#model.workspaces.get(projectId);
    const of = (node: ProjectsNode): ProjectsNode => this.#node(nodeKey(node), node);
    if (this.#model.workspaces.error(projectId) !== undefined) return [of({ kind: "failed", projectId })];
    if (workspace === undefined || !workspace.exists) return [of({ kind: "initialise", projectId })];
    return [
      ...(workspace.lastCommit === null ? [] : [of({ kind: "commit", projectId })]),
      of({ kind: "path", projectId }),
      ...workspace.worktrees.map(({ path }) => of({ kind: "worktree", projectId, path })),
    ];
  }

  /** How old its issues are where a tracker of it can't be read. */
  #addTroubles(projectId: string, item: vscode.TreeItem): void {
    const troubles = this.#model.syncs.troubles(projectId);
    const message = troubleMessage(troubles);
    if (message === undefined) return;
    const age = vscode.l10n.t("issues {0}", lastRead(oldest(troubles)));
    item.description = [item.description, age].filter(Boolean).join(" · ");
    item.iconPath = new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"));
    if (item.tooltip instanceof vscode.MarkdownString) appendFact(item.tooltip, vscode.l10n.t("Issues"), message);
    else item.tooltip = message;
    item.accessibilityInformation = { label: [item.accessibilityInformation?.label ?? "", message].join(", ") };
  }

  /** A project may have a tracker and no repository. */
  #isIssuesOnly(projectId: string): boolean {
    return this.#model.projects.get(projectId)?.repositoryUrl === "";
  }

  #item(node: ProjectsNode, workspace: Workspace | undefined): vscode.TreeItem {
    if (node.kind === "project") return this.#projectItem(node.projectId, workspace);
    if (node.kind === "initialise") return initialiseItem(node.projectId);
    if (node.kind === "failed") return failedItem(this.#model.workspaces.error(node.projectId)?.message ?? "");
    if (node.kind === "commit") return commitItem(workspace);
    if (node.kind === "worktree") {
      const worktree = workspace?.worktrees.find(({ path }) => path === node.path);
      const abilities = worktree === undefined ? [] : treeAbilities(worktree, this.#model.sessions.all());
      return worktreeItem(node, worktree, abilities);
    }
    return pathItem(workspace?.path ?? "", vscode.l10n.t("Workspace"), "workspace", node.projectId);
  }

  #projectItem(projectId: string, workspace: Workspace | undefined): vscode.TreeItem {
    const project = this.#model.projects.get(projectId);
    if (project === undefined) return new vscode.TreeItem("");
    if (this.#isIssuesOnly(projectId)) return issuesOnlyItem(project);
    if (workspace === undefined) void this.#model.workspaces.load(projectId);
    const isOpen = this.#model.projects.size <= 5;
    return projectItem(project, workspace, this.#abilitiesOf(workspace), isOpen);
  }

  #abilitiesOf(workspace: Workspace | undefined): TreeAbility[] {
    if (workspace?.exists !== true) return [];
    const all = [workspace.path, ...workspace.worktrees.map(({ path }) => path)];
    return treeAbilities(workspace, this.#model.sessions.all(), all);
  }
}

function nodeKey(node: ProjectsNode): string {
  switch (node.kind) {
    case "project":
      return node.projectId;
    case "worktree":
      return `${node.projectId}/worktree=${node.path}`;
    default:
      return `${node.projectId}/${node.kind}`;
  }
}
