import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { showFailure } from "../failure.ts";
import type { Outcome } from "../progress.ts";
import type { Workspace } from "../../shared/entities/workspace.ts";
import { commit } from "./git-commit.ts";
import { createBranch, mergeBranch, publish, switchBranch } from "./git-branches.ts";
import { remediesOfGit } from "./git-remedies.ts";
import { removeTree } from "./git-remove.ts";
import { actByGit, gitTargetOf, type GitTarget } from "./git-target.ts";

/** What a command of git answers; undefined where it failed and the person was told. */
type Result<T = Workspace> = Promise<Outcome<T> | undefined>;

type Work<T> = (aiops: Aiops, target: GitTarget) => Promise<Outcome<T>>;

/** Takes over what is new on the remote. */
export function pullWorkspace(aiops: Aiops, given: unknown): Result {
  return inTree(aiops, given, vscode.l10n.t("Pull in which project?"), pull);
}

/** Publishes the branch's commits; one that is not on the remote yet gets its upstream. */
export function pushWorkspace(aiops: Aiops, given: unknown): Result {
  return inTree(aiops, given, vscode.l10n.t("Push from which project?"), push);
}

export function commitWorkspace(aiops: Aiops, given: unknown): Result {
  return inTree(aiops, given, vscode.l10n.t("Commit in which project?"), commit);
}

export function switchWorkspaceBranch(aiops: Aiops, given: unknown): Result {
  return inTree(aiops, given, vscode.l10n.t("Switch the branch of which project?"), switchBranch);
}

export function createWorkspaceBranch(aiops: Aiops, given: unknown): Result {
  return inTree(aiops, given, vscode.l10n.t("Make a branch in which project?"), createBranch);
}

export function mergeWorkspaceBranch(aiops: Aiops, given: unknown): Result {
  return inTree(aiops, given, vscode.l10n.t("Merge in which project?"), mergeBranch);
}

export function removeWorkspace(aiops: Aiops, given: unknown): Result<undefined> {
  const remove: Work<undefined> = (_, target) => removeTree(aiops, target, given);
  return inTree(aiops, given, vscode.l10n.t("Remove which project's workspace?"), remove);
}

function pull(aiops: Aiops, target: GitTarget): Promise<Outcome<Workspace>> {
  const title = vscode.l10n.t("Pulling {0}", target.branch ?? "");
  const step = vscode.l10n.t("Asking the remote what is new");
  return actByGit(aiops, target, { title, step }, { action: "pull" });
}

function push(aiops: Aiops, target: GitTarget): Promise<Outcome<Workspace>> {
  const { branch, upstream } = target;
  if (branch !== null && upstream === null) return publish(aiops, target, branch);
  const title = vscode.l10n.t("Pushing {0}", branch ?? "");
  const step = vscode.l10n.t("Sending commits to the remote");
  return actByGit(aiops, target, { title, step }, { action: "push" });
}

/** Finds the tree, and tells a refusal in the server's words with what helps there; once that was pressed, it is done. */
async function inTree<T>(aiops: Aiops, given: unknown, placeholder: string, work: Work<T>): Result<T> {
  const target = await gitTargetOf(aiops, given, placeholder);
  if (target === undefined) return { kind: "cancelled" };
  try {
    return await work(aiops, target);
  } catch (error) {
    // Not awaited: whoever called the command need not wait for the person to read it.
    void showFailure(error, aiops.log, remediesOfGit(aiops, target, error));
    return undefined;
  }
}
