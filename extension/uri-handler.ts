import * as vscode from "vscode";
import type { Connection } from "./connection/connection.ts";
import { showFailure } from "./failure.ts";
import { AppError } from "../shared/errors.ts";

/** `<scheme>://aiops.aiops/issue/<id>` opens an issue, so that links in chats lead here. Anything may be in such an address. */
export class UriHandler implements vscode.UriHandler {
  readonly #connection: Connection;
  readonly #log: vscode.LogOutputChannel;

  constructor(connection: Connection, log: vscode.LogOutputChannel) {
    this.#connection = connection;
    this.#log = log;
  }

  async handleUri(uri: vscode.Uri): Promise<void> {
    try {
      const issueId = /^\/issue\/([A-Za-z0-9_-]{1,100})$/.exec(uri.path)?.[1];
      if (issueId === undefined) {
        throw new AppError(
          "invalid_input",
          vscode.l10n.t("This link leads to nothing in aiops. Links to issues end in /issue/ and the issue's id."),
        );
      }
      await this.#connection.whenConnected();
      await vscode.commands.executeCommand("aiops.openIssue", { issueId });
    } catch (error) {
      void showFailure(error, this.#log);
    }
  }
}
