import * as vscode from "vscode";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { gitHubAccount } from "../../shared/rules/github-account.ts";

export type Accounts = Pick<typeof vscode.authentication, "getSession">;

/** What a token needs to read and change issues, private repositories included. */
const scopes = ["repo"];

/** Origin of the GitHub Enterprise Server VS Code signs in to; null where none is set. */
export function enterpriseOrigin(): string | null {
  const uri = vscode.workspace.getConfiguration("github-enterprise").get("uri");
  return typeof uri === "string" && URL.canParse(uri) ? new URL(uri).origin : null;
}

/**
 * The token of VS Code's own GitHub sign-in, for a connection's address; the person is asked where they are not signed
 * in. Undefined where they gave up.
 * @throws AppError invalid_input for an address that VS Code does not sign in to: its token must go nowhere else
 */
export async function gitHubToken(accounts: Accounts, baseUrl: string): Promise<string | undefined> {
  const account = gitHubAccount(baseUrl, enterpriseOrigin());
  if (account === undefined) {
    throw new AppError(
      "invalid_input",
      vscode.l10n.t(
        "VS Code's sign-in is for github.com, and for the server in the setting github-enterprise.uri. Paste a token for this address.",
      ),
    );
  }
  try {
    return (await accounts.getSession(account, scopes, { createIfNone: true })).accessToken;
  } catch (error) {
    // VS Code tells a refusal by its words alone.
    if (/consent|cancel/i.test(errorMessage(error))) return undefined;
    throw new AppError(
      "provider_failed",
      vscode.l10n.t("VS Code could not sign in to GitHub: {0} Paste a token instead.", errorMessage(error)),
      { cause: error },
    );
  }
}
