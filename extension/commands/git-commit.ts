import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { isWithin } from "../model/workspaces.ts";
import type { FileChange, WorkingTree, Workspace } from "../../shared/entities/workspace.ts";
import { isProtectedBranch } from "../../shared/rules/protected-branches.ts";
import type { Outcome } from "../progress.ts";
import { oneLine } from "../views/text.ts";
import { actByGit, readTree, type GitTarget } from "./git-target.ts";

const cancelled = { kind: "cancelled" } as const;

interface FileItem extends vscode.QuickPickItem {
  path: string;
}

/** Commits all or some of what changed, with a message, in the person's own name. */
export async function commit(aiops: Aiops, target: GitTarget): Promise<Outcome<Workspace>> {
  if (!(await offerToSave(target))) return cancelled;
  const tree = await readTree(aiops, target);
  if (tree.changeCount === 0) {
    void aiops.model.workspaces.refresh(target.project.id);
    void vscode.window.showInformationMessage(vscode.l10n.t("There is nothing to commit: no file has changed."));
    return cancelled;
  }
  const files = await pickFiles(tree);
  if (files === undefined || files.length === 0) return cancelled;
  const isAll = files.length === tree.changes.length;
  const count = isAll ? tree.changeCount : files.length;
  const message = await askMessage(target, count);
  if (message === undefined) return cancelled;
  return actByGit(
    aiops,
    target,
    { title: vscode.l10n.t("Committing {0}", nameOf(count)), step: vscode.l10n.t("Writing the commit") },
    { action: "commit", message, ...(isAll ? {} : { paths: files }) },
  );
}

/** @returns the paths that were chosen; undefined when the person gave up */
async function pickFiles({ branch, changes, changeCount }: WorkingTree): Promise<string[] | undefined> {
  const items = changes.map((change): FileItem => ({ ...fileLabel(change), path: change.path, picked: true }));
  const unlisted = changeCount - changes.length;
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Commit to {0}: which files?", branch ?? vscode.l10n.t("no branch")),
    placeHolder:
      unlisted === 0
        ? vscode.l10n.t("What is ticked is committed")
        : vscode.l10n.t("{0} more are not listed; they are committed where all of these are ticked", unlisted),
    canPickMany: true,
    ignoreFocusOut: true,
  });
  return chosen?.map(({ path }) => path);
}

async function askMessage({ project, branch }: GitTarget, count: number): Promise<string | undefined> {
  const isProtected = branch !== null && isProtectedBranch(branch, project.protectedBranches);
  const message = await vscode.window.showInputBox({
    title: vscode.l10n.t("Commit {0} to {1}", nameOf(count), branch ?? vscode.l10n.t("no branch")),
    prompt: isProtected
      ? vscode.l10n.t("{0} is protected: it can't be pushed. Commit on a new branch to publish this.", branch)
      : vscode.l10n.t("What the commit does, in one line"),
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === "" ? vscode.l10n.t("A commit needs a message.") : undefined),
  });
  return message === undefined || message.trim() === "" ? undefined : message;
}

/** What stands in editors alone is not committed: the person decides. @returns false for giving up */
async function offerToSave({ path }: GitTarget): Promise<boolean> {
  const unsaved = vscode.workspace.textDocuments.filter(
    ({ isDirty, uri }) => isDirty && uri.scheme === "file" && isWithin(path, uri.fsPath),
  );
  if (unsaved.length === 0) return true;
  const save = vscode.l10n.t("Save and Commit");
  const leave = vscode.l10n.t("Commit without Saving");
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t("{0} of this working tree have changes that are not saved.", nameOf(unsaved.length)),
    { modal: true },
    save,
    leave,
  );
  if (chosen === save) for (const document of unsaved) await document.save();
  return chosen !== undefined;
}

function fileLabel({ path, state }: FileChange): vscode.QuickPickItem {
  const looks: Record<FileChange["state"], [string, string]> = {
    added: ["diff-added", vscode.l10n.t("new")],
    modified: ["diff-modified", vscode.l10n.t("changed")],
    deleted: ["diff-removed", vscode.l10n.t("deleted")],
    conflict: ["warning", vscode.l10n.t("in conflict")],
  };
  const [icon, words] = looks[state];
  return { label: `$(${icon}) ${oneLine(path)}`, description: words };
}

function nameOf(count: number): string {
  return count === 1 ? vscode.l10n.t("1 file") : vscode.l10n.t("{0} files", count);
}
