import { accessTokenInput } from "../../../shared/entities/sign-in.ts";
import type { FormDraft } from "../../../shared/messages/settings-panel.ts";
import { element } from "../../ui/dom.ts";
import { schemaForm } from "../../ui/schema-form.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import { copiedText } from "../copied-text.ts";
import { backButton, pageTitle, type View, type Ways } from "../views.ts";
import type { State } from "./part.ts";
import { offeredScopes } from "./scopes.ts";

/** A new token. It is shown here once, in this page alone, and is gone with the view. */
export function addTokenView(
  context: SettingsContext,
  first: State,
  ways: Ways,
  draft: FormDraft | null,
): View<"signIn"> {
  const { locale, notices } = context;
  const { t } = locale;
  let isMade = false;
  const token = copiedText(t("Token"), context);
  const once = element(
    "div",
    { class: "once", attributes: { hidden: true } },
    element("p", {}, t("Copy the token now: it is shown this once.")),
    token.element,
    element("div", { class: "buttons" }, element("vscode-button", { onClick: ways.list }, t("Done"))),
  );
  const form = schemaForm(
    {
      id: "token",
      label: t("Details"),
      schema: accessTokenInput,
      fields: {
        name: { label: t("Name"), help: t("What it is for, as: nightly report.") },
        scopes: { label: t("What it may do"), choices: offeredScopes(locale) },
        days: { label: t("Days it is good for"), help: t("At most 366.") },
      },
      saved: null,
      draft,
      submitLabel: t("Create Token"),
      busyLabel: t("Creating…"),
      onInput: ways.onInput,
      onCancel: () => void ways.back(),
      submit: async (input) => {
        const made = await callOperation(context, "auth.createToken", input);
        isMade = true;
        token.set(made.token);
        form.element.hidden = true;
        once.hidden = false;
        token.focus();
        notices.announce(t("The token was made. Copy it now: it is shown this once."));
      },
    },
    context,
  );
  const update = ({ canWrite }: State): void => form.update(null, canWrite);
  update(first);

  return {
    element: element(
      "div",
      { class: "item-page" },
      backButton(t("Sign-in"), ways),
      pageTitle(t("Create Token")),
      form.element,
      once,
    ),
    place: { view: "add", item: "" },
    update,
    draft: () => (isMade ? null : form.draft()),
    isDirty: () => !isMade && form.isDirty(),
  };
}
