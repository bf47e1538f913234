import { homedir } from "node:os";
import { basename, sep } from "node:path";
import * as vscode from "vscode";
import type { Model } from "../model/model.ts";
import type { Project } from "../../shared/entities/project.ts";
import type { Workspace, Worktree } from "../../shared/entities/workspace.ts";
import { lastRead, oldest, troubleMessage } from "./trouble-item.ts";
import { ago, appendFact, dateTime, oneLine, untrustedMarkdown } from "./text.ts";

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
    if (node.kind === "project") return this.#projectItem(this.#model.projects.get(node.projectId), workspace);
    if (node.kind === "initialise") return initialiseItem(node.projectId);
    if (node.kind === "failed") return failedItem(this.#model.workspaces.error(node.projectId)?.message ?? "");
    if (node.kind === "commit") return commitItem(workspace);
    if (node.kind === "worktree") {
      return worktreeItem(
        node,
        workspace?.worktrees.find(({ path }) => path === node.path),
      );
    }
    return pathItem(workspace?.path ?? "", vscode.l10n.t("Workspace"), "workspace", node.projectId);
  }

  #projectItem(project: Project | undefined, workspace: Workspace | undefined): vscode.TreeItem {
    if (project === undefined) return new vscode.TreeItem("");
    if (this.#isIssuesOnly(project.id)) return issuesOnlyItem(project);
    if (workspace === undefined) void this.#model.workspaces.load(project.id);
    const item = new vscode.TreeItem(
      oneLine(project.name),
      this.#model.projects.size > 5
        ? vscode.TreeItemCollapsibleState.Collapsed
        : vscode.TreeItemCollapsibleState.Expanded,
    );
    const ready = workspace?.exists === true;
    item.description = workspace === undefined ? "" : ready ? gitState(workspace) : vscode.l10n.t("no workspace yet");
    item.iconPath = new vscode.ThemeIcon(ready ? "repo" : "repo-clone");
    item.contextValue = ready ? "project.workspace" : "project";
    const tooltip = untrustedMarkdown();
    tooltip.appendMarkdown("**").appendText(oneLine(project.name)).appendMarkdown("**");
    if (project.repositoryUrl !== "") appendFact(tooltip, vscode.l10n.t("Repository"), project.repositoryUrl);
    for (const { externalProject } of project.links) appendFact(tooltip, vscode.l10n.t("Issues from"), externalProject);
    if (ready) appendFact(tooltip, vscode.l10n.t("Workspace"), workspace.path);
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: `${oneLine(project.name)}, ${spokenState(workspace)}` };
    return item;
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

/** As a prompt shows it: `main ↑1 ↓2 ●`. */
function gitState(workspace: Workspace): string {
  return [
    workspace.branch ?? vscode.l10n.t("detached"),
    workspace.ahead > 0 ? `↑${workspace.ahead}` : "",
    workspace.behind > 0 ? `↓${workspace.behind}` : "",
    workspace.dirty ? "●" : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

function spokenState(workspace: Workspace | undefined): string {
  if (workspace === undefined) return vscode.l10n.t("reading its workspace");
  if (!workspace.exists) return vscode.l10n.t("no workspace yet");
  return [
    vscode.l10n.t("branch {0}", workspace.branch ?? vscode.l10n.t("detached")),
    vscode.l10n.t("{0} ahead, {1} behind", workspace.ahead, workspace.behind),
    workspace.dirty ? vscode.l10n.t("uncommitted changes") : vscode.l10n.t("clean"),
  ].join(", ");
}

function issuesOnlyItem(project: Project): vscode.TreeItem {
  const item = new vscode.TreeItem(oneLine(project.name));
  item.description = vscode.l10n.t("issues only, no repository");
  item.iconPath = new vscode.ThemeIcon("issues");
  item.contextValue = "project.issues";
  item.accessibilityInformation = { label: `${oneLine(project.name)}, ${item.description}` };
  return item;
}

function failedItem(message: string): vscode.TreeItem {
  const item = new vscode.TreeItem(oneLine(message));
  item.tooltip = message;
  item.description = vscode.l10n.t("Click to try again");
  item.iconPath = new vscode.ThemeIcon("error", new vscode.ThemeColor("errorForeground"));
  item.contextValue = "failed";
  item.command = { command: "aiops.refreshProjects", title: vscode.l10n.t("Try Again") };
  return item;
}

function initialiseItem(projectId: string): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t("Initialise Workspace"));
  item.description = vscode.l10n.t("clone the repository for me");
  item.iconPath = new vscode.ThemeIcon("cloud-download");
  item.contextValue = "initialise";
  item.command = {
    command: "aiops.initialiseWorkspace",
    title: vscode.l10n.t("Initialise Workspace"),
    arguments: [{ projectId }],
  };
  return item;
}

function commitItem(workspace: Workspace | undefined): vscode.TreeItem {
  const commit = workspace?.lastCommit ?? undefined;
  if (commit === undefined) return new vscode.TreeItem("");
  const item = new vscode.TreeItem(oneLine(commit.subject));
  const where = workspace?.branch ?? vscode.l10n.t("detached");
  item.description = vscode.l10n.t("{0}, {1}, on {2}", oneLine(commit.author), ago(commit.at), where);
  item.iconPath = new vscode.ThemeIcon("git-commit");
  item.contextValue = "commit";
  const tooltip = untrustedMarkdown();
  tooltip.appendMarkdown("**").appendText(oneLine(commit.subject)).appendMarkdown("**");
  appendFact(tooltip, vscode.l10n.t("By"), commit.author);
  appendFact(tooltip, vscode.l10n.t("When"), dateTime(commit.at));
  appendFact(tooltip, vscode.l10n.t("Branch"), where);
  appendFact(tooltip, vscode.l10n.t("Commit"), commit.sha);
  item.tooltip = tooltip;
  return item;
}

function pathItem(path: string, what: string, contextValue: string, projectId: string): vscode.TreeItem {
  const item = new vscode.TreeItem(fromHome(path));
  item.description = what;
  item.tooltip = path;
  item.iconPath = new vscode.ThemeIcon("folder");
  item.contextValue = contextValue;
  item.command = {
    command: "aiops.openWorkspace",
    title: vscode.l10n.t("Open Folder"),
    arguments: [{ projectId, path }],
  };
  return item;
}

/** A path as a shell's prompt shows it: what matters of it fits into a side bar. */
function fromHome(path: string): string {
  const home = homedir();
  return path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path;
}

function worktreeItem(node: { projectId: string; path: string }, worktree: Worktree | undefined): vscode.TreeItem {
  const branch = worktree?.branch ?? vscode.l10n.t("detached");
  const item = pathItem(node.path, worktree?.dirty === true ? `${branch} ●` : branch, "worktree", node.projectId);
  item.label = basename(node.path);
  item.iconPath = new vscode.ThemeIcon("git-branch");
  return item;
}
