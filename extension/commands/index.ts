import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { AppError } from "../../shared/errors.ts";
import type { CommandHandler, CommandHandlers } from "./ids.ts";

/**
 * What each command does. The code of the rarer ones is loaded when they are first used, so that VS Code starts without
 * it.
 */
export function commandHandlers(aiops: Aiops): CommandHandlers {
  const issues = () => import("./issues.ts");
  const projects = () => import("./projects.ts");
  const sessions = () => import("./sessions.ts");
  const server = () => import("./server.ts");
  const adding = () => import("./add-project.ts");
  const uri = (target: unknown): vscode.Uri | undefined => (target instanceof vscode.Uri ? target : undefined);
  return {
    "aiops.startWork": trusted(async (target) => (await import("./start-work.ts")).startWork(aiops, target)),
    "aiops.populateContext": trusted(async (target) =>
      (await import("./populate-context.ts")).populateContext(aiops, target),
    ),
    "aiops.writePreview": (target) => aiops.previews.decide(uri(target), true),
    "aiops.discardPreview": (target) => aiops.previews.decide(uri(target), false),
    "aiops.openIssue": async (target) => (await issues()).openIssue(aiops, target),
    "aiops.openInBrowser": async (target) => (await issues()).openInBrowser(aiops, target),
    "aiops.copyIssueKey": async (target) => (await issues()).copyIssueKey(aiops, target),
    "aiops.copyIssueUrl": async (target) => (await issues()).copyIssueUrl(aiops, target),
    "aiops.searchIssues": async () => (await issues()).searchIssues(aiops),
    "aiops.filterIssues": async () => (await issues()).filterIssues(aiops),
    "aiops.clearFilter": async () => (await issues()).clearFilter(aiops),
    "aiops.groupIssues": async () => (await issues()).groupIssues(aiops),
    "aiops.loadMore": async (target) => (await issues()).loadMore(aiops, target),
    "aiops.retryGroup": async (target) => (await issues()).retryGroup(aiops, target),
    "aiops.refresh": async () => (await projects()).refresh(aiops),
    "aiops.refreshProjects": async () => (await projects()).refreshProjects(aiops),
    "aiops.syncProject": async (target) => (await projects()).syncProject(aiops, target),
    "aiops.syncAll": async () => (await projects()).syncAll(aiops),
    "aiops.addProject": async (target) => (await adding()).addProject(aiops, target),
    "aiops.updateToken": async () => (await adding()).updateToken(aiops),
    "aiops.initialiseWorkspace": trusted(async (target) => (await projects()).initialiseWorkspace(aiops, target)),
    "aiops.openWorkspace": async (target) => (await projects()).openWorkspace(aiops, target, false),
    "aiops.openWorkspaceInNewWindow": async (target) => (await projects()).openWorkspace(aiops, target, true),
    "aiops.attach": async (target) => (await sessions()).attach(aiops, target),
    "aiops.sendPrompt": trusted(async (target) => (await sessions()).sendPrompt(aiops, target)),
    "aiops.stopSession": trusted(async (target) => (await sessions()).stopSession(aiops, target)),
    "aiops.showStatus": async () => (await server()).showStatus(aiops),
    "aiops.showLog": () => aiops.log.show(),
    "aiops.startServer": async () => (await server()).startServer(aiops),
    "aiops.restartServer": async () => (await server()).restartServer(aiops),
    "aiops.signIn": async () => (await server()).signIn(aiops),
  };
}

/** In a folder that is not trusted aiops only reads, wherever the command comes from. */
function trusted(handler: CommandHandler): CommandHandler {
  return (target) => {
    if (vscode.workspace.isTrusted) return handler(target);
    throw new AppError(
      "forbidden",
      vscode.l10n.t(
        "This folder is not trusted, so aiops only reads. Trust it first: Workspaces: Manage Workspace Trust",
      ),
      { data: { untrusted: true } },
    );
  };
}
