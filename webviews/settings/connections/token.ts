import type { PanelConnection } from "../../../shared/messages/settings/connections.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { element, replaceChildren } from "../../ui/dom.ts";
import { form, textField } from "../../ui/form.ts";
import { plainLine } from "../../ui/plain-line.ts";
import type { SettingsContext } from "../context.ts";
import { isCloud, kindOf, signInFits } from "./kinds.ts";
import { tokenHelp } from "./token-help.ts";
import type { LoadedState } from "./view.ts";

export interface TokenForm {
  element: HTMLElement;
  /** Whether a token is typed and not stored. */
  isDirty(): boolean;
  update(connection: PanelConnection, state: LoadedState): void;
}

/** Replaces the token, which can be written and never read; a new one is tried at once. */
export function createTokenForm(context: SettingsContext, onInput: () => void, test: () => void): TokenForm {
  const { host, locale, notices } = context;
  const { t } = locale;
  let shown: PanelConnection | undefined;
  let helpFor = "";
  const stored = element("p", { attributes: { role: "status" } });
  const help = element("div");
  const field = textField({
    id: "connection-token",
    label: t("New token"),
    help: [t("Stored encrypted on the server, and never shown again.")],
    maxLength: 4000,
    kind: "secret",
    onInput,
  });
  const now = (): { id: string; version: number } => {
    const { id = "", version = 1 } = shown ?? {};
    return { id, version };
  };
  const replace = busyButton({ label: t("Store Token"), busyLabel: t("Storing…"), icon: "key", run: store }, context);
  const signIn = busyButton(
    { label: t("Use VS Code's GitHub Sign-in"), busyLabel: t("Signing in…"), icon: "github", run: useSignIn },
    context,
  );
  const remove = busyButton(
    { label: t("Remove Token"), busyLabel: t("Removing…"), icon: "trash", run: takeAway },
    context,
  );

  async function store(): Promise<void> {
    const token = field.value().trim();
    if (token === "") {
      field.fail(t("Paste a token first."));
      field.focus();
      return;
    }
    await host.ask("replaceToken", { ...now(), token });
    field.set("");
    onInput();
    notices.announce(t("The token is stored"));
    test();
  }

  async function useSignIn(): Promise<void> {
    if ((await host.ask("useSignIn", now())) === "cancelled") {
      notices.announce(t("The sign-in was cancelled"));
      return;
    }
    field.set("");
    onInput();
    notices.announce(t("The token is stored"));
    test();
  }

  async function takeAway(): Promise<void> {
    const title = t("Remove the token of {0}?", shown?.name ?? "");
    const text = t("Without a token only what is public can be read, and nothing can be changed.");
    if (!(await confirmDialog({ title, text, confirm: t("Remove Token") }, locale))) return;
    await host.ask("replaceToken", { ...now(), token: "" });
    notices.announce(t("The token was removed"));
  }

  return {
    element: form(
      t("Token"),
      () => void replace.press(),
      stored,
      field.element,
      element("div", { class: "buttons" }, replace.element, signIn.element, remove.element),
      help,
    ),
    isDirty: () => field.value() !== "",
    update: (connection, state) => {
      shown = connection;
      const { account } = connection.status;
      stored.textContent = !connection.hasToken
        ? t("No token is stored.")
        : account === ""
          ? t("A token is stored. Test the connection to see whose it is.")
          : t("A token of {0} is stored.", plainLine(account));
      signIn.element.hidden = !signInFits(connection.provider, connection.baseUrl, state.enterpriseOrigin);
      remove.element.hidden = !connection.hasToken;
      for (const part of [replace, signIn, remove, field]) part.setDisabled(!state.canWrite);
      const kind = kindOf(connection.provider, isCloud(connection));
      const about = `${kind.name} ${connection.baseUrl}`;
      if (about === helpFor) return;
      helpFor = about;
      replaceChildren(help, tokenHelp(kind, connection.baseUrl, locale));
    },
  };
}
