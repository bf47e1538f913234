import * as vscode from "vscode";
import {
  toIssueHost,
  toIssuePanel,
  type IssuePanelState,
  type IssuePanelSurroundings,
  type PanelTrouble,
} from "../../shared/messages/issue-panel.ts";
import type { Outcome as PanelOutcome, PanelLocale } from "../../shared/messages/panel.ts";
import type { IssueAbilities, IssueWithComments } from "../../shared/entities/issue.ts";
import { runJob, type Outcome } from "../progress.ts";
import { oneLine } from "../views/text.ts";
import { isOfToken, troubleWords } from "../views/trouble-item.ts";
import { LiveReading } from "./live-reading.ts";
import { commonHandlers, PanelFrame, panelLocale, panelSurroundings, type PanelParts } from "./panel-frame.ts";
import type { OpenPanel } from "./panel-set.ts";
import { writeHandlers } from "./panel-writes.ts";

type ShownIssue = IssueWithComments & { abilities: IssueAbilities; pending: unknown };

/** The extension's side of one issue panel: reads the issue, keeps it true, and does what its buttons ask. */
export class IssuePanel implements OpenPanel {
  readonly #webview: vscode.WebviewPanel;
  readonly #issueId: string;
  readonly #parts: PanelParts;
  readonly #frame: PanelFrame<typeof toIssueHost, typeof toIssuePanel>;
  readonly #issue: LiveReading<ShownIssue>;
  readonly #closed = new AbortController();
  #writeComment: boolean;
  /** VS Code drops the page of a panel that is hidden, and with it what it is told. */
  #pageIsThere = false;

  /** @param writeComment whether the cursor goes to a new comment once the issue is shown */
  constructor(webview: vscode.WebviewPanel, issueId: string, parts: PanelParts, writeComment: boolean) {
    this.#webview = webview;
    this.#issueId = issueId;
    this.#parts = parts;
    this.#writeComment = writeComment;
    this.#issue = new LiveReading({
      connection: parts.connection,
      read: () => parts.connection.request((client) => client.issues.get({ id: issueId })),
      onRead: () => this.#sendState(),
      onConnection: () => this.#sendSurroundings(),
    });
    this.#frame = new PanelFrame({
      panel: webview,
      parts,
      name: "issue",
      title: vscode.l10n.t("Issue"),
      ours: toIssueHost,
      theirs: toIssuePanel,
      handlers: {
        ...commonHandlers,
        ready: () => this.#ready(),
        startWork: () => runCommand("aiops.startWork", { issueId }),
        populateContext: () => runCommand("aiops.populateContext", { issueId }),
        openInBrowser: () => runCommand("aiops.openInBrowser", { issueId }),
        refresh: () => this.#refresh(),
        updateToken: () => this.#updateToken(),
        attachSession: ({ sessionId }) => runCommand("aiops.attach", { sessionId }),
        ...writeHandlers(parts, issueId),
      },
    });
    const { model } = parts;
    this.#frame.follow(
      this.#issue,
      webview.onDidChangeViewState(() => {
        if (!webview.visible) this.#pageIsThere = false;
      }),
      model.sessions.onDidChange(() => this.#sendSurroundings()),
      model.outbox.onDidChange(() => this.#sendSurroundings()),
      model.projects.onDidChange(() => this.#sendSurroundings()),
      model.syncs.onDidChange(() => this.#sendSurroundings()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#sendSurroundings()),
      model.onDidTouchIssues(({ issueId: touched, projectId }) => {
        const isTouched = touched === undefined ? projectId === this.#issue.value?.projectId : touched === issueId;
        if (isTouched) this.#issue.invalidate();
      }),
    );
  }

  show(): void {
    this.#frame.show();
  }

  reveal(): void {
    this.#frame.reveal();
  }

  /** Leads the cursor to a new comment. */
  writeComment(): void {
    this.#writeComment = true;
    this.#sendWriteComment();
  }

  dispose(): void {
    this.#closed.abort();
    this.#frame.dispose();
  }

  #ready(): PanelLocale {
    this.#pageIsThere = true;
    this.#sendState();
    if (this.#issue.value === undefined) this.#issue.invalidate();
    return panelLocale();
  }

  async #refresh(): Promise<PanelOutcome> {
    await this.#issue.reconnect();
    const projectId = this.#issue.value?.projectId;
    try {
      if (projectId !== undefined) {
        await runJob(
          this.#parts,
          (client) => client.projects.sync({ id: projectId }),
          () => undefined,
          this.#closed.signal,
        );
      }
    } finally {
      await this.#issue.readAnew();
    }
    return "done";
  }

  #sendState(): void {
    this.#frame.channel.tell("show", this.#state());
    this.#sendWriteComment();
  }

  #state(): IssuePanelState {
    const issueId = this.#issueId;
    const { value, error } = this.#issue;
    if (error !== undefined) return { kind: "failed", issueId, message: error.message };
    if (value === undefined) return { kind: "loading", issueId };
    const { comments, abilities, pending: _pending, ...issue } = value;
    this.#webview.title = `${issue.key} ${oneLine(issue.title).slice(0, 60)}`;
    const projectName = this.#parts.model.projects.get(issue.projectId)?.name ?? "";
    return { kind: "loaded", issueId, issue, comments, projectName, abilities, ...this.#surroundings() };
  }

  #updateToken(): Promise<PanelOutcome> {
    const { projectId = "", linkId = "" } = this.#issue.value ?? {};
    return runCommand("aiops.updateToken", { projectId, linkId });
  }

  /** A project that is not known (yet) may have one: the server says so where it has none. */
  #hasRepository(): boolean {
    return this.#parts.model.projects.get(this.#issue.value?.projectId ?? "")?.repositoryUrl !== "";
  }

  #trouble(): PanelTrouble | null {
    const { model, connection } = this.#parts;
    const issue = this.#issue.value;
    const trouble = issue === undefined ? undefined : model.syncs.ofLink(issue.projectId, issue.linkId);
    if (trouble === undefined) return null;
    const { externalProject, syncedAt } = trouble;
    const { state } = connection;
    const isAdmin = state.kind === "connected" && state.user.level === "admin";
    const help = isOfToken(trouble) ? (isAdmin ? "token" : "administrator") : "sync";
    return { externalProject: oneLine(externalProject), words: troubleWords(trouble), syncedAt, help };
  }

  /** Only behind an issue that is shown: there is no place to write before. */
  #sendWriteComment(): void {
    if (!this.#writeComment || !this.#pageIsThere || this.#issue.value === undefined) return;
    this.#writeComment = false;
    this.#frame.channel.tell("writeComment");
  }

  #sendSurroundings(): void {
    if (this.#issue.value !== undefined) this.#frame.channel.tell("surroundings", this.#surroundings());
  }

  #surroundings(): IssuePanelSurroundings {
    const { model } = this.#parts;
    return {
      sessions: model.sessionsOf(this.#issueId),
      pending: model.pendingOf(this.#issueId),
      hasRepository: this.#hasRepository(),
      trouble: this.#trouble(),
      ...panelSurroundings(this.#issue.offlineSince),
    };
  }
}

/** A command says how it ended where it may be cancelled; one that failed has told the person itself. */
async function runCommand(id: string, target: Record<string, string>): Promise<PanelOutcome> {
  const outcome = await vscode.commands.executeCommand<Outcome<unknown> | undefined>(id, target);
  return outcome?.kind === "cancelled" ? "cancelled" : "done";
}
