import * as vscode from "vscode";
import type { Model } from "./model/model.ts";
import type { Session } from "../shared/entities/session.ts";
import type { ProjectsNode } from "./views/projects-view.ts";

/**
 * What people and tools do to their clones past the server is seen when there is an occasion to look: somebody comes back
 * to the window or the view, a command in a terminal or a session's work ends, a file is saved. Nothing is asked by time.
 */
export function keepWorkspacesFresh(model: Model, view: vscode.TreeView<ProjectsNode>): vscode.Disposable {
  const { workspaces } = model;
  const known = new Map<string, Session>();
  let chosen: ProjectsNode | undefined;
  let focused = vscode.window.state.focused;

  const lookAtAll = (): void => {
    if (view.visible) void workspaces.refreshAll();
  };
  const lookAt = (path: string | undefined): void => {
    const projectId = path === undefined ? undefined : workspaces.projectAt(path);
    if (projectId !== undefined) void workspaces.refresh(projectId);
  };

  return vscode.Disposable.from(
    vscode.window.onDidChangeWindowState((state) => {
      const came = state.focused && !focused;
      focused = state.focused;
      if (came) lookAtAll();
    }),
    view.onDidChangeVisibility(lookAtAll),
    view.onDidChangeSelection(({ selection: [node] }) => {
      // Drawing the line anew tells of the same choice again.
      if (node === undefined || node === chosen) return;
      chosen = node;
      if (workspaces.get(node.projectId) !== undefined) void workspaces.refresh(node.projectId);
    }),
    vscode.window.onDidChangeActiveTerminal(lookAtAll),
    vscode.window.onDidCloseTerminal(lookAtAll),
    vscode.window.onDidEndTerminalShellExecution(({ shellIntegration }) => lookAt(shellIntegration.cwd?.fsPath)),
    vscode.workspace.onDidSaveTextDocument(({ uri }) => lookAt(uri.fsPath)),
    model.sessions.onDidChange((ids) => {
      for (const id of ids) {
        const [before, session] = [known.get(id), model.sessions.get(id)];
        if (session === undefined) known.delete(id);
        else known.set(id, session);
        const came = session?.status;
        if (before !== undefined && came !== before.status && came !== "working") lookAt(before.workspacePath);
      }
    }),
  );
}
