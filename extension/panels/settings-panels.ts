import * as vscode from "vscode";
import type { PanelParts } from "./issue-panels.ts";
import type { SettingsPanel } from "./settings-panel.ts";
import type { SavedSettings } from "../../shared/messages/settings-panel.ts";
import type { ServerEvent } from "../../shared/entities/event.ts";
import { AppError } from "../../shared/errors.ts";

/** As in shared/messages/settings-panel.ts, which is loaded with the panel. */
const viewType = "aiops.settings";

/** The settings panel: one at most, brought back after a window reload, and opened again with what was not saved. */
export class SettingsPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  /** Who signs the person in to GitHub. A test puts another in its place: nobody can sign in there. */
  accounts: Pick<typeof vscode.authentication, "getSession"> = vscode.authentication;
  readonly #parts: PanelParts;
  readonly #registration: vscode.Disposable;
  #panel: SettingsPanel | undefined;
  #kept: SavedSettings | null = null;
  #ending = false;

  constructor(parts: PanelParts) {
    this.#parts = parts;
    this.#registration = vscode.window.registerWebviewPanelSerializer(viewType, this);
  }

  /** Shows the settings; brings them to the front where they are open. @throws AppError forbidden, for no administrator */
  async open(): Promise<void> {
    const { user } = await this.#parts.connection.whenConnected();
    if (user.level !== "admin") {
      throw new AppError("forbidden", vscode.l10n.t("The settings of aiops are for administrators. Ask one of yours."));
    }
    if (this.#panel !== undefined) {
      this.#panel.reveal();
      return;
    }
    const webview = vscode.window.createWebviewPanel(
      viewType,
      vscode.l10n.t("aiops Settings"),
      { viewColumn: vscode.ViewColumn.Active, preserveFocus: false },
      // A token half typed is nowhere but in the page: it must not go when another tab is looked at.
      { enableFindWidget: true, retainContextWhenHidden: true },
    );
    await this.#take(webview);
  }

  /** Hears what the server says. */
  apply(event: ServerEvent): void {
    if (event.entity === "connection") this.#panel?.connectionsChanged();
  }

  async deserializeWebviewPanel(webview: vscode.WebviewPanel): Promise<void> {
    await this.#take(webview);
  }

  dispose(): void {
    this.#ending = true;
    this.#registration.dispose();
    this.#panel?.dispose();
  }

  async #take(webview: vscode.WebviewPanel): Promise<void> {
    const { SettingsPanel } = await import("./settings-panel.ts");
    const panel = new SettingsPanel(webview, { ...this.#parts, accounts: () => this.accounts }, this.#kept, (kept) => {
      this.#kept = kept;
    });
    this.#panel = panel;
    webview.onDidDispose(() => {
      if (this.#panel === panel) this.#panel = undefined;
      panel.dispose();
      if (!this.#ending) void this.#offerUnsaved();
    });
    panel.show();
  }

  /** VS Code closes a panel without asking: what was typed is kept, and the person told so. */
  async #offerUnsaved(): Promise<void> {
    if (this.#kept?.draft === null || this.#kept === null) return;
    const open = vscode.l10n.t("Open Again");
    const discard = vscode.l10n.t("Discard");
    const message = vscode.l10n.t("The settings were closed with changes that are not saved.");
    const chosen = await vscode.window.showWarningMessage(message, open, discard);
    if (chosen === discard) this.#kept = null;
    if (chosen === open) await vscode.commands.executeCommand("aiops.openSettings");
  }
}
