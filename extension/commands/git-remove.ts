import { basename } from "node:path";
import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { isWithin } from "../model/workspaces.ts";
import { AppError } from "../../shared/errors.ts";
import type { Outcome } from "../progress.ts";
import { oneLine } from "../views/text.ts";
import type { GitTarget } from "./git-target.ts";
import { isConfirmed } from "./targets.ts";

const cancelled = { kind: "cancelled" } as const;

/**
 * Deletes a clone with its worktrees, or one worktree, after the person said so; what holds work only after they saw
 * what would be lost.
 */
export async function removeTree(aiops: Aiops, target: GitTarget, given: unknown): Promise<Outcome<undefined>> {
  const { project, worktree, path } = target;
  const what =
    worktree === undefined
      ? vscode.l10n.t("Remove the workspace of {0}?", oneLine(project.name))
      : vscode.l10n.t("Remove this worktree of {0}?", oneLine(project.name));
  const stays =
    worktree === undefined
      ? vscode.l10n.t("The folder and its worktrees are deleted. What was pushed stays on the remote.")
      : vscode.l10n.t("The folder is deleted. The branch stays in the clone.");
  if (!isConfirmed(given) && !(await agrees(what, [path, stays, ...openHere(path)]))) return cancelled;
  try {
    await remove(aiops, target, false);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "dirty_tree") throw error;
    if (!(await agreesToLose(what, basename(path), error))) return cancelled;
    await remove(aiops, target, true);
  }
  await aiops.model.workspaces.refresh(project.id);
  return { kind: "done", value: undefined };
}

async function remove(aiops: Aiops, { project, worktree, path }: GitTarget, force: boolean): Promise<void> {
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Removing {0}", path) },
    () =>
      aiops.connection.request((client) =>
        client.workspaces.remove({ id: project.id, force, ...(worktree === undefined ? {} : { worktree }) }),
      ),
  );
}

async function agrees(question: string, detail: readonly string[]): Promise<boolean> {
  const remove = vscode.l10n.t("Remove");
  const options = { modal: true, detail: detail.join("\n\n") };
  return (await vscode.window.showWarningMessage(question, options, remove)) === remove;
}

/** What is lost can't be brought back, so it takes more than a click: the name is typed. */
async function agreesToLose(title: string, name: string, error: AppError): Promise<boolean> {
  const typed = await vscode.window.showInputBox({
    title,
    prompt: [error.message, ...losses(error), vscode.l10n.t("To remove it and lose that, type {0}.", name)].join(" "),
    placeHolder: name,
    ignoreFocusOut: true,
    validateInput: (text) =>
      text === "" || text === name ? undefined : vscode.l10n.t("Type {0}, or press Escape to keep everything.", name),
  });
  return typed === name;
}

function openHere(path: string): string[] {
  const isOpen = vscode.workspace.workspaceFolders?.some(({ uri }) => isWithin(path, uri.fsPath)) === true;
  return isOpen ? [vscode.l10n.t("It is open in this window.")] : [];
}

/** How many commits of which branch, as the server counted them. */
function losses(error: AppError): string[] {
  const unpushed: unknown = error.data["unpushed"];
  if (!Array.isArray(unpushed)) return [];
  const counts = unpushed.flatMap((each: unknown) =>
    typeof each === "object" && each !== null && "ref" in each && "commits" in each
      ? [`${oneLine(String(each.ref))} (${String(each.commits)})`]
      : [],
  );
  return counts.length === 0 ? [] : [vscode.l10n.t("Commits that would be lost: {0}.", counts.join(", "))];
}
