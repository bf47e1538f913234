import * as vscode from "vscode";
import type { Model } from "../model/model.ts";
import type { Session, SessionStatus } from "../../shared/entities/session.ts";
import { attachCommand } from "../../shared/rules/attach.ts";
import { appendFact, dateTime, lasting, oneLine, shortened, untrustedMarkdown } from "./text.ts";

export interface SessionsNode {
  kind: "session";
  sessionId: string;
}

/** Those that need a person first. */
const order: Record<SessionStatus, number> = {
  waiting: 0,
  lost: 1,
  starting: 2,
  working: 3,
  idle: 4,
  unknown: 5,
  exited: 6,
};

/** Characters of a title, so that tool and state stand beside it in a side bar of the usual width. */
const titleLength = 26;
const redrawMs = 30_000;

/** Sessions with their tool, issue, state and how long they have been in it. */
export class SessionsView implements vscode.TreeDataProvider<SessionsNode>, vscode.Disposable {
  readonly #model: Model;
  readonly #isShown: () => boolean;
  readonly #nodes = new Map<string, SessionsNode>();
  readonly #changed = new vscode.EventEmitter<SessionsNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];
  #order = "";
  #clock: NodeJS.Timeout | undefined;

  constructor(model: Model, isShown: () => boolean) {
    this.#model = model;
    this.#isShown = isShown;
    this.#subscriptions = [
      this.#changed,
      model.sessions.onDidChange((ids) => this.#sessionsChanged(ids)),
      model.projects.onDidChange(() => this.refresh()),
    ];
  }

  refresh(): void {
    this.#changed.fire(undefined);
  }

  /** Lets the times grow while somebody looks; the server is not asked. */
  setVisible(visible: boolean): void {
    clearInterval(this.#clock);
    this.#clock = visible
      ? setInterval(() => {
          if (this.#model.sessions.size > 0) this.refresh();
        }, redrawMs)
      : undefined;
  }

  getChildren(node?: SessionsNode): SessionsNode[] {
    if (node !== undefined || !this.#isShown()) return [];
    const sessions = this.#sorted();
    this.#order = sessions.map(({ id }) => id).join();
    return sessions.map(({ id }) => this.#node(id));
  }

  getParent(): undefined {
    return undefined;
  }

  getTreeItem(node: SessionsNode): vscode.TreeItem {
    const session = this.#model.sessions.get(node.sessionId);
    return session === undefined ? new vscode.TreeItem("") : this.#item(session);
  }

  dispose(): void {
    clearInterval(this.#clock);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #sessionsChanged(ids: readonly string[]): void {
    const order = this.#sorted()
      .map(({ id }) => id)
      .join();
    if (order !== this.#order) this.refresh();
    else for (const id of ids) this.#changed.fire(this.#node(id));
  }

  #node(sessionId: string): SessionsNode {
    let node = this.#nodes.get(sessionId);
    if (node === undefined) {
      node = { kind: "session", sessionId };
      this.#nodes.set(sessionId, node);
    }
    return node;
  }

  #sorted(): Session[] {
    return this.#model.sessions
      .all()
      .toSorted((a, b) => order[a.status] - order[b.status] || b.createdAt.localeCompare(a.createdAt));
  }

  #item(session: Session): vscode.TreeItem {
    const project = this.#model.projects.get(session.projectId);
    const item = new vscode.TreeItem(shortened(session.title, titleLength) || session.tool);
    const state = `${statusLabel(session.status)} ${lasting(session.statusSince)}`;
    item.id = session.id;
    item.description = [state, session.tool, project === undefined ? "" : oneLine(project.name)]
      .filter((part) => part !== "")
      .join(" · ");
    item.iconPath = sessionIcon(session.status);
    item.contextValue = `session.${session.status}`;
    item.tooltip = sessionTooltip(session, project?.name);
    item.command = { command: "aiops.attach", title: vscode.l10n.t("Attach"), arguments: [{ sessionId: session.id }] };
    item.accessibilityInformation = {
      label: `${oneLine(session.title)}, ${session.tool}, ${state}${session.question === null ? "" : `, ${oneLine(session.question)}`}`,
    };
    return item;
  }
}

/** A status in words, as part of a sentence. */
export function statusLabel(status: SessionStatus): string {
  const labels: Record<SessionStatus, string> = {
    starting: vscode.l10n.t("starting"),
    working: vscode.l10n.t("working"),
    waiting: vscode.l10n.t("waiting for you"),
    idle: vscode.l10n.t("idle"),
    exited: vscode.l10n.t("exited"),
    lost: vscode.l10n.t("lost"),
    unknown: vscode.l10n.t("unknown"),
  };
  return labels[status];
}

const icons: Record<SessionStatus, [icon: string, color?: string]> = {
  starting: ["loading~spin", "charts.blue"],
  working: ["sync~spin", "charts.blue"],
  waiting: ["bell-dot", "charts.yellow"],
  idle: ["circle-outline", "charts.green"],
  exited: ["circle-slash"],
  lost: ["warning", "charts.orange"],
  unknown: ["question"],
};

function sessionIcon(status: SessionStatus): vscode.ThemeIcon {
  const [icon, color] = icons[status];
  return new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
}

function sessionTooltip(session: Session, projectName: string | undefined): vscode.MarkdownString {
  const markdown = untrustedMarkdown();
  markdown
    .appendMarkdown("**")
    .appendText(oneLine(session.title) || session.tool)
    .appendMarkdown("**");
  if (session.question !== null) appendFact(markdown, vscode.l10n.t("Asks"), session.question);
  appendFact(
    markdown,
    vscode.l10n.t("State"),
    vscode.l10n.t("{0} since {1}", statusLabel(session.status), dateTime(session.statusSince)),
  );
  if (session.status === "lost") {
    appendFact(
      markdown,
      vscode.l10n.t("What happened"),
      vscode.l10n.t("its tmux session is gone. Stop it to remove it here, and start the work again."),
    );
  }
  appendFact(markdown, vscode.l10n.t("Tool"), session.tool);
  if (projectName !== undefined) appendFact(markdown, vscode.l10n.t("Project"), projectName);
  if (session.branch !== null) appendFact(markdown, vscode.l10n.t("Branch"), session.branch);
  appendFact(markdown, vscode.l10n.t("Working directory"), session.workspacePath);
  appendFact(markdown, "tmux", attachCommand(session).join(" "));
  return markdown;
}
