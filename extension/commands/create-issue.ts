import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { withProgress, type Outcome } from "../progress.ts";
import type { Issue } from "../../shared/entities/issue.ts";
import type { Project } from "../../shared/entities/project.ts";
import { AppError } from "../../shared/errors.ts";
import { oneLine } from "../views/text.ts";
import { askStep } from "./ask-steps.ts";
import { quotedSelection } from "./quoted-selection.ts";
import { projectOf } from "./targets.ts";

/** Asks for project, title, text and labels, creates the issue and opens its page. */
export async function createIssue(aiops: Aiops, target: unknown): Promise<Outcome<Issue | undefined>> {
  return create(aiops, target, "");
}

/** The same, with what is selected in the editor quoted below the text. */
export async function createIssueFromSelection(aiops: Aiops): Promise<Outcome<Issue | undefined>> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    throw new AppError("conflict", vscode.l10n.t("Open a file and select the lines the issue is about."));
  }
  return create(aiops, undefined, await quotedSelection(editor));
}

async function create(aiops: Aiops, target: unknown, quoted: string): Promise<Outcome<Issue | undefined>> {
  const project = await projectOf(aiops, target, vscode.l10n.t("Create an issue in which project?"));
  const linkId = project === undefined ? undefined : await pickLink(project);
  const texts = project === undefined || linkId === undefined ? undefined : await askTexts(project);
  if (project === undefined || linkId === undefined || texts === undefined) return { kind: "cancelled" };
  const { id } = project;
  const choices = await aiops.connection.request((client) => client.issues.projectChoices({ id, linkId }));
  const labels = await vscode.window.showQuickPick(
    choices.labels.map((value) => ({ label: oneLine(value), value })),
    {
      title: vscode.l10n.t("Labels of the new issue"),
      placeHolder: vscode.l10n.t("None is fine"),
      canPickMany: true,
      ignoreFocusOut: true,
    },
  );
  if (labels === undefined) return { kind: "cancelled" };
  const body = [texts.body, quoted].filter((part) => part !== "").join("\n\n");
  const made = await withProgress(vscode.l10n.t("Creating the issue"), () =>
    aiops.connection.request((client) =>
      client.issues.create({ id, linkId, title: texts.title, body, labels: labels.map(({ value }) => value) }),
    ),
  );
  if (made.kind === "cancelled") return made;
  const { status, body: answer } = made.value;
  if (status === 202) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        "The tracker cannot be reached. The issue waits in the outbox and is created as soon as it can be.",
      ),
    );
    return { kind: "done", value: undefined };
  }
  await aiops.panels.open(answer.id);
  return { kind: "done", value: answer };
}

async function pickLink({ links, name }: Project): Promise<string | undefined> {
  const [first, ...more] = links;
  if (first === undefined) {
    throw new AppError("conflict", vscode.l10n.t("{0} has no tracker. Connect one first.", oneLine(name)));
  }
  if (more.length === 0) return first.id;
  const items = links.map(({ id, externalProject }) => ({ label: oneLine(externalProject), id }));
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t("At which tracker?") });
  return chosen?.id;
}

/** Title, then text, with a way back. */
async function askTexts({ name }: Project): Promise<{ title: string; body: string } | undefined> {
  const place = { title: vscode.l10n.t("New issue in {0}", oneLine(name)), totalSteps: 2 };
  let title = "";
  for (;;) {
    const first = await askStep(
      { ...place, step: 1 },
      {
        prompt: vscode.l10n.t("Title"),
        value: title,
        refuse: (text) => (text.trim() === "" ? vscode.l10n.t("An issue needs a title.") : undefined),
      },
    );
    if (first.kind !== "next") return undefined;
    title = first.text.trim();
    const second = await askStep(
      { ...place, step: 2 },
      { prompt: vscode.l10n.t("Description in Markdown; may be empty, and be edited on the issue's page"), value: "" },
    );
    if (second.kind === "next") return { title, body: second.text.trim() };
    if (second.kind === "cancelled") return undefined;
  }
}
