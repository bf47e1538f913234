import * as vscode from "vscode";
import type { Aiops } from "./aiops.ts";
import type { ConnectionState } from "./connection/state.ts";
import type { ContextKeys } from "./context-keys.ts";
import { keepWorkspacesFresh } from "./keep-workspaces-fresh.ts";
import { troubleMessage } from "./views/trouble-item.ts";
import type { WaitingNotices } from "./waiting.ts";

/** Creates the tree views and keeps titles, badges, context keys and the status bar true. */
export function showViews(aiops: Aiops, waiting: WaitingNotices): vscode.Disposable {
  const { arrangement, connection, contextKeys, model, statusBar, terminals, views } = aiops;
  const issues = vscode.window.createTreeView("aiops.issues", {
    treeDataProvider: views.issues,
    canSelectMany: true,
    showCollapseAll: true,
  });
  const projects = vscode.window.createTreeView("aiops.projects", { treeDataProvider: views.projects });
  const sessions = vscode.window.createTreeView("aiops.sessions", { treeDataProvider: views.sessions });
  let restored = false;

  const stateChanged = (state: ConnectionState): void => {
    statusBar.show(state);
    contextKeys.set("aiops.state", keyOf(state));
    if (state.kind === "connected" || state.kind === "disconnected") {
      contextKeys.set("aiops.personalServer", state.server === "personal");
      contextKeys.set("aiops.sharedServer", state.server === "shared");
    }
    if (state.kind === "connected") {
      contextKeys.set("aiops.admin", state.user.level === "admin");
    }
    for (const view of Object.values(views)) view.refresh();
    if (state.kind === "connected" && !restored) {
      restored = true;
      terminals.restore();
    }
  };
  const filterChanged = (): void => {
    const words = arrangement.describe();
    issues.description = words === "" ? undefined : words;
  };
  const mineChanged = (count: number): void => {
    issues.badge =
      count === 0 ? undefined : { value: count, tooltip: vscode.l10n.t("{0} open issues of yours", count) };
  };
  const sessionsChanged = (): void => {
    const count = waiting.waiting().length;
    sessions.badge =
      count === 0 ? undefined : { value: count, tooltip: vscode.l10n.t("{0} sessions wait for you", count) };
  };
  const projectsChanged = (): void => {
    contextKeys.set("aiops.hasProjects", model.projects.size > 0);
    contextKeys.set(
      "aiops.mayCreateIssue",
      model.projects.all().some(({ id }) => model.mayCreateIn(id)),
    );
  };

  const troublesChanged = (): void => {
    issues.message = troubleMessage(model.syncs.troubles());
  };

  stateChanged(connection.state);
  filterChanged();
  projectsChanged();
  return vscode.Disposable.from(
    issues,
    projects,
    sessions,
    connection.onDidChangeState(stateChanged),
    arrangement.onDidChange(filterChanged),
    model.myIssues.onDidChange(mineChanged),
    model.sessions.onDidChange(sessionsChanged),
    model.projects.onDidChange(projectsChanged),
    model.abilities.onDidChange(projectsChanged),
    model.projects.onDidChange(troublesChanged),
    model.syncs.onDidChange(troublesChanged),
    issues.onDidChangeVisibility(troublesChanged),
    keepWorkspacesFresh(model, projects),
    sessions.onDidChangeVisibility(({ visible }) => views.sessions.setVisible(visible)),
  );
}

function keyOf(state: ConnectionState): ContextKeys["aiops.state"] {
  if (state.kind === "disconnected") return state.obstacle;
  return state.kind === "connecting" ? "connecting" : "connected";
}
