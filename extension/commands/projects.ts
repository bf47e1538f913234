import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { runJob, withProgress, type Outcome, type Report } from "../progress.ts";
import type { Project } from "../../shared/entities/project.ts";
import type { Workspace } from "../../shared/entities/workspace.ts";
import { AppError } from "../../shared/errors.ts";
import { oneLine } from "../views/text.ts";
import { projectOf } from "./targets.ts";

export async function syncProject(aiops: Aiops, target: unknown): Promise<Outcome<undefined>> {
  const project = await projectOf(aiops, target, vscode.l10n.t("Sync which project?"));
  return project === undefined ? { kind: "cancelled" } : syncProjects(aiops, [project]);
}

export async function syncAll(aiops: Aiops): Promise<Outcome<undefined>> {
  return syncProjects(
    aiops,
    aiops.model.projects.all().filter(({ links }) => links.length > 0),
  );
}

/** One after the other; a project that fails does not keep the others from being synced. */
async function syncProjects(aiops: Aiops, projects: readonly Project[]): Promise<Outcome<undefined>> {
  const title =
    projects.length === 1 ? oneLine(projects[0]?.name ?? "") : vscode.l10n.t("{0} projects", projects.length);
  return withProgress(vscode.l10n.t("Syncing {0}", title), async (report, signal) => {
    const failures: AppError[] = [];
    for (const [index, project] of projects.entries()) {
      try {
        await syncOne(aiops, project, within(report, project, index, projects.length), signal);
      } catch (error) {
        if (signal.aborted || !(error instanceof AppError)) throw error;
        failures.push(ofProject(error, project));
      }
    }
    const [first] = failures;
    if (first === undefined) return undefined;
    if (failures.length === 1) throw first;
    throw new AppError(
      first.code,
      vscode.l10n.t(
        "{0} of {1} projects could not be synced. The first: {2}",
        failures.length,
        projects.length,
        first.message,
      ),
      { cause: new AggregateError(failures), data: first.data },
    );
  });
}

async function syncOne(
  aiops: Aiops,
  project: Project,
  report: (report: Report) => void,
  signal: AbortSignal,
): Promise<void> {
  await runJob(aiops, (client) => client.projects.sync({ id: project.id }), report, signal);
}

function within(report: (report: Report) => void, project: Project, index: number, count: number) {
  return (inner: Report): void => {
    report(count === 1 ? inner : { step: `${oneLine(project.name)}: ${inner.step}`, done: index, total: count });
  };
}

export async function initialiseWorkspace(aiops: Aiops, target: unknown): Promise<Outcome<Workspace>> {
  const project = await projectOf(aiops, target, vscode.l10n.t("Clone which project?"));
  if (project === undefined) return { kind: "cancelled" };
  const outcome = await withProgress(
    vscode.l10n.t("Initialising the workspace of {0}", oneLine(project.name)),
    async (report, signal) => {
      await runJob(aiops, (client) => client.workspaces.initialise({ id: project.id }), report, signal);
      return aiops.connection.request((client) => client.workspaces.get({ id: project.id }));
    },
  );
  if (outcome.kind === "cancelled") return outcome;
  aiops.model.workspaces.put(project.id, outcome.value);
  void offerFolder(outcome.value.path);
  return outcome;
}

async function offerFolder(path: string): Promise<void> {
  const open = vscode.l10n.t("Open Folder");
  const inNew = vscode.l10n.t("Open in New Window");
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t("The workspace is ready: {0}", path),
    open,
    inNew,
  );
  if (chosen !== undefined) await openFolder(path, chosen === inNew);
}

export async function openWorkspace(aiops: Aiops, target: unknown, newWindow: boolean): Promise<void> {
  const project = await projectOf(aiops, target, vscode.l10n.t("Open which project's workspace?"));
  if (project === undefined) return;
  const named: unknown = typeof target === "object" && target !== null ? Reflect.get(target, "path") : undefined;
  if (typeof named === "string") {
    await openFolder(named, newWindow);
    return;
  }
  const workspace = await aiops.connection.request((client) => client.workspaces.get({ id: project.id }));
  if (!workspace.exists) {
    throw new AppError(
      "workspace_missing",
      vscode.l10n.t("{0} has no workspace yet. Initialise it first.", oneLine(project.name)),
    );
  }
  await openFolder(workspace.path, newWindow);
}

async function openFolder(path: string, newWindow: boolean): Promise<void> {
  await vscode.commands.executeCommand("vscode.openFolder", vscode.Uri.file(path), { forceNewWindow: newWindow });
}

/** The error, with which project it befell: what helps is offered for that. */
function ofProject(error: AppError, { id }: Project): AppError {
  return new AppError(error.code, error.message, { cause: error, data: { ...error.data, projectId: id } });
}

/** Everything the server was asked for before is asked again. */
export async function refresh(aiops: Aiops): Promise<void> {
  if (aiops.connection.state.kind !== "connected") {
    aiops.connection.retry();
    return;
  }
  await aiops.model.reload(aiops.connection.request);
}

export async function refreshProjects(aiops: Aiops): Promise<void> {
  await aiops.model.workspaces.refreshAll();
}
