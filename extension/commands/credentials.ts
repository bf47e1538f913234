import * as vscode from "vscode";
import { createClient } from "../../shared/contract/client.ts";
import type { Aiops } from "../aiops.ts";
import { grantOf, requireItself } from "../connection/link.ts";
import { isConnected } from "../connection/state.ts";
import { untilTaken } from "../connection/until-taken.ts";
import { askSecret, endpointOf, withWrong } from "./sign-in.ts";

/** Sets a first or forgotten password with an administrator's one-time code, or changes the one there is. */
export async function setPassword(aiops: Aiops): Promise<void> {
  const proof = await chosenProof(aiops);
  if (proof === undefined) return;
  const isDone = await (proof === "password" ? changePassword(aiops) : redeemCode(aiops));
  if (!isDone) return;
  void vscode.window.showInformationMessage(
    vscode.l10n.t("Your aiops password is set. Other sign-ins of yours have ended."),
  );
}

/** Sets up one-time codes: hands out the secret for the authenticator program, and confirms it with the first code. */
export async function setUpCodes(aiops: Aiops): Promise<void> {
  const { request } = aiops.connection;
  const { secret, address } = await request((client) => client.auth.enrolTotp());
  if (!(await handOut(secret, address))) return;
  const title = vscode.l10n.t("aiops: Set Up One-Time Codes");
  const question = vscode.l10n.t("The six-digit code that your authenticator program shows now.");
  const confirmed = await untilTaken(
    (wrong) => askCode(title, withWrong(wrong, question)),
    async (code) => {
      await request((client) => client.auth.confirmTotp({ totp: code.trim() }));
      return { done: true };
    },
  );
  if (confirmed === undefined) return;
  void vscode.window.showInformationMessage(
    vscode.l10n.t("One-time codes are in use: where aiops asks for your password, a code will do."),
  );
}

async function askCode(title: string, prompt: string): Promise<string | undefined> {
  return vscode.window.showInputBox({
    title,
    prompt,
    ignoreFocusOut: true,
    validateInput: (value) => (/^\d{6}$/.test(value.trim()) ? undefined : vscode.l10n.t("Six digits are needed.")),
  });
}

/**
 * Shows the secret in a dialog that leaves no notification behind, until the person has entered it.
 * @returns whether they have
 */
async function handOut(secret: string, address: string): Promise<boolean> {
  const copy = vscode.l10n.t("Copy Address");
  const next = vscode.l10n.t("I Have Entered It");
  for (;;) {
    const chosen = await vscode.window.showInformationMessage(
      vscode.l10n.t("Enter this secret in your authenticator program"),
      {
        modal: true,
        detail: `${spaced(secret)}\n\n${vscode.l10n.t("Or give it this address:")}\n${address}\n\n${vscode.l10n.t("Whoever reads it can make your codes. It is shown this once, and counts when you have given its first code.")}`,
      },
      next,
      copy,
    );
    if (chosen !== copy) return chosen === next;
    await vscode.env.clipboard.writeText(address);
  }
}

/** In fours, as people type it. */
function spaced(secret: string): string {
  return secret.replaceAll(/(.{4})(?=.)/g, "$1 ");
}

async function chosenProof(aiops: Aiops): Promise<"password" | "code" | undefined> {
  const { connection } = aiops;
  if (!isConnected(connection.state)) return "code";
  const { methods } = (await connection.request((client) => client.auth.me())).stepUp;
  if (!methods.includes("password")) return "code";
  const ways = [
    { label: vscode.l10n.t("Change My Password"), way: "password" as const },
    { label: vscode.l10n.t("Set It with a One-Time Code from an Administrator"), way: "code" as const },
  ];
  return (await vscode.window.showQuickPick(ways, { title: passwordTitle(), ignoreFocusOut: true }))?.way;
}

/** @returns whether it is done */
async function changePassword(aiops: Aiops): Promise<boolean> {
  const password = await newPassword();
  if (password === undefined) return false;
  const endpoint = endpointOf(aiops);
  // Not through the connection: a wrong password is no sign that its token has ended.
  const client = createClient({ url: endpoint.url, token: () => aiops.connection.token() });
  const question = vscode.l10n.t("Your password until now.");
  const changed = await untilTaken(
    (wrong) => askSecret({ title: passwordTitle(), prompt: withWrong(wrong, question) }),
    async (currentPassword) => {
      await requireItself(endpoint);
      await client.auth.changePassword({ currentPassword, password });
      return { done: true };
    },
  );
  return changed !== undefined;
}

/** @returns whether it is done; then the person is signed in by it */
async function redeemCode(aiops: Aiops): Promise<boolean> {
  const endpoint = endpointOf(aiops);
  const prompt = vscode.l10n.t("The one-time code that an administrator gave you, or that aiops admin create printed.");
  const code = await askSecret({ title: passwordTitle(), prompt });
  if (code === undefined) return false;
  const password = await newPassword();
  if (password === undefined) return false;
  await requireItself(endpoint);
  const stranger = createClient({ url: endpoint.url, token: () => Promise.resolve(undefined) });
  const grant = await stranger.auth.redeem({ code: code.trim(), password, client: "VS Code" });
  await aiops.connection.signInWith(grantOf(grant));
  await aiops.connection.whenConnected();
  return true;
}

/** Asks for it twice. @returns undefined where the person gave up */
async function newPassword(): Promise<string | undefined> {
  const title = passwordTitle();
  const password = await askSecret({
    title,
    prompt: vscode.l10n.t("The new password: several words are best."),
    validateInput: (value) => (value.length < 12 ? vscode.l10n.t("At least twelve characters.") : undefined),
  });
  if (password === undefined) return undefined;
  return askSecret({
    title,
    prompt: vscode.l10n.t("The same again."),
    validateInput: (value) => (value === password ? undefined : vscode.l10n.t("Not the same yet.")),
  });
}

function passwordTitle(): string {
  return vscode.l10n.t("aiops: Set Password");
}
