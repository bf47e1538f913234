import * as vscode from "vscode";
import type { NewIssueStart } from "../../shared/messages/new-issue.ts";
import { idText } from "../../shared/messages/shape.ts";
import { PanelSet, type OpenPanel } from "./panel-set.ts";
import type { PanelParts } from "./panel-frame.ts";

type Place =
  | { kind: "issue"; issueId: string; writeComment: boolean }
  /** The form of a new issue; `start` is null for what was kept of it. */
  | { kind: "form"; start: NewIssueStart | null }
  /** A new issue that waits in the outbox. */
  | { kind: "write"; writeId: string };

interface Panel extends OpenPanel {
  writeComment?: () => void;
  add?: (start: NewIssueStart) => void;
}

/** The panels of issues: at most one for an issue, one for each that waits to be made, and one form of a new one. */
export class IssuePanels implements vscode.Disposable {
  readonly #parts: PanelParts;
  readonly #panels: PanelSet<Place, Panel>;

  constructor(parts: PanelParts) {
    this.#parts = parts;
    this.#panels = new PanelSet<Place, Panel>({
      // As in shared/messages/issue-panel.ts, which is loaded with the first panel.
      viewType: "aiops.issue",
      title: () => vscode.l10n.t("Issue"),
      webview: { enableFindWidget: true },
      log: parts.log,
      keyOf,
      readPlace,
      create: (webview, place) => this.#create(webview, place),
    });
  }

  /** Shows an issue; one that is open comes to the front. @param writeComment with the cursor in a new comment */
  async open(issueId: string, { writeComment = false } = {}): Promise<void> {
    await this.#panels.open({ kind: "issue", issueId, writeComment }, (panel) => {
      if (writeComment) panel.writeComment?.();
    });
  }

  /** Shows the form of a new issue; in one that is open already what is written stays. */
  async openNew(start: NewIssueStart): Promise<void> {
    await this.#panels.open({ kind: "form", start }, (panel) => panel.add?.(start));
  }

  /** Shows a new issue that waits in the outbox. */
  async openWrite(writeId: string): Promise<void> {
    await this.#panels.open({ kind: "write", writeId });
  }

  dispose(): void {
    this.#panels.dispose();
  }

  async #create(webview: vscode.WebviewPanel, place: Place): Promise<Panel> {
    if (place.kind === "issue") {
      const { IssuePanel } = await import("./issue-panel.ts");
      return new IssuePanel(webview, place.issueId, this.#parts, place.writeComment);
    }
    const { NewIssuePanel } = await import("./new-issue-panel.ts");
    return new NewIssuePanel(webview, this.#parts, {
      start: place.kind === "form" ? place.start : null,
      writeId: place.kind === "write" ? place.writeId : "",
      openIssue: (issueId) => this.open(issueId),
      openWrite: (writeId) => this.openWrite(writeId),
    });
  }
}

function keyOf(place: Place): string {
  switch (place.kind) {
    case "issue":
      return `issue ${place.issueId}`;
    case "write":
      return `write ${place.writeId}`;
    default:
      return "form";
  }
}

/** As `savedIssuePanel` and `savedNewIssue` have it. @throws AppError invalid_input */
function readPlace(saved: unknown): Place {
  const kept = (name: string): unknown =>
    typeof saved === "object" && saved !== null ? Reflect.get(saved, name) : undefined;
  if (kept("page") === undefined) {
    return { kind: "issue", issueId: idText(kept("issueId"), "issueId"), writeComment: false };
  }
  const writeId = kept("writeId");
  return writeId === "" ? { kind: "form", start: null } : { kind: "write", writeId: idText(writeId, "writeId") };
}
