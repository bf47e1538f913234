import { sep } from "node:path";
import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import type { Outcome } from "../progress.ts";
import { AppError } from "../../shared/errors.ts";
import { quotedSelection } from "./quoted-selection.ts";
import { projectOf } from "./targets.ts";

const opened = { kind: "done", value: undefined } as const;

/** Opens the form of a new issue, in the project it was called on. */
export async function createIssue(aiops: Aiops, target: unknown): Promise<Outcome<undefined>> {
  const project =
    target === undefined
      ? undefined
      : await projectOf(aiops, target, vscode.l10n.t("Create an issue in which project?"));
  await aiops.panels.openNew({ projectId: project?.id ?? "", quote: "" });
  return opened;
}

/** The same, with what is selected in the editor quoted below what is written there. */
export async function createIssueFromSelection(aiops: Aiops): Promise<Outcome<undefined>> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    throw new AppError("conflict", vscode.l10n.t("Open a file and select the lines the issue is about."));
  }
  const projectId = projectAt(aiops, editor.document.uri.fsPath);
  await aiops.panels.openNew({ projectId, quote: await quotedSelection(editor) });
  return opened;
}

/** The project in whose clone or worktree a file lies, as far as these are known; empty for none. */
function projectAt({ model }: Aiops, file: string): string {
  const isIn = (folder: string): boolean => file.startsWith(`${folder}${sep}`);
  const project = model.projects.all().find(({ id }) => {
    const { path, worktrees } = model.workspaces.get(id) ?? {};
    return (path !== undefined && isIn(path)) || worktrees?.some((worktree) => isIn(worktree.path)) === true;
  });
  return project?.id ?? "";
}
