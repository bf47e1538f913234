// What the commands do, loaded together when the first of them is used.
export { addProject } from "./add-project.ts";
export { assignIssue, changeStatus, commentIssue, labelIssue } from "./change-issues.ts";
export { createIssue, createIssueFromSelection } from "./create-issue.ts";
export {
  commitWorkspace,
  createWorkspaceBranch,
  mergeWorkspaceBranch,
  pullWorkspace,
  pushWorkspace,
  removeWorkspace,
  switchWorkspaceBranch,
} from "./git.ts";
export {
  clearFilter,
  copyIssueKey,
  copyIssueUrl,
  filterIssues,
  groupIssues,
  loadMore,
  openInBrowser,
  openIssue,
  retryGroup,
  searchIssues,
} from "./issues.ts";
export { discardWrite, editWrite, retryWrite } from "./outbox.ts";
export { populateContext } from "./populate-context.ts";
export { initialiseWorkspace, openWorkspace, refresh, refreshProjects, syncAll, syncProject } from "./projects.ts";
export { setPassword, setUpCodes } from "./credentials.ts";
export { restartServer, showStatus, startServer } from "./server.ts";
export { askForProof, signIn, signOut } from "./sign-in.ts";
export { myIssues, openFilter, saveFilter } from "./saved-filters.ts";
export { attach, sendPrompt, stopSession } from "./sessions.ts";
export { startWork, startWorkInWorktree } from "./start-work.ts";
export { updateToken } from "./update-token.ts";
