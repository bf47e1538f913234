import { totpConfirmation } from "../../../shared/entities/sign-in.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { element } from "../../ui/dom.ts";
import { schemaForm } from "../../ui/schema-form.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import { copiedText } from "../copied-text.ts";
import type { Part } from "./part.ts";

/** One-time codes of an authenticator program: the secret is shown once, and counts when a code of it was given. */
export function codesPart(context: SettingsContext, onInput: () => void): Part {
  const { locale, notices } = context;
  const { t } = locale;
  let isEnrolling = false;
  const status = element("p", { attributes: { role: "status" } });
  const secret = copiedText(t("Secret"), context);
  const address = copiedText(t("Address"), context);
  const enrol = busyButton({ label: t("Set Up Codes"), busyLabel: t("Setting up…"), icon: "key", run: begin }, context);
  const again = busyButton({ label: t("Set Up Anew"), busyLabel: t("Setting up…"), icon: "key", run: begin }, context);
  const remove = busyButton(
    { label: t("Use No Codes"), busyLabel: t("Removing…"), icon: "trash", run: takeAway },
    context,
  );
  const form = schemaForm(
    {
      id: "codes",
      label: t("Confirm"),
      schema: totpConfirmation,
      fields: { totp: { label: t("The code it shows"), placeholder: "123456" } },
      saved: null,
      draft: null,
      submitLabel: t("Confirm"),
      busyLabel: t("Confirming…"),
      onInput,
      onCancel: end,
      submit: async (input) => {
        await callOperation(context, "auth.confirmTotp", input);
        end();
        notices.announce(t("One-time codes are in use"));
      },
    },
    context,
  );
  const once = element(
    "div",
    { class: "once", attributes: { hidden: true } },
    element(
      "p",
      {},
      t("Give the secret or the address to your authenticator program now: they are shown this once. Then confirm."),
    ),
    secret.element,
    address.element,
    form.element,
  );
  const buttons = element("div", { class: "buttons" }, enrol.element, again.element, remove.element);

  async function begin(): Promise<void> {
    const made = await callOperation(context, "auth.enrolTotp", undefined);
    secret.set(made.secret);
    address.set(made.address);
    showEnrolling(true);
    secret.focus();
    notices.announce(t("The secret was made: it is shown this once. Confirm it with a code."));
  }

  function end(): void {
    secret.set("");
    address.set("");
    form.fields["totp"]?.set("");
    showEnrolling(false);
    (enrol.element.hidden ? again : enrol).element.focus();
    onInput();
  }

  function showEnrolling(shown: boolean): void {
    isEnrolling = shown;
    once.hidden = !shown;
    buttons.hidden = shown;
  }

  async function takeAway(): Promise<void> {
    const title = t("Use one-time codes no more?");
    const text = t("Administering takes your password then.");
    if (!(await confirmDialog({ title, text, confirm: t("Use No Codes") }, locale))) return;
    await callOperation(context, "auth.removeTotp", undefined);
    notices.announce(t("One-time codes are in use no more"));
  }

  return {
    element: element("div", {}, status, buttons, once),
    update: ({ hasTotp, canWrite }) => {
      const words = hasTotp
        ? t("In use: a code of your authenticator program shows who you are before you administer.")
        : t(
            "Not in use. A code of an authenticator program on your phone can show who you are, in place of the password.",
          );
      // Written only when it changed, so that it is read out once.
      if (status.textContent !== words) status.textContent = words;
      enrol.element.hidden = hasTotp;
      again.element.hidden = !hasTotp;
      remove.element.hidden = !hasTotp;
      for (const button of [enrol, again, remove]) button.setDisabled(!canWrite);
      form.update(null, canWrite);
    },
    isDirty: () => isEnrolling,
  };
}
