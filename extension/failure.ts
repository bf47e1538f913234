import * as vscode from "vscode";
import { AppError, errorMessage, type ErrorCode } from "../shared/errors.ts";

/** A button that helps. */
export interface Remedy {
  label: string;
  run: () => Thenable<unknown>;
}

/**
 * Tells the person what happened and why, in the error's own words, with the button that helps where there is one.
 * A cancellation is what the person wanted, and is not told.
 * @param more what else helps, where whoever failed knows it
 */
export async function showFailure(
  error: unknown,
  log: vscode.LogOutputChannel,
  more: readonly Remedy[] = [],
): Promise<void> {
  if (error instanceof AppError && error.code === "cancelled") return;
  log.error(error instanceof Error ? error : String(error));
  const remedies = [...more, ...remediesOf(error), remedy(vscode.l10n.t("Show Log"), "aiops.showLog")];
  const chosen = await vscode.window.showErrorMessage(sentence(error), ...remedies.map(({ label }) => label));
  await remedies.find(({ label }) => label === chosen)?.run();
}

function sentence(error: unknown): string {
  if (!(error instanceof AppError)) {
    return vscode.l10n.t("aiops failed: {0} The log has the details.", withStop(errorMessage(error)));
  }
  const fields = error.errors.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  return fields.length === 0 ? error.message : `${withStop(error.message)} ${fields.join("; ")}`;
}

function withStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A button that calls a command. */
export function remedy(label: string, id: string, ...args: unknown[]): Remedy {
  return { label, run: () => vscode.commands.executeCommand(id, ...args) };
}

function remediesOf(error: unknown): Remedy[] {
  if (!(error instanceof AppError)) return [];
  const install = installCommand(error);
  const copyInstall =
    install === undefined
      ? []
      : [{ label: vscode.l10n.t("Copy Install Command"), run: () => vscode.env.clipboard.writeText(install) }];
  const updateToken = (): Remedy[] => [remedy(vscode.l10n.t("Update Token"), "aiops.updateToken", error.data)];
  const byCode: Partial<Record<ErrorCode, () => Remedy[]>> = {
    tool_missing: () => copyInstall,
    tmux_missing: () => copyInstall,
    unavailable: () => [remedy(vscode.l10n.t("Start Server"), "aiops.startServer")],
    unauthenticated: () => [remedy(vscode.l10n.t("Sign In"), "aiops.signIn")],
    step_up_required: () =>
      error.data["setPassword"] === true ? [remedy(vscode.l10n.t("Set Password"), "aiops.setPassword")] : [],
    provider_unauthorized: updateToken,
    provider_forbidden: updateToken,
    provider_not_found: updateToken,
    workspace_missing: () => [remedy(vscode.l10n.t("Initialise Workspace"), "aiops.initialiseWorkspace")],
    forbidden: () => {
      if (error.data["hostIdentity"] === true) return [remedy(vscode.l10n.t("Sign In"), "aiops.signIn")];
      return error.data["untrusted"] === true ? [remedy(vscode.l10n.t("Manage Trust"), "workbench.trust.manage")] : [];
    },
    session_gone: () => [remedy(vscode.l10n.t("Refresh"), "aiops.refresh")],
    conflict: () =>
      error.data["upgrade"] === "server" ? [remedy(vscode.l10n.t("Restart Server"), "aiops.restartServer")] : [],
  };
  return byCode[error.code]?.() ?? [];
}

/** The command that installs what is missing: as data where the server gave it, else from "Install it with: …" */
function installCommand(error: AppError): string | undefined {
  const hint = error.data["installHint"];
  if (typeof hint === "string") return hint;
  return /Install it with: (.+?)\.(?:\s|$)/.exec(error.message)?.[1];
}
