import * as vscode from "vscode";
import type { Connection } from "./connection.ts";
import { isConnected, type Connected, type ConnectionState } from "./state.ts";

const providerId = "aiops";

/**
 * The sign-in at a shared or configured server, in VS Code's Accounts menu. VS Code asks the person before another extension
 * is given its token. One's own server is not in it: nobody signs in or out there.
 */
export class Authentication implements vscode.AuthenticationProvider, vscode.Disposable {
  readonly #connection: Connection;
  readonly #changed = new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>();
  readonly onDidChangeSessions = this.#changed.event;
  readonly #registered: vscode.Disposable;
  #shown: vscode.AuthenticationSession | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#registered = vscode.Disposable.from(
      this.#changed,
      connection.onDidChangeState((state) => void this.#update(state)),
      vscode.authentication.registerAuthenticationProvider(providerId, "aiops", this),
    );
  }

  async getSessions(): Promise<vscode.AuthenticationSession[]> {
    // Tokens are renewed within a connection.
    const accessToken = this.#shown === undefined ? undefined : await this.#connection.token();
    if (this.#shown === undefined) return [];
    return [accessToken === undefined ? this.#shown : { ...this.#shown, accessToken }];
  }

  async createSession(): Promise<vscode.AuthenticationSession> {
    await vscode.commands.executeCommand("aiops.signIn");
    const session = await this.#sessionOf(await this.#connection.whenConnected());
    if (session === undefined) throw new Error(vscode.l10n.t("Your own aiops server takes no sign-in."));
    return session;
  }

  async removeSession(): Promise<void> {
    await this.#connection.signOut();
  }

  dispose(): void {
    this.#registered.dispose();
  }

  async #update(state: ConnectionState): Promise<void> {
    // What is cut for a moment is still there.
    if (state.kind === "connecting" || state.kind === "reconnecting") return;
    const before = this.#shown;
    const now = isConnected(state) ? await this.#sessionOf(state) : undefined;
    this.#shown = now;
    if (before?.id === now?.id) return;
    this.#changed.fire({
      added: now === undefined ? [] : [now],
      removed: before === undefined ? [] : [before],
      changed: [],
    });
  }

  async #sessionOf({ server, sessionId, user }: Connected): Promise<vscode.AuthenticationSession | undefined> {
    const accessToken = server === "personal" ? undefined : await this.#connection.token();
    if (accessToken === undefined) return undefined;
    return { id: sessionId, accessToken, account: { id: user.id, label: user.email }, scopes: [] };
  }
}
