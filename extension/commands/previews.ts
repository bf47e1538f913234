import * as vscode from "vscode";

export const previewScheme = "aiops-preview";

interface Preview {
  text: string;
  decide: (write: boolean) => void;
}

/**
 * Read-only documents that show what would be written, each until the person decides. Closing the document is deciding
 * against it.
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
          if (input instanceof vscode.TabInputText && input.uri.scheme === previewScheme) this.decide(input.uri, false);
        }
      }),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#previews.get(uri.toString())?.text ?? "";
  }

  /**
   * Shows a text and asks, in a notification and in the editor's title, whether to write it.
   * @param fileName the document's name; its ending gives the colours
   * @param question what the notification says
   */
  async confirm(fileName: string, text: string, question: string): Promise<boolean> {
    this.#count += 1;
    const uri = vscode.Uri.from({ scheme: previewScheme, path: `/${this.#count}/${fileName}` });
    const decided = new Promise<boolean>((resolve) => {
      this.#previews.set(uri.toString(), { text, decide: resolve });
    });
    await vscode.window.showTextDocument(uri, { preview: false });
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
    const key = (uri ?? vscode.window.activeTextEditor?.document.uri)?.toString() ?? "";
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
    .filter(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString());
  await vscode.window.tabGroups.close(tabs);
}
