import * as vscode from "vscode";
import type { Aiops } from "../aiops.ts";

/** What can be done about the server, from the status bar. */
export async function showStatus(aiops: Aiops): Promise<void> {
  const { state } = aiops.connection;
  const personal = aiops.contextKeys.get("aiops.personalServer") === true;
  const commands: { label: string; command: string; when: boolean }[] = [
    {
      label: vscode.l10n.t("$(play) Start Server"),
      command: "aiops.startServer",
      when: state.kind === "disconnected" && personal,
    },
    {
      label: vscode.l10n.t("$(refresh) Connect Again"),
      command: "aiops.refresh",
      when: state.kind === "disconnected" && !personal,
    },
    {
      label: vscode.l10n.t("$(key) Sign In"),
      command: "aiops.signIn",
      when: state.kind === "disconnected" && !personal,
    },
    {
      label: vscode.l10n.t("$(sign-out) Sign Out"),
      command: "aiops.signOut",
      when: state.kind === "connected" && !personal,
    },
    {
      label: vscode.l10n.t("$(debug-restart) Restart Server"),
      command: "aiops.restartServer",
      when: state.kind === "connected" && personal,
    },
    {
      label: vscode.l10n.t("$(repo) Add GitHub Project"),
      command: "aiops.addProject",
      when: state.kind === "connected",
    },
    { label: vscode.l10n.t("$(output) Show Log"), command: "aiops.showLog", when: true },
  ];
  const chosen = await vscode.window.showQuickPick(
    commands.filter(({ when }) => when),
    { placeHolder: describe(aiops) },
  );
  if (chosen !== undefined) await vscode.commands.executeCommand(chosen.command);
}

function describe({ connection: { state } }: Aiops): string {
  if (state.kind === "connecting") return `${state.step}…`;
  if (state.kind === "reconnecting") return vscode.l10n.t("Connecting again to {0}…", state.last.url);
  if (state.kind === "disconnected") return state.error.message;
  return vscode.l10n.t("Connected to {0} as {1}, version {2}", state.url, state.user.name, state.version);
}

/** Connects, which starts the person's own server where none runs, and waits for what comes of it. */
export async function startServer(aiops: Aiops): Promise<void> {
  aiops.connection.retry();
  await aiops.connection.whenConnected();
}

export async function restartServer(aiops: Aiops): Promise<void> {
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Restarting the aiops server") },
    async () => {
      await aiops.connection.restartServer();
      await aiops.connection.whenConnected();
    },
  );
}
