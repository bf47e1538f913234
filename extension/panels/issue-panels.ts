import * as vscode from "vscode";
import { idText } from "../../shared/messages/shape.ts";
import { PanelSet } from "./panel-set.ts";
import type { IssuePanel } from "./issue-panel.ts";
import type { PanelParts } from "./panel-frame.ts";

interface Place {
  issueId: string;
  writeComment: boolean;
}

/** The panels of issues, at most one for an issue. */
export class IssuePanels implements vscode.Disposable {
  readonly #panels: PanelSet<Place, IssuePanel>;

  constructor(parts: PanelParts) {
    this.#panels = new PanelSet({
      // As in shared/messages/issue-panel.ts, which is loaded with the first panel.
      viewType: "aiops.issue",
      title: () => vscode.l10n.t("Issue"),
      webview: { enableFindWidget: true },
      log: parts.log,
      keyOf: ({ issueId }) => issueId,
      readPlace: (saved) => {
        const kept: unknown = typeof saved === "object" && saved !== null ? Reflect.get(saved, "issueId") : undefined;
        return { issueId: idText(kept, "issueId"), writeComment: false };
      },
      create: async (webview, { issueId, writeComment }) => {
        const { IssuePanel } = await import("./issue-panel.ts");
        return new IssuePanel(webview, issueId, parts, writeComment);
      },
    });
  }

  /** Shows an issue; one that is open comes to the front. @param writeComment with the cursor in a new comment */
  async open(issueId: string, { writeComment = false } = {}): Promise<void> {
    await this.#panels.open({ issueId, writeComment }, (panel) => {
      if (writeComment) panel.writeComment();
    });
  }

  dispose(): void {
    this.#panels.dispose();
  }
}
