/** Every command of the product; a test keeps this list, the manifest and what is registered equal. */
export const commandIds = [
  "aiops.startWork",
  "aiops.startWorkInWorktree",
  "aiops.populateContext",
  "aiops.writePreview",
  "aiops.discardPreview",
  "aiops.openIssue",
  "aiops.openInBrowser",
  "aiops.copyIssueKey",
  "aiops.copyIssueUrl",
  "aiops.searchIssues",
  "aiops.filterIssues",
  "aiops.clearFilter",
  "aiops.groupIssues",
  "aiops.createIssue",
  "aiops.createIssueFromSelection",
  "aiops.commentIssue",
  "aiops.closeIssue",
  "aiops.reopenIssue",
  "aiops.assignIssue",
  "aiops.labelIssue",
  "aiops.myIssues",
  "aiops.saveFilter",
  "aiops.openFilter",
  "aiops.retryWrite",
  "aiops.editWrite",
  "aiops.discardWrite",
  "aiops.loadMore",
  "aiops.retryGroup",
  "aiops.refresh",
  "aiops.refreshProjects",
  "aiops.syncProject",
  "aiops.syncAll",
  "aiops.addProject",
  "aiops.updateToken",
  "aiops.initialiseWorkspace",
  "aiops.openWorkspace",
  "aiops.openWorkspaceInNewWindow",
  "aiops.pull",
  "aiops.push",
  "aiops.commit",
  "aiops.switchBranch",
  "aiops.createBranch",
  "aiops.mergeBranch",
  "aiops.removeWorkspace",
  "aiops.attach",
  "aiops.sendPrompt",
  "aiops.stopSession",
  "aiops.showStatus",
  "aiops.showLog",
  "aiops.startServer",
  "aiops.restartServer",
  "aiops.signIn",
  "aiops.signOut",
  "aiops.setPassword",
  "aiops.setUpCodes",
  "aiops.openSettings",
] as const;

export type CommandId = (typeof commandIds)[number];

/**
 * Takes what VS Code hands over: a node of a tree, a plain target, or nothing from the palette; and, from a tree, all nodes
 * that are chosen.
 */
export type CommandHandler = (target?: unknown, all?: unknown) => unknown;

/** One handler for each command: leaving one out does not compile. */
export type CommandHandlers = Record<CommandId, CommandHandler>;
