import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { openChannel, type Channel } from "../../shared/messages/channel.ts";
import { panelHtml } from "../../shared/messages/panel-html.ts";
import {
  toSettingsHost,
  toSettingsPanel,
  type Outcome,
  type SavedSettings,
  type SettingsReady,
  type SettingsState,
  type SettingsSurroundings,
} from "../../shared/messages/settings-panel.ts";
import type { Connection } from "../../shared/entities/connection.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { readAll } from "../model/read-all.ts";
import { webAddress } from "../views/issue-item.ts";
import type { PanelParts } from "./issue-panels.ts";
import { connectionActions } from "./settings-connections.ts";
import { enterpriseOrigin, type Accounts } from "./github-sign-in.ts";

export interface SettingsParts extends PanelParts {
  accounts: () => Accounts;
}

/** The extension's side of the settings panel: reads what it shows, keeps it true, and does what its forms ask. */
export class SettingsPanel implements vscode.Disposable {
  readonly #webview: vscode.WebviewPanel;
  readonly #parts: SettingsParts;
  readonly #channel: Channel<typeof toSettingsPanel>;
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #closed = new AbortController();
  #kept: SavedSettings | null;
  #connections: Connection[] | undefined;
  #error: AppError | undefined;
  #reading: Promise<void> | undefined;
  #stale = false;
  #offlineSince: string | null = null;

  /**
   * @param kept what was not saved when the panel was closed last
   * @param keep told what the page would keep, whenever that changes
   */
  constructor(
    webview: vscode.WebviewPanel,
    parts: SettingsParts,
    kept: SavedSettings | null,
    keep: (kept: SavedSettings) => void,
  ) {
    this.#webview = webview;
    this.#parts = parts;
    this.#kept = kept;
    this.#channel = openChannel({
      ours: toSettingsHost,
      theirs: toSettingsPanel,
      handlers: {
        ...connectionActions({ ...parts, read: () => this.#readAnew(), closed: this.#closed.signal }),
        ready: () => this.#ready(),
        refresh: () => this.#refresh(),
        copy: ({ text }) => copy(text),
        openLink: ({ url }) => openLink(url),
        keep: (saved) => {
          this.#kept = saved;
          keep(saved);
        },
      },
      post: (message) => void webview.webview.postMessage(message),
      onRefused: (error) => parts.log.warn(`the settings panel: ${error.message}`),
    });
    const { connection, model } = parts;
    this.#subscriptions.push(
      webview.webview.onDidReceiveMessage((message: unknown) => this.#channel.receive(message)),
      connection.onDidChangeState(() => this.#connectionChanged()),
      model.projects.onDidChange(() => this.#sendState()),
      model.tenants.onDidChange(() => this.#sendState()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#sendSurroundings()),
    );
  }

  /** Fills the panel with its page. */
  show(): void {
    const { webview } = this.#webview;
    const bundle = vscode.Uri.joinPath(this.#parts.extensionUri, "dist", "webviews");
    webview.options = { enableScripts: true, localResourceRoots: [bundle] };
    const media = (name: string): vscode.Uri => vscode.Uri.joinPath(this.#parts.extensionUri, "media", name);
    this.#webview.iconPath = { light: media("settings-light.svg"), dark: media("settings-dark.svg") };
    webview.html = panelHtml({
      scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(bundle, "settings.js")).toString(),
      styleUri: webview.asWebviewUri(vscode.Uri.joinPath(bundle, "settings.css")).toString(),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString("base64url"),
      title: vscode.l10n.t("aiops Settings"),
    });
  }

  reveal(): void {
    this.#webview.reveal();
  }

  dispose(): void {
    this.#closed.abort();
    this.#channel.close();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#webview.dispose();
  }

  #ready(): SettingsReady {
    this.#sendState();
    if (this.#connections === undefined) this.#invalidate();
    return { language: vscode.env.language, translations: translations(vscode.l10n.bundle), kept: this.#kept };
  }

  async #refresh(): Promise<Outcome> {
    const { connection } = this.#parts;
    if (connection.state.kind === "disconnected") connection.retry();
    await connection.whenConnected();
    await this.#readAnew();
    return "done";
  }

  #connectionChanged(): void {
    const { state } = this.#parts.connection;
    if (state.kind === "connected") {
      this.#offlineSince = null;
      this.#invalidate();
    } else if (this.#connections !== undefined) {
      this.#offlineSince ??= new Date().toISOString();
    } else if (state.kind === "disconnected") {
      this.#error = state.error;
      this.#sendState();
    }
    this.#sendSurroundings();
  }

  async #readAnew(): Promise<void> {
    this.#invalidate();
    await this.#reading;
  }

  /** A connection was changed, by whomever. */
  connectionsChanged(): void {
    this.#invalidate();
  }

  /** Reads everything anew; changes while it is read are read once more after it. */
  #invalidate(): void {
    this.#stale = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
  }

  async #read(): Promise<void> {
    const { connection } = this.#parts;
    while (this.#stale) {
      this.#stale = false;
      try {
        const { user } = await connection.whenConnected();
        if (user.level !== "admin") {
          this.#connections = undefined;
          throw new AppError("forbidden", vscode.l10n.t("The settings are for administrators. Ask one of yours."));
        }
        this.#connections = await connection.request((client) => readAll((page) => client.connections.list(page)));
        this.#error = undefined;
      } catch (error) {
        this.#error =
          error instanceof AppError ? error : new AppError("internal", errorMessage(error), { cause: error });
        // While the server is away what was read stays in sight, marked as old.
        if (this.#connections !== undefined && this.#offlineSince !== null) this.#error = undefined;
      }
    }
    this.#sendState();
  }

  #sendState(): void {
    this.#channel.tell("show", this.#state());
  }

  #state(): SettingsState {
    if (this.#error !== undefined) return { kind: "failed", message: this.#error.message };
    if (this.#connections === undefined) return { kind: "loading" };
    const { connection, model } = this.#parts;
    const { state } = connection;
    const url = state.kind === "connected" ? state.url : state.kind === "reconnecting" ? state.last.url : "";
    const projects = model.projects.all();
    const connections = this.#connections.map((one) => ({
      ...one,
      projects: projects
        .filter(({ links }) => links.some(({ connectionId }) => connectionId === one.id))
        .map(({ name }) => name)
        .toSorted((a, b) => a.localeCompare(b)),
      webhookUrl: `${url.replace(/\/+$/, "")}/webhooks/${one.id}`,
    }));
    const tenants = model.tenants.all().map(({ id, name }) => ({ id, name }));
    return { kind: "loaded", connections, tenants, enterpriseOrigin: enterpriseOrigin(), ...this.#surroundings() };
  }

  #sendSurroundings(): void {
    if (this.#connections !== undefined) this.#channel.tell("surroundings", this.#surroundings());
  }

  #surroundings(): SettingsSurroundings {
    const canWrite = vscode.workspace.isTrusted;
    return {
      canWrite,
      readOnlyReason: canWrite
        ? null
        : vscode.l10n.t(
            "This folder is not trusted, so aiops only reads. Trust it with: Workspaces: Manage Workspace Trust",
          ),
      offlineSince: this.#offlineSince,
    };
  }
}

async function copy(text: string): Promise<Outcome> {
  await vscode.env.clipboard.writeText(text);
  return "done";
}

async function openLink(url: string): Promise<Outcome> {
  const opened = await vscode.env.openExternal(vscode.Uri.parse(webAddress(url) ?? url, true));
  return opened ? "done" : "cancelled";
}

/** VS Code's bundle may hold a comment for translators beside a message. */
function translations(bundle: typeof vscode.l10n.bundle): Record<string, string> {
  return bundle ?? {};
}
