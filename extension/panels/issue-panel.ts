import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { openChannel, type Channel } from "../../shared/messages/channel.ts";
import {
  toIssueHost,
  toIssuePanel,
  type IssuePanelLocale,
  type IssuePanelState,
  type IssuePanelSurroundings,
  type Outcome as PanelOutcome,
} from "../../shared/messages/issue-panel.ts";
import { panelHtml } from "../../shared/messages/panel-html.ts";
import type { IssueAbilities, IssueWithComments } from "../../shared/entities/issue.ts";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { runJob, type Outcome } from "../progress.ts";
import { oneLine } from "../views/text.ts";
import { webAddress } from "../views/issue-item.ts";
import { writeHandlers } from "./panel-writes.ts";
import type { PanelParts } from "./issue-panels.ts";

type ShownIssue = IssueWithComments & { abilities: IssueAbilities; pending: unknown };

/** The extension's side of one issue panel: reads the issue, keeps it true, and does what its buttons ask. */
export class IssuePanel implements vscode.Disposable {
  readonly #webview: vscode.WebviewPanel;
  readonly #issueId: string;
  readonly #parts: PanelParts;
  readonly #channel: Channel<typeof toIssuePanel>;
  readonly #subscriptions: vscode.Disposable[] = [];
  #issue: ShownIssue | undefined;
  #error: AppError | undefined;
  #reading: Promise<void> | undefined;
  #stale = false;
  #offlineSince: string | null = null;
  readonly #closed = new AbortController();

  constructor(webview: vscode.WebviewPanel, issueId: string, parts: PanelParts) {
    this.#webview = webview;
    this.#issueId = issueId;
    this.#parts = parts;
    this.#channel = openChannel({
      ours: toIssueHost,
      theirs: toIssuePanel,
      handlers: {
        ready: () => this.#ready(),
        startWork: () => runCommand("aiops.startWork", { issueId }),
        populateContext: () => runCommand("aiops.populateContext", { issueId }),
        openInBrowser: () => runCommand("aiops.openInBrowser", { issueId }),
        refresh: () => this.#refresh(),
        attachSession: ({ sessionId }) => runCommand("aiops.attach", { sessionId }),
        copy: ({ text }) => copy(text),
        openLink: ({ url }) => openLink(url),
        ...writeHandlers(parts, issueId),
      },
      post: (message) => void webview.webview.postMessage(message),
      onRefused: (error) => parts.log.warn(`the issue panel: ${error.message}`),
    });
    this.#subscriptions.push(
      webview.webview.onDidReceiveMessage((message: unknown) => this.#channel.receive(message)),
      parts.connection.onDidChangeState(() => this.#connectionChanged()),
      parts.model.sessions.onDidChange(() => this.#sendSurroundings()),
      parts.model.outbox.onDidChange(() => this.#sendSurroundings()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#sendSurroundings()),
      parts.model.onDidTouchIssues(({ issueId: touched, projectId }) => {
        if (touched === undefined ? projectId === this.#issue?.projectId : touched === issueId) this.#invalidate();
      }),
    );
  }

  /** Fills the panel with its page. */
  show(): void {
    const { webview } = this.#webview;
    const bundle = vscode.Uri.joinPath(this.#parts.extensionUri, "dist", "webviews");
    webview.options = { enableScripts: true, localResourceRoots: [bundle] };
    const media = (name: string): vscode.Uri => vscode.Uri.joinPath(this.#parts.extensionUri, "media", name);
    this.#webview.iconPath = { light: media("issue-light.svg"), dark: media("issue-dark.svg") };
    webview.html = panelHtml({
      scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(bundle, "issue.js")).toString(),
      styleUri: webview.asWebviewUri(vscode.Uri.joinPath(bundle, "issue.css")).toString(),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString("base64url"),
      title: vscode.l10n.t("Issue"),
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

  #ready(): IssuePanelLocale {
    this.#sendState();
    if (this.#issue === undefined) this.#invalidate();
    return { language: vscode.env.language, translations: translations(vscode.l10n.bundle) };
  }

  async #refresh(): Promise<PanelOutcome> {
    const { connection } = this.#parts;
    if (connection.state.kind === "disconnected") connection.retry();
    await connection.whenConnected();
    const issue = this.#issue;
    try {
      if (issue !== undefined) {
        await runJob(
          this.#parts,
          (client) => client.projects.sync({ id: issue.projectId }),
          () => undefined,
          this.#closed.signal,
        );
      }
    } finally {
      this.#invalidate();
      await this.#reading;
    }
    return "done";
  }

  #connectionChanged(): void {
    const { state } = this.#parts.connection;
    if (state.kind === "connected") {
      this.#offlineSince = null;
      this.#invalidate();
    } else if (this.#issue !== undefined) {
      this.#offlineSince ??= new Date().toISOString();
    } else if (state.kind === "disconnected") {
      this.#error = state.error;
      this.#sendState();
    }
    this.#sendSurroundings();
  }

  /** Reads the issue anew; changes while it is read are read once more after it. */
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
        await connection.whenConnected();
        this.#issue = await connection.request((client) => client.issues.get({ id: this.#issueId }));
        this.#error = undefined;
      } catch (error) {
        this.#error =
          error instanceof AppError ? error : new AppError("internal", errorMessage(error), { cause: error });
        // While the server is away what was read stays in sight, marked as old.
        if (this.#issue !== undefined && this.#offlineSince !== null) this.#error = undefined;
      }
    }
    this.#sendState();
  }

  #sendState(): void {
    const issueId = this.#issueId;
    let state: IssuePanelState;
    if (this.#error !== undefined) state = { kind: "failed", issueId, message: this.#error.message };
    else if (this.#issue === undefined) state = { kind: "loading", issueId };
    else {
      const { comments, abilities, pending: _pending, ...issue } = this.#issue;
      const project = this.#parts.model.projects.get(issue.projectId);
      this.#webview.title = `${issue.key} ${oneLine(issue.title).slice(0, 60)}`;
      const projectName = project?.name ?? "";
      state = { kind: "loaded", issueId, issue, comments, projectName, abilities, ...this.#surroundings() };
    }
    this.#channel.tell("show", state);
  }

  #sendSurroundings(): void {
    if (this.#issue !== undefined) this.#channel.tell("surroundings", this.#surroundings());
  }

  #surroundings(): IssuePanelSurroundings {
    const canWrite = vscode.workspace.isTrusted;
    return {
      sessions: this.#parts.model.sessionsOf(this.#issueId),
      pending: this.#parts.model.pendingOf(this.#issueId),
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

/** A command says how it ended where it may be cancelled; one that failed has told the person itself. */
async function runCommand(id: string, target: Record<string, string>): Promise<PanelOutcome> {
  const outcome = await vscode.commands.executeCommand<Outcome<unknown> | undefined>(id, target);
  return outcome?.kind === "cancelled" ? "cancelled" : "done";
}

async function copy(text: string): Promise<PanelOutcome> {
  await vscode.env.clipboard.writeText(text);
  return "done";
}

async function openLink(url: string): Promise<PanelOutcome> {
  const opened = await vscode.env.openExternal(vscode.Uri.parse(webAddress(url) ?? url, true));
  return opened ? "done" : "cancelled";
}

/** VS Code's bundle may hold a comment for translators beside a message. */
function translations(bundle: typeof vscode.l10n.bundle): Record<string, string> {
  return bundle ?? {};
}
