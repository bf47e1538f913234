import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import type { TreeBranch, WorkingTree, Workspace } from "../../shared/entities/workspace.ts";
import { AppError } from "../../shared/errors.ts";
import { validateBranchName } from "../../shared/rules/names.ts";
import type { Outcome } from "../progress.ts";
import { oneLine } from "../views/text.ts";
import { actByGit, readTree, type GitTarget } from "./git-target.ts";

const cancelled = { kind: "cancelled" } as const;

interface RevisionItem extends vscode.QuickPickItem {
  revision?: string;
}

/** Changes to a branch of the clone or the remote, or leads to a new one. */
export async function switchBranch(aiops: Aiops, target: GitTarget): Promise<Outcome<Workspace>> {
  const tree = await readTree(aiops, target);
  const title = vscode.l10n.t("Switch Branch of {0}", oneLine(target.project.name));
  const others = tree.branches.filter(({ name }) => name !== tree.branch);
  const making: RevisionItem = { label: vscode.l10n.t("$(add) New Branch…") };
  const items = [
    making,
    ...section(
      vscode.l10n.t("Branches"),
      others.filter(({ local }) => local).map(({ name }) => branchItem(name)),
    ),
    ...section(
      vscode.l10n.t("On the remote, as last seen"),
      others.filter(({ local }) => !local).map(({ name }) => remoteItem(name, name)),
    ),
  ];
  const placeHolder = vscode.l10n.t("It is on {0}. Which branch instead?", tree.branch ?? vscode.l10n.t("no branch"));
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder });
  if (chosen === undefined) return cancelled;
  if (chosen.revision === undefined) return createBranch(aiops, target, tree);
  return actByGit(
    aiops,
    target,
    { title: vscode.l10n.t("Switching to {0}", chosen.revision), step: vscode.l10n.t("Changing the files") },
    { action: "checkout", branch: chosen.revision },
  );
}

/** Makes a branch of the name the person gives, from where they choose, and changes to it. */
export async function createBranch(aiops: Aiops, target: GitTarget, known?: WorkingTree): Promise<Outcome<Workspace>> {
  const tree = known ?? (await readTree(aiops, target));
  const branch = await askBranchName(target, tree);
  if (branch === undefined) return cancelled;
  const from = await pickStart(branch, tree);
  if (from === undefined) return cancelled;
  return startBranch(aiops, target, branch, from);
}

/**
 * Makes a branch at the commit that is checked out, as for commits that may not be pushed where they are, and publishes
 * it.
 */
export async function createAndPush(aiops: Aiops, target: GitTarget): Promise<Outcome<Workspace>> {
  const branch = await askBranchName(target, await readTree(aiops, target));
  if (branch === undefined) return cancelled;
  const made = await startBranch(aiops, target, branch, "HEAD");
  return made.kind === "cancelled" ? made : publish(aiops, target, branch);
}

/** Pushes a branch under its own name, which becomes its upstream. */
export function publish(aiops: Aiops, target: GitTarget, branch: string): Promise<Outcome<Workspace>> {
  return actByGit(
    aiops,
    target,
    { title: vscode.l10n.t("Publishing {0}", branch), step: vscode.l10n.t("Sending commits to the remote") },
    { action: "push", setUpstream: true },
  );
}

/** Merges a branch into the one that is checked out. */
export async function mergeBranch(aiops: Aiops, target: GitTarget): Promise<Outcome<Workspace>> {
  const { branch, branches } = await readTree(aiops, target);
  const items = [
    ...section(
      vscode.l10n.t("Branches"),
      branches.filter(({ name, local }) => local && name !== branch).map(({ name }) => branchItem(name)),
    ),
    ...section(
      vscode.l10n.t("On the remote, as last seen"),
      branches.filter(({ remote }) => remote).map(({ name }) => remoteItem(name, `origin/${name}`)),
    ),
  ];
  if (items.length === 0) throw new AppError("conflict", vscode.l10n.t("There is no other branch to merge."));
  const into = branch ?? vscode.l10n.t("no branch");
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Merge into {0}", into),
    placeHolder: vscode.l10n.t("Which branch? Conflicts are told, and nothing is changed then."),
  });
  if (chosen?.revision === undefined) return cancelled;
  return actByGit(
    aiops,
    target,
    {
      title: vscode.l10n.t("Merging {0} into {1}", chosen.revision, into),
      step: vscode.l10n.t("Working out the result"),
    },
    { action: "merge", branch: chosen.revision },
  );
}

function startBranch(aiops: Aiops, target: GitTarget, branch: string, from: string): Promise<Outcome<Workspace>> {
  return actByGit(
    aiops,
    target,
    { title: vscode.l10n.t("Making the branch {0}", branch), step: vscode.l10n.t("Changing the files") },
    { action: "createBranch", branch, ...(from === "HEAD" ? {} : { from }) },
  );
}

/** @returns undefined when the person gave up */
async function askBranchName(target: GitTarget, { branches }: WorkingTree): Promise<string | undefined> {
  const taken = new Set(branches.filter(({ local }) => local).map(({ name }) => name));
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t("New Branch of {0}", oneLine(target.project.name)),
    prompt: vscode.l10n.t("The name of the branch"),
    placeHolder: "feature/name",
    ignoreFocusOut: true,
    validateInput: (text) => {
      if (taken.has(text)) return vscode.l10n.t("There is a branch of that name already.");
      return text === "" ? undefined : wrongWith(text);
    },
  });
  return name === "" ? undefined : name;
}

/** @returns "HEAD" for what is checked out */
async function pickStart(branch: string, tree: WorkingTree): Promise<string | undefined> {
  const current: RevisionItem = {
    label: `$(git-branch) ${tree.branch ?? vscode.l10n.t("What is checked out")}`,
    description: vscode.l10n.t("as it is here; changes come along"),
    revision: "HEAD",
  };
  const isOther = ({ name, local }: TreeBranch): boolean => local && name !== tree.branch;
  const items = [
    current,
    ...section(
      vscode.l10n.t("On the remote, as last seen"),
      tree.branches.filter(({ remote }) => remote).map(({ name }) => remoteItem(`origin/${name}`, `origin/${name}`)),
    ),
    ...section(
      vscode.l10n.t("Branches"),
      tree.branches.filter(isOther).map(({ name }) => branchItem(name)),
    ),
  ];
  const title = vscode.l10n.t("New Branch {0}", branch);
  const placeHolder = vscode.l10n.t("Where does it start?");
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.revision;
}

function section(label: string, items: readonly RevisionItem[]): RevisionItem[] {
  return items.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items];
}

function branchItem(name: string): RevisionItem {
  return { label: `$(git-branch) ${name}`, revision: name };
}

function remoteItem(label: string, revision: string): RevisionItem {
  return { label: `$(cloud) ${label}`, revision };
}

function wrongWith(name: string): string | undefined {
  try {
    validateBranchName(name);
    return undefined;
  } catch (error) {
    if (error instanceof AppError && error.code === "invalid_input") return error.message;
    throw error;
  }
}
