import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";
import { AppError } from "../../shared/errors.ts";
import { oneLine } from "../views/text.ts";
import { isConfirmed, sessionOf } from "./targets.ts";

export async function attach(aiops: Aiops, target: unknown): Promise<vscode.Terminal | undefined> {
  const session = await sessionOf(aiops, target, vscode.l10n.t("Attach to which session?"));
  if (session === undefined) return undefined;
  if (session.status === "lost" || session.status === "exited") {
    throw new AppError(
      "session_gone",
      vscode.l10n.t(
        "This session has ended, so there is nothing to attach to. Stop it to remove it from the list, or start the work again.",
      ),
    );
  }
  return aiops.terminals.attach(session);
}

export async function sendPrompt(aiops: Aiops, target: unknown): Promise<void> {
  const session = await sessionOf(aiops, target, vscode.l10n.t("Send a prompt to which session?"));
  if (session === undefined) return;
  const given: unknown = typeof target === "object" && target !== null ? Reflect.get(target, "text") : undefined;
  const text =
    typeof given === "string"
      ? given
      : await vscode.window.showInputBox({
          title: vscode.l10n.t("Send to {0}", oneLine(session.title) || session.tool),
          prompt: session.question ?? vscode.l10n.t("What should it do? Enter sends it."),
          ignoreFocusOut: true,
        });
  if (text === undefined || text.trim() === "") return;
  await aiops.connection.request((client) => client.sessions.input({ id: session.id, text, submit: true }));
}

export async function stopSession(aiops: Aiops, target: unknown): Promise<void> {
  const session = await sessionOf(aiops, target, vscode.l10n.t("Stop which session?"));
  if (session === undefined) return;
  const stop = vscode.l10n.t("Stop");
  const chosen = isConfirmed(target)
    ? stop
    : await vscode.window.showWarningMessage(
        vscode.l10n.t("Stop “{0}”?", oneLine(session.title) || session.tool),
        {
          modal: true,
          detail: vscode.l10n.t(
            "What runs in it is ended. The working tree and its branch stay: {0}",
            session.workspacePath,
          ),
        },
        stop,
      );
  if (chosen !== stop) return;
  await aiops.connection.request((client) => client.sessions.stop({ id: session.id }));
}
