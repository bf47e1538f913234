import * as vscode from "vscode";
import type { ConnectionState } from "./connection/state.ts";
import { oneLine } from "./views/text.ts";

/** The server's state and who is signed in; a click offers what can be done about it. */
export class StatusBar implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;

  constructor() {
    this.#item = vscode.window.createStatusBarItem("aiops.status", vscode.StatusBarAlignment.Left, 10);
    this.#item.name = "aiops";
    this.#item.command = "aiops.showStatus";
    this.#item.show();
  }

  show(state: ConnectionState): void {
    const item = this.#item;
    item.backgroundColor = undefined;
    switch (state.kind) {
      case "connecting":
        item.text = "$(sync~spin) aiops";
        item.tooltip = `aiops: ${state.step}…`;
        break;
      case "reconnecting":
        item.text = "$(sync~spin) aiops";
        item.tooltip = vscode.l10n.t("aiops: the connection to the server was cut; connecting again…");
        break;
      case "connected":
        item.text = `$(pulse) aiops: ${oneLine(state.user.name)}`;
        item.tooltip = [
          vscode.l10n.t("Connected to {0} as {1}", state.url, oneLine(state.user.name)),
          state.server === "personal"
            ? vscode.l10n.t("Your own server, version {0}", state.version)
            : state.server === "shared"
              ? vscode.l10n.t("The shared server of this host, version {0}", state.version)
              : vscode.l10n.t("Version {0}", state.version),
        ].join("\n");
        break;
      case "disconnected":
        item.text = "$(debug-disconnect) aiops";
        item.tooltip = state.error.message;
        item.backgroundColor = new vscode.ThemeColor("statusBarItem.warningBackground");
        break;
    }
    item.accessibilityInformation = { label: `aiops, ${item.tooltip}`, role: "button" };
  }

  /** What it says now. */
  get text(): string {
    return this.#item.text;
  }

  dispose(): void {
    this.#item.dispose();
  }
}
