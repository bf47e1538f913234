import * as vscode from "vscode";
import { createClient } from "../../shared/contract/client.ts";
import { AppError } from "../../shared/errors.ts";
import type { Aiops } from "../aiops.ts";
import type { Endpoint } from "../connection/discover.ts";
import { grantOf, requireItself } from "../connection/link.ts";
import type { AskForProof } from "../connection/step-up.ts";
import { untilTaken } from "../connection/until-taken.ts";

/** Signs in by host identity where that works, else by what the person has. */
export async function signIn(aiops: Aiops): Promise<void> {
  const { connection } = aiops;
  const endpoint = endpointOf(aiops);
  if (endpoint.door.kind === "host" && mayAskHost(aiops)) await connection.signIn();
  else if (endpoint.door.kind === "host" || (await chosenWay()) === "password") {
    if (!(await signInWithPassword(aiops, endpoint))) return;
  } else if (!(await signInWithToken(aiops))) return;
  await connection.whenConnected();
}

/** Ends the sign-in at the server, and makes no other until the person asks for it. */
export async function signOut({ connection }: Aiops): Promise<void> {
  await connection.signOut();
}

/** Asks who the person is, once more; what they type is shown nowhere and kept nowhere. */
export const askForProof: AskForProof = async (methods, wrong) => {
  const what = methods.includes("totp")
    ? vscode.l10n.t("Administering takes your password, or the six-digit code of your authenticator program.")
    : vscode.l10n.t("Administering takes your aiops password.");
  return askSecret({ title: vscode.l10n.t("aiops: Confirm That It Is You"), prompt: withWrong(wrong, what) });
};

/** One box for what nobody may read. @returns undefined where the person gives up */
export async function askSecret(options: vscode.InputBoxOptions): Promise<string | undefined> {
  return vscode.window.showInputBox({
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => (value === "" ? vscode.l10n.t("Nothing was typed yet.") : undefined),
    ...options,
  });
}

/** A question, behind why the answer before was not taken. */
export function withWrong(wrong: string | undefined, question: string): string {
  return wrong === undefined ? question : `${wrong} ${question}`;
}

/** The server that was found last. @throws AppError `unavailable` where none was */
export function endpointOf({ connection }: Aiops): Endpoint {
  if (connection.endpoint !== undefined) return connection.endpoint;
  throw new AppError("unavailable", vscode.l10n.t("No aiops server was found to sign in at. Connect first."));
}

/** Host identity was not refused, and gave nothing yet. */
function mayAskHost({ connection: { state } }: Aiops): boolean {
  return state.kind === "disconnected" && state.error.data["hostIdentity"] !== true;
}

async function chosenWay(): Promise<"password" | "token" | undefined> {
  const ways = [
    { label: vscode.l10n.t("$(account) With E-Mail and Password"), way: "password" as const },
    { label: vscode.l10n.t("$(key) With a Token"), way: "token" as const },
  ];
  const title = vscode.l10n.t("Sign In to aiops");
  const chosen = await vscode.window.showQuickPick(ways, { title, ignoreFocusOut: true });
  return chosen?.way;
}

/** @returns whether the person signed in */
async function signInWithPassword({ connection }: Aiops, endpoint: Endpoint): Promise<boolean> {
  const title = vscode.l10n.t("Sign In to aiops at {0}", endpoint.url);
  const email = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t("Your e-mail address, as aiops knows it."),
    ignoreFocusOut: true,
    validateInput: (value) => (/^\S+@\S+$/.test(value.trim()) ? undefined : vscode.l10n.t("An address is needed.")),
  });
  if (email === undefined) return false;
  const stranger = createClient({ url: endpoint.url, token: () => Promise.resolve(undefined) });
  const grant = await untilTaken(
    (wrong) => askSecret({ title, prompt: withWrong(wrong, vscode.l10n.t("The password of {0}.", email.trim())) }),
    async (password) => {
      await requireItself(endpoint);
      return stranger.auth.login({ email: email.trim(), password, client: "VS Code" });
    },
  );
  if (grant === undefined) return false;
  await connection.signInWith(grantOf(grant));
  return true;
}

/** @returns whether the person gave a token */
async function signInWithToken({ connection }: Aiops): Promise<boolean> {
  const token = await askSecret({
    title: vscode.l10n.t("Sign In to aiops"),
    prompt: vscode.l10n.t("Paste a token. On the server's host this prints one: aiops token"),
  });
  if (token === undefined || token.trim() === "") return false;
  // When it ends is not known here; the server's 401 says so.
  await connection.signInWith({ token: token.trim(), expiresAt: Number.MAX_SAFE_INTEGER });
  return true;
}
