import * as vscode from "vscode";

export const previewScheme = "aiops-preview";
/** The query of the side that shows the file as it is. */
const before = "before";

/** A file as it is and as it would be. */
export interface Change {
  /** Its name; the ending gives the colours. */
  fileName: string;
  before: string;
  after: string;
}

interface Preview {
  change: Change;
  decide: (write: boolean) => void;
}

/**
 * Shows what would be written in a diff editor, until the person decides. Closing the editor is deciding against it.
 */
export class Previews implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #previews = new Map<string, Preview>();
  readonly #subscriptions: vscode.Disposable[];
  #count = 0;

  constructor() {
    this.#subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(previewScheme, this),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const { input } of closed) {
          if (isPreview(input)) this.decide(input.modified, false);
        }
      }),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const change = this.#previews.get(modifiedOf(uri).toString())?.change;
    return (isBefore(uri) ? change?.before : change?.after) ?? "";
  }

  /** Shows a change and asks, in a notification and in the editor's title, whether to write it. */
  async confirm(title: string, change: Change, question: string): Promise<boolean> {
    this.#count += 1;
    const uri = vscode.Uri.from({ scheme: previewScheme, path: `/${this.#count}/${change.fileName}` });
    const decided = new Promise<boolean>((resolve) => {
      this.#previews.set(uri.toString(), { change, decide: resolve });
    });
    await vscode.commands.executeCommand("vscode.diff", uri.with({ query: before }), uri, title, { preview: false });
    void this.#ask(uri, question);
    const answer = await decided;
    await closeTabs(uri);
    return answer;
  }

  async #ask(uri: vscode.Uri, question: string): Promise<void> {
    const write = vscode.l10n.t("Write");
    const chosen = await vscode.window.showInformationMessage(question, write, vscode.l10n.t("Cancel"));
    // A notification that was only pushed aside leaves the buttons in the editor's title.
    if (chosen !== undefined) this.decide(uri, chosen === write);
  }

  /** Decides about a preview; without an address, about the one in sight. */
  decide(uri: vscode.Uri | undefined, write: boolean): void {
    const shown = uri ?? vscode.window.activeTextEditor?.document.uri;
    const key = shown === undefined ? "" : modifiedOf(shown).toString();
    const preview = this.#previews.get(key);
    this.#previews.delete(key);
    preview?.decide(write);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

async function closeTabs(uri: vscode.Uri): Promise<void> {
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input }) => isPreview(input) && input.modified.toString() === uri.toString());
  await vscode.window.tabGroups.close(tabs);
}

function isPreview(input: unknown): input is vscode.TabInputTextDiff {
  return input instanceof vscode.TabInputTextDiff && input.modified.scheme === previewScheme;
}

function isBefore(uri: vscode.Uri): boolean {
  return uri.query === before;
}

function modifiedOf(uri: vscode.Uri): vscode.Uri {
  return uri.with({ query: "" });
}
