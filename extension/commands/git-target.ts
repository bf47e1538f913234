import { basename } from "node:path";
import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import type { TreeState } from "../model/git-tree.ts";
import type { Outcome, Report } from "../progress.ts";
import { withProgress } from "../progress.ts";
import type { Project } from "../../shared/entities/project.ts";
import type { GitAction, WorkingTree, Workspace, Worktree } from "../../shared/entities/workspace.ts";
import { AppError } from "../../shared/errors.ts";
import { oneLine } from "../views/text.ts";
import { idOf, projectOf } from "./targets.ts";

/** A working tree a command of git is about. */
export interface GitTarget extends TreeState {
  project: Project;
  /** The worktree's path, as requests name it; undefined for the clone. */
  worktree: string | undefined;
}

/**
 * The clone or worktree a command was called on; asked for where it came from the palette. Undefined when the person
 * gave up.
 * @throws AppError `workspace_missing` where there is no clone; why its state can't be read
 */
export async function gitTargetOf(aiops: Aiops, target: unknown, placeholder: string): Promise<GitTarget | undefined> {
  const project = await projectOf(aiops, target, placeholder);
  if (project === undefined) return undefined;
  const workspace = await aiops.connection.request((client) => client.workspaces.get({ id: project.id }));
  aiops.model.workspaces.put(project.id, workspace);
  if (!workspace.exists) {
    const message = vscode.l10n.t("{0} has no workspace yet. Initialise it first.", oneLine(project.name));
    throw new AppError("workspace_missing", message);
  }
  const isNamed = idOf(target, "projectId") !== undefined;
  const path = isNamed ? pathOf(target) : await pickTree(workspace, placeholder);
  if (path === undefined && !isNamed) return undefined;
  const worktree = workspace.worktrees.find((tree) => tree.path === path);
  if (worktree !== undefined) return { ...worktree, project, worktree: worktree.path };
  if (path === undefined || path === workspace.path) return { ...workspace, project, worktree: undefined };
  throw new AppError("not_found", vscode.l10n.t("This working tree is not there any more: {0}", path));
}

/** What identifies a tree to other commands. */
export function nodeOf({ project, worktree }: GitTarget): { projectId: string; path?: string } {
  return { projectId: project.id, ...(worktree === undefined ? {} : { path: worktree }) };
}

/** The branches and changed files of a tree. */
export function readTree(aiops: Aiops, target: GitTarget): Promise<WorkingTree> {
  return aiops.connection.request((client) => client.workspaces.tree({ id: target.project.id, ...inTree(target) }));
}

/**
 * Lets the server do one thing by git, with progress; cancelling ends it there, which leaves the tree as it was.
 * @param step a phrase for people: what is done
 */
export async function actByGit(
  aiops: Aiops,
  target: GitTarget,
  { title, step }: { title: string; step: string },
  action: GitAction,
): Promise<Outcome<Workspace>> {
  const { id } = target.project;
  const { workspaces } = aiops.model;
  const act = async (report: (report: Report) => void, signal: AbortSignal): Promise<Workspace> => {
    report({ step });
    return aiops.connection.request((client) =>
      client.workspaces.git({ id, ...action, ...inTree(target) }, { signal }),
    );
  };
  let outcome: Outcome<Workspace>;
  try {
    outcome = await withProgress(title, act);
  } catch (error) {
    // A pull that was refused knows more of the remote than before.
    void workspaces.refresh(id);
    throw error;
  }
  if (outcome.kind === "cancelled") void workspaces.refresh(id);
  else workspaces.put(id, outcome.value);
  return outcome;
}

function inTree({ worktree }: GitTarget): { worktree?: string } {
  return worktree === undefined ? {} : { worktree };
}

function pathOf(target: unknown): string | undefined {
  const path: unknown = typeof target === "object" && target !== null ? Reflect.get(target, "path") : undefined;
  return typeof path === "string" ? path : undefined;
}

/** The clone where there is nothing beside it, else the tree the person chooses. */
async function pickTree(workspace: Workspace, placeHolder: string): Promise<string | undefined> {
  if (workspace.worktrees.length === 0) return workspace.path;
  const item = ({ path, branch, dirty }: Pick<Worktree, "path" | "branch" | "dirty">) => ({
    label: basename(path),
    description: [branch ?? vscode.l10n.t("detached"), dirty ? "●" : ""].join(" ").trim(),
    path,
  });
  const items = [workspace, ...workspace.worktrees].map(item);
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.path;
}
