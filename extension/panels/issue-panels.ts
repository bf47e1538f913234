import * as vscode from "vscode";
import type { Connection } from "../connection/connection.ts";
import type { Model } from "../model/model.ts";
import { idText } from "../../shared/messages/shape.ts";
import { AppError } from "../../shared/errors.ts";
import type { IssuePanel } from "./issue-panel.ts";

export interface PanelParts {
  connection: Connection;
  model: Model;
  log: vscode.LogOutputChannel;
  extensionUri: vscode.Uri;
}

/** As in shared/messages/issue-panel.ts, which is loaded with the first panel. */
const viewType = "aiops.issue";

/** The issue panels that are open, at most one for an issue; brings them back after a window reload. */
export class IssuePanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #parts: PanelParts;
  readonly #panels = new Map<string, IssuePanel>();
  readonly #registration: vscode.Disposable;

  constructor(parts: PanelParts) {
    this.#parts = parts;
    this.#registration = vscode.window.registerWebviewPanelSerializer(viewType, this);
  }

  /** Shows an issue; one that is open comes to the front. */
  async open(issueId: string): Promise<void> {
    const open = this.#panels.get(issueId);
    if (open !== undefined) {
      open.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      viewType,
      vscode.l10n.t("Issue"),
      { viewColumn: vscode.ViewColumn.Active, preserveFocus: false },
      { enableFindWidget: true },
    );
    await this.#take(panel, issueId);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, saved: unknown): Promise<void> {
    try {
      const issueId: unknown = typeof saved === "object" && saved !== null ? Reflect.get(saved, "issueId") : undefined;
      await this.#take(panel, idText(issueId, "issueId"));
    } catch (error) {
      // What the page kept is not trusted: a panel of no issue is closed.
      if (!(error instanceof AppError)) throw error;
      this.#parts.log.warn(`an issue panel could not be restored: ${error.message}`);
      panel.dispose();
    }
  }

  dispose(): void {
    this.#registration.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
  }

  async #take(webview: vscode.WebviewPanel, issueId: string): Promise<void> {
    const { IssuePanel } = await import("./issue-panel.ts");
    const panel = new IssuePanel(webview, issueId, this.#parts);
    this.#panels.set(issueId, panel);
    webview.onDidDispose(() => {
      if (this.#panels.get(issueId) === panel) this.#panels.delete(issueId);
      panel.dispose();
    });
    panel.show();
  }
}
