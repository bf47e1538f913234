import * as vscode from "vscode";
import {
  newIssuePage,
  toNewIssueHost,
  toNewIssuePage,
  type NewIssueStart,
  type NewIssueState,
} from "../../shared/messages/new-issue.ts";
import type { Outcome, PanelLocale } from "../../shared/messages/panel.ts";
import type { OutboxItem } from "../../shared/entities/outbox.ts";
import { isPending } from "../model/outbox.ts";
import { oneLine } from "../views/text.ts";
import { LiveReading } from "./live-reading.ts";
import { commonHandlers, PanelFrame, panelLocale, panelSurroundings, trusted, type PanelParts } from "./panel-frame.ts";
import type { OpenPanel } from "./panel-set.ts";
import { outboxHandlers } from "./panel-writes.ts";

export interface NewIssueOptions {
  /** What is put into the form; null for what was kept. */
  start: NewIssueStart | null;
  /** The write that is waited for; empty for a form. */
  writeId: string;
  /** Where the issue, or the write of it, is shown instead of this panel. */
  openIssue: (issueId: string) => Promise<void>;
  openWrite: (writeId: string) => Promise<void>;
}

/** The extension's side of a new issue: its form, and its write while that waits for the tracker. */
export class NewIssuePanel implements OpenPanel {
  readonly #webview: vscode.WebviewPanel;
  readonly #parts: PanelParts;
  readonly #options: NewIssueOptions;
  readonly #frame: PanelFrame<typeof toNewIssueHost, typeof toNewIssuePage>;
  readonly #write: LiveReading<OutboxItem | null>;
  #starts: NewIssueStart[];
  #pageIsThere = false;

  constructor(webview: vscode.WebviewPanel, parts: PanelParts, options: NewIssueOptions) {
    this.#webview = webview;
    this.#parts = parts;
    this.#options = options;
    this.#starts = options.start === null ? [] : [options.start];
    const { connection, model } = parts;
    const { writeId } = options;
    this.#write = new LiveReading({
      connection,
      read: async () => (writeId === "" ? null : connection.request((client) => client.outbox.get({ id: writeId }))),
      onRead: () => void this.#writeRead(),
      onConnection: () => this.#sendState(),
    });
    this.#frame = new PanelFrame({
      panel: webview,
      parts,
      name: "issue",
      page: newIssuePage,
      title: this.#title(),
      ours: toNewIssueHost,
      theirs: toNewIssuePage,
      handlers: {
        ...commonHandlers,
        ...outboxHandlers(parts),
        ready: () => this.#ready(),
        refresh: async (): Promise<Outcome> => {
          await this.#write.reconnect();
          await this.#write.readAnew();
          return "done";
        },
        choices: ({ projectId, linkId }) =>
          connection.request((client) => client.issues.projectChoices({ id: projectId, linkId })),
        create: trusted(async ({ projectId, ...draft }) => {
          const { status, body } = await connection.request((client) =>
            client.issues.create({ id: projectId, ...draft }),
          );
          if (status === 202) await this.#replaceBy(() => options.openWrite(body.outbox.id));
          else await this.#replaceBy(() => options.openIssue(body.id));
          return status === 202 ? "queued" : "done";
        }),
        close: () => webview.dispose(),
      },
    });
    this.#frame.follow(
      this.#write,
      webview.onDidChangeViewState(() => {
        if (!webview.visible) this.#pageIsThere = false;
      }),
      model.projects.onDidChange(() => this.#sendState()),
      model.outbox.onDidChange(() => {
        if (writeId !== "") this.#write.invalidate();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#sendState()),
    );
  }

  show(): void {
    this.#webview.title = this.#title();
    this.#frame.show();
  }

  reveal(): void {
    this.#frame.reveal();
  }

  /** Puts more into the form that is open. */
  add(start: NewIssueStart): void {
    this.#starts.push(start);
    if (this.#pageIsThere) this.#sendStarts();
  }

  dispose(): void {
    this.#frame.dispose();
  }

  #title(): string {
    return vscode.l10n.t("New Issue");
  }

  #ready(): PanelLocale {
    this.#pageIsThere = true;
    this.#sendState();
    this.#sendStarts();
    if (this.#write.value === undefined) this.#write.invalidate();
    return panelLocale();
  }

  #sendStarts(): void {
    for (const start of this.#starts) this.#frame.channel.tell("add", start);
    this.#starts = [];
  }

  #sendState(): void {
    this.#frame.channel.tell("show", this.#state());
  }

  #state(): NewIssueState {
    const { value, error, offlineSince } = this.#write;
    const { model } = this.#parts;
    if (error !== undefined) return { kind: "failed", message: error.message };
    if (value === undefined) return { kind: "loading" };
    const around = panelSurroundings(offlineSince);
    if (value !== null) {
      const projectName = model.projects.get(value.projectId)?.name ?? "";
      return { kind: "waiting", write: value, projectName, ...around };
    }
    const projects = model.projects
      .all()
      .map(({ id, name, links }) => ({
        id,
        name,
        links: links.map((link) => ({ id: link.id, name: link.externalProject })),
      }))
      .toSorted((a, b) => a.name.localeCompare(b.name));
    return { kind: "form", projects, ...around };
  }

  /** What has arrived is shown as the issue it became; what was withdrawn is nowhere any more. */
  async #writeRead(): Promise<void> {
    const { value, error } = this.#write;
    if (error?.code === "not_found" || value?.status === "withdrawn") {
      this.#webview.dispose();
      return;
    }
    if (value !== undefined && value !== null && !isPending(value) && value.issueId !== null) {
      const { issueId } = value;
      await this.#replaceBy(() => this.#options.openIssue(issueId));
      return;
    }
    if (value?.write.kind === "create") this.#webview.title = oneLine(value.write.title).slice(0, 60);
    this.#sendState();
  }

  /** Opens another panel where this one is, and closes this one. */
  async #replaceBy(open: () => Promise<void>): Promise<void> {
    await open();
    this.#webview.dispose();
  }
}
