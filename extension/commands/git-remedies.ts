import { join } from "node:path";
import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { remedy, showFailure, type Remedy } from "../failure.ts";
import { AppError } from "../../shared/errors.ts";
import { oneLine } from "../views/text.ts";
import { createAndPush, publish } from "./git-branches.ts";
import { nodeOf, type GitTarget } from "./git-target.ts";

/** What helps where the server refused something by git in a tree; the refusal says why by its code and data. */
export function remediesOfGit(aiops: Aiops, target: GitTarget, error: unknown): Remedy[] {
  if (!(error instanceof AppError)) return [];
  const { code, data } = error;
  const node = nodeOf(target);
  const again = (label: string, run: () => Promise<unknown>): Remedy => ({
    label,
    run: async () => {
      try {
        await run();
      } catch (failure) {
        await showFailure(failure, aiops.log, remediesOfGit(aiops, target, failure));
      }
    },
  });
  const conflicts = strings(data["conflicts"]);
  if (code === "merge_conflict") {
    return [
      { label: vscode.l10n.t("Show Files"), run: () => showFiles(target, conflicts) },
      { label: vscode.l10n.t("Open Terminal"), run: () => openTerminal(target) },
    ];
  }
  if (code === "dirty_tree") return [remedy(vscode.l10n.t("Commit…"), "aiops.commit", node)];
  const { branch, upstream } = data;
  if (typeof branch !== "string") {
    if (code !== "conflict") return [];
    // The remote said no because it has more.
    if (typeof data["stderr"] === "string") return [remedy(vscode.l10n.t("Pull"), "aiops.pull", node)];
    return Array.isArray(data["busy"]) ? [remedy(vscode.l10n.t("Show Sessions"), "aiops.sessions.focus")] : [];
  }
  if (code === "forbidden") {
    return [again(vscode.l10n.t("Push as New Branch…"), () => createAndPush(aiops, target))];
  }
  if (code === "conflict" && typeof upstream === "string") {
    return [again(vscode.l10n.t("Publish as {0}", oneLine(branch)), () => publish(aiops, target, branch))];
  }
  return [];
}

/** The files in conflict, to be looked at as they are here. */
async function showFiles({ path }: GitTarget, files: readonly string[]): Promise<void> {
  const items = files.map((file) => ({ label: `$(warning) ${oneLine(file)}`, file }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("In conflict: {0}. Nothing was changed.", files.length),
    placeHolder: vscode.l10n.t("Open one as it is here"),
  });
  if (chosen !== undefined) await vscode.window.showTextDocument(vscode.Uri.file(join(path, chosen.file)));
}

function openTerminal({ path, project }: GitTarget): Promise<void> {
  vscode.window.createTerminal({ cwd: path, name: oneLine(project.name) }).show();
  return Promise.resolve();
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}
