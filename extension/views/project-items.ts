import { homedir } from "node:os";
import { basename, sep } from "node:path";
import * as vscode from "vscode";
import type { TreeAbility, TreeState } from "../model/git-tree.ts";
import type { Project } from "../../shared/entities/project.ts";
import type { Workspace, Worktree } from "../../shared/entities/workspace.ts";
import { ago, appendFact, dateTime, oneLine, untrustedMarkdown } from "./text.ts";

/** As a prompt shows it: `main ↑1 ↓2 ●`. */
function gitState({ branch, ahead, behind, dirty }: TreeState): string {
  return [
    branch ?? vscode.l10n.t("detached"),
    ahead > 0 ? `↑${ahead}` : "",
    behind > 0 ? `↓${behind}` : "",
    dirty ? "●" : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

function spokenState({ branch, ahead, behind, dirty }: TreeState): string {
  return [
    vscode.l10n.t("branch {0}", branch ?? vscode.l10n.t("detached")),
    vscode.l10n.t("{0} ahead, {1} behind", ahead, behind),
    dirty ? vscode.l10n.t("uncommitted changes") : vscode.l10n.t("clean"),
  ].join(", ");
}

function appendTree(tooltip: vscode.MarkdownString, tree: TreeState): void {
  const { branch, upstream } = tree;
  const name = branch ?? vscode.l10n.t("detached");
  const follows = upstream === null ? vscode.l10n.t("{0}, not published", name) : `${name} → ${upstream}`;
  appendFact(tooltip, vscode.l10n.t("Branch"), branch === null ? name : follows);
  const { ahead, behind, dirty } = tree;
  const distance = upstream === null ? "" : vscode.l10n.t("{0} ahead, {1} behind", ahead, behind);
  const changes = dirty ? vscode.l10n.t("uncommitted changes") : vscode.l10n.t("clean");
  appendFact(tooltip, vscode.l10n.t("State"), [distance, changes].filter((part) => part !== "").join(", "));
}

/** The project's card: where its clone stands. */
export function projectItem(
  project: Project,
  workspace: Workspace | undefined,
  abilities: readonly TreeAbility[],
  isOpen: boolean,
): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(oneLine(project.name), isOpen ? Expanded : Collapsed);
  const ready = workspace?.exists === true;
  item.iconPath = new vscode.ThemeIcon(ready ? "repo" : "repo-clone");
  item.contextValue = ready ? ["project.workspace", ...abilities].join(".") : "project";
  const tooltip = untrustedMarkdown();
  tooltip.appendMarkdown("**").appendText(oneLine(project.name)).appendMarkdown("**");
  if (project.repositoryUrl !== "") appendFact(tooltip, vscode.l10n.t("Repository"), project.repositoryUrl);
  for (const { externalProject } of project.links) appendFact(tooltip, vscode.l10n.t("Issues from"), externalProject);
  item.tooltip = tooltip;
  let spoken = vscode.l10n.t("reading its workspace");
  if (ready) {
    spoken = spokenState(workspace);
    item.description = gitState(workspace);
    appendTree(tooltip, workspace);
    const { lastCommit } = workspace;
    if (lastCommit !== null) {
      const { subject, author, at } = lastCommit;
      appendFact(tooltip, vscode.l10n.t("Last commit"), `${oneLine(subject)} (${oneLine(author)}, ${ago(at)})`);
    }
    appendFact(tooltip, vscode.l10n.t("Workspace"), workspace.path);
  } else if (workspace !== undefined) {
    spoken = vscode.l10n.t("no workspace yet");
    item.description = spoken;
  }
  item.accessibilityInformation = { label: `${oneLine(project.name)}, ${spoken}` };
  return item;
}

/** A project that has a tracker and no repository. */
export function issuesOnlyItem(project: Project): vscode.TreeItem {
  const item = new vscode.TreeItem(oneLine(project.name));
  item.description = vscode.l10n.t("issues only, no repository");
  item.iconPath = new vscode.ThemeIcon("issues");
  item.contextValue = "project.issues";
  item.accessibilityInformation = { label: `${oneLine(project.name)}, ${item.description}` };
  return item;
}

/** Why a clone could not be read; a click tries again. */
export function failedItem(message: string): vscode.TreeItem {
  const item = new vscode.TreeItem(oneLine(message));
  item.tooltip = message;
  item.description = vscode.l10n.t("Click to try again");
  item.iconPath = new vscode.ThemeIcon("error", new vscode.ThemeColor("errorForeground"));
  item.contextValue = "failed";
  item.command = { command: "aiops.refreshProjects", title: vscode.l10n.t("Try Again") };
  return item;
}

/** The one click that makes the clone. */
export function initialiseItem(projectId: string): vscode.TreeItem {
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

/** The last commit: what, by whom, when and on which branch. */
export function commitItem(workspace: Workspace | undefined): vscode.TreeItem {
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

/** A folder; a click opens it. */
export function pathItem(path: string, what: string, contextValue: string, projectId: string): vscode.TreeItem {
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

/** A worktree with the state of its branch. */
export function worktreeItem(
  node: { projectId: string; path: string },
  worktree: Worktree | undefined,
  abilities: readonly TreeAbility[],
): vscode.TreeItem {
  const state = worktree === undefined ? "" : gitState(worktree);
  const item = pathItem(node.path, state, ["worktree", ...abilities].join("."), node.projectId);
  const name = basename(node.path);
  item.label = name;
  item.iconPath = new vscode.ThemeIcon("git-branch");
  if (worktree === undefined) return item;
  item.tooltip = untrustedMarkdown();
  item.tooltip.appendMarkdown("**").appendText(oneLine(name)).appendMarkdown("**");
  if (worktree.issueKey !== null) appendFact(item.tooltip, vscode.l10n.t("Issue"), worktree.issueKey);
  appendTree(item.tooltip, worktree);
  appendFact(item.tooltip, vscode.l10n.t("Worktree"), node.path);
  item.accessibilityInformation = { label: `${name}, ${spokenState(worktree)}` };
  return item;
}
