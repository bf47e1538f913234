import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { AppError } from "../../shared/errors.ts";
import type { CommandHandler, CommandHandlers } from "./ids.ts";

/**
 * What each command does. The code is loaded when the first of them is used, so that VS Code starts without it.
 */
export function commandHandlers(aiops: Aiops): CommandHandlers {
  const handlers = () => import("./handlers.ts");
  const uri = (target: unknown): vscode.Uri | undefined => (target instanceof vscode.Uri ? target : undefined);
  return {
    "aiops.startWork": trusted(async (target) => (await handlers()).startWork(aiops, target)),
    "aiops.startWorkInWorktree": trusted(async (target) => (await handlers()).startWorkInWorktree(aiops, target)),
    "aiops.populateContext": trusted(async (target) => (await handlers()).populateContext(aiops, target)),
    "aiops.writePreview": (target) => aiops.previews.decide(uri(target), true),
    "aiops.discardPreview": (target) => aiops.previews.decide(uri(target), false),
    "aiops.openIssue": async (target) => (await handlers()).openIssue(aiops, target),
    "aiops.openInBrowser": async (target) => (await handlers()).openInBrowser(aiops, target),
    "aiops.copyIssueKey": async (target) => (await handlers()).copyIssueKey(aiops, target),
    "aiops.copyIssueUrl": async (target) => (await handlers()).copyIssueUrl(aiops, target),
    "aiops.searchIssues": async () => (await handlers()).searchIssues(aiops),
    "aiops.filterIssues": async () => (await handlers()).filterIssues(aiops),
    "aiops.clearFilter": async () => (await handlers()).clearFilter(aiops),
    "aiops.groupIssues": async () => (await handlers()).groupIssues(aiops),
    "aiops.createIssue": trusted(async (target) => (await handlers()).createIssue(aiops, target)),
    "aiops.createIssueFromSelection": trusted(async () => (await handlers()).createIssueFromSelection(aiops)),
    "aiops.commentIssue": trusted(async (target, all) => (await handlers()).commentIssue(aiops, target, all)),
    "aiops.closeIssue": trusted(async (target, all) => (await handlers()).changeStatus(aiops, target, all, "closed")),
    "aiops.reopenIssue": trusted(async (target, all) => (await handlers()).changeStatus(aiops, target, all, "open")),
    "aiops.assignIssue": trusted(async (target, all) => (await handlers()).assignIssue(aiops, target, all)),
    "aiops.labelIssue": trusted(async (target, all) => (await handlers()).labelIssue(aiops, target, all)),
    "aiops.myIssues": async () => (await handlers()).myIssues(aiops),
    "aiops.saveFilter": async () => (await handlers()).saveFilter(aiops),
    "aiops.openFilter": async () => (await handlers()).openFilter(aiops),
    "aiops.retryWrite": trusted(async (target) => (await handlers()).retryWrite(aiops, target)),
    "aiops.editWrite": trusted(async (target) => (await handlers()).editWrite(aiops, target)),
    "aiops.discardWrite": trusted(async (target) => (await handlers()).discardWrite(aiops, target)),
    "aiops.loadMore": async (target) => (await handlers()).loadMore(aiops, target),
    "aiops.retryGroup": async (target) => (await handlers()).retryGroup(aiops, target),
    "aiops.refresh": async () => (await handlers()).refresh(aiops),
    "aiops.refreshProjects": async () => (await handlers()).refreshProjects(aiops),
    "aiops.syncProject": async (target) => (await handlers()).syncProject(aiops, target),
    "aiops.syncAll": async () => (await handlers()).syncAll(aiops),
    "aiops.addProject": async (target) => (await handlers()).addProject(aiops, target),
    "aiops.updateToken": async (target) => (await handlers()).updateToken(aiops, target),
    "aiops.initialiseWorkspace": trusted(async (target) => (await handlers()).initialiseWorkspace(aiops, target)),
    "aiops.openWorkspace": async (target) => (await handlers()).openWorkspace(aiops, target, false),
    "aiops.openWorkspaceInNewWindow": async (target) => (await handlers()).openWorkspace(aiops, target, true),
    "aiops.pull": trusted(async (target) => (await handlers()).pullWorkspace(aiops, target)),
    "aiops.push": trusted(async (target) => (await handlers()).pushWorkspace(aiops, target)),
    "aiops.commit": trusted(async (target) => (await handlers()).commitWorkspace(aiops, target)),
    "aiops.switchBranch": trusted(async (target) => (await handlers()).switchWorkspaceBranch(aiops, target)),
    "aiops.createBranch": trusted(async (target) => (await handlers()).createWorkspaceBranch(aiops, target)),
    "aiops.mergeBranch": trusted(async (target) => (await handlers()).mergeWorkspaceBranch(aiops, target)),
    "aiops.removeWorkspace": trusted(async (target) => (await handlers()).removeWorkspace(aiops, target)),
    "aiops.attach": async (target) => (await handlers()).attach(aiops, target),
    "aiops.sendPrompt": trusted(async (target) => (await handlers()).sendPrompt(aiops, target)),
    "aiops.stopSession": trusted(async (target) => (await handlers()).stopSession(aiops, target)),
    "aiops.showStatus": async () => (await handlers()).showStatus(aiops),
    "aiops.showLog": () => aiops.log.show(),
    "aiops.startServer": async () => (await handlers()).startServer(aiops),
    "aiops.restartServer": async () => (await handlers()).restartServer(aiops),
    "aiops.signIn": async () => (await handlers()).signIn(aiops),
    "aiops.signOut": async () => (await handlers()).signOut(aiops),
    "aiops.setPassword": async () => (await handlers()).setPassword(aiops),
    "aiops.setUpCodes": async () => (await handlers()).setUpCodes(aiops),
    "aiops.openSettings": (target) => aiops.settings.open(target),
  };
}

/** In a folder that is not trusted aiops only reads, wherever the command comes from. */
function trusted(handler: CommandHandler): CommandHandler {
  return (target, all) => {
    if (vscode.workspace.isTrusted) return handler(target, all);
    throw new AppError(
      "forbidden",
      vscode.l10n.t(
        "This folder is not trusted, so aiops only reads. Trust it first: Workspaces: Manage Workspace Trust",
      ),
      { data: { untrusted: true } },
    );
  };
}
