import * as vscode from "vscode";
import type { Model } from "../model/model.ts";
import type { Session } from "../../shared/entities/session.ts";
import { attachCommand } from "../../shared/rules/attach.ts";
import { oneLine } from "../views/text.ts";

const remembered = "aiops.attachedSessions";

/**
 * Terminals attached to sessions: one for each, brought back after a window reload, closed when the session ends.
 */
export class Terminals implements vscode.Disposable {
  readonly #model: Model;
  readonly #memory: vscode.Memento;
  readonly #terminals = new Map<string, vscode.Terminal>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(model: Model, memory: vscode.Memento) {
    this.#model = model;
    this.#memory = memory;
    this.#subscriptions = [
      vscode.window.onDidCloseTerminal((terminal) => this.#closed(terminal)),
      model.sessions.onDidChange((ids) => {
        for (const id of ids) this.#sessionChanged(id);
      }),
    ];
  }

  /** The terminal of a session, if one is open. */
  get(sessionId: string): vscode.Terminal | undefined {
    return this.#terminals.get(sessionId);
  }

  /** Shows the session's terminal; opens it where it is not. */
  attach(session: Session, preserveFocus = false): vscode.Terminal {
    const open = this.#terminals.get(session.id);
    if (open !== undefined) {
      open.show(preserveFocus);
      return open;
    }
    const [shellPath = "tmux", ...shellArgs] = attachCommand(session);
    const terminal = vscode.window.createTerminal({
      name: oneLine(session.title) || session.tool,
      shellPath,
      shellArgs,
      // In a terminal that runs in tmux itself, tmux would refuse to nest.
      env: { TMUX: null, TMUX_PANE: null, TMUX_TMPDIR: null },
      iconPath: new vscode.ThemeIcon("robot"),
      // VS Code would bring it back without knowing whether the session still runs; we do, and know.
      isTransient: true,
    });
    this.#terminals.set(session.id, terminal);
    this.#remember();
    terminal.show(preserveFocus);
    return terminal;
  }

  /** Opens the terminals again that were open before the window was reloaded. */
  restore(): void {
    for (const id of this.#memory.get<string[]>(remembered, [])) {
      const session = this.#model.sessions.get(id);
      if (session !== undefined && runs(session) && !this.#terminals.has(id)) this.attach(session, true);
    }
    this.#remember();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #sessionChanged(id: string): void {
    const session = this.#model.sessions.get(id);
    if (session === undefined || !runs(session)) this.#terminals.get(id)?.dispose();
  }

  #closed(terminal: vscode.Terminal): void {
    const entry = [...this.#terminals].find(([, open]) => open === terminal);
    if (entry === undefined) return;
    this.#terminals.delete(entry[0]);
    // A window that reloads closes its terminals too; those are to come back.
    if (terminal.exitStatus?.reason !== vscode.TerminalExitReason.Shutdown) this.#remember();
  }

  #remember(): void {
    void this.#memory.update(remembered, [...this.#terminals.keys()]);
  }
}

function runs(session: Session): boolean {
  return session.status !== "exited" && session.status !== "lost";
}
