import type { PanelPerson } from "../../../shared/messages/settings/people.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { element, replaceChildren } from "../../ui/dom.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import { copiedText } from "../copied-text.ts";
import type { PeopleState } from "./words.ts";

export interface AccessSection {
  element: HTMLElement;
  update: (person: PanelPerson, state: PeopleState) => void;
}

/** Whether a person may sign in, and the code with which they set a first or forgotten password. */
export function createAccess(context: SettingsContext, first: PanelPerson): AccessSection {
  const { locale, notices } = context;
  const { t } = locale;
  const { id } = first;
  let shown = first;
  let isMe = false;
  const stands = element("p", { attributes: { role: "status" } });
  const code = copiedText(t("One-time code"), context);
  const until = element("p");
  const once = element("div", { class: "once", attributes: { hidden: true } }, until, code.element);
  const disable = busyButton({ label: t("Disable Person"), busyLabel: t("Disabling…"), run: switchOff }, context);
  const enable = busyButton({ label: t("Enable Person"), busyLabel: t("Enabling…"), run: switchOn }, context);
  const make = busyButton(
    { label: t("Make One-time Code"), busyLabel: t("Making…"), icon: "key", run: makeCode },
    context,
  );
  const passwords = element(
    "div",
    {},
    element(
      "p",
      { class: "field-help" },
      t("For a first or forgotten password: they set it with a one-time code, in VS Code or on the host with"),
      " ",
      element("code", {}, "aiops password --with-code"),
    ),
    once,
    element("div", { class: "buttons" }, make.element),
  );

  async function switchOff(): Promise<void> {
    const title = t("Disable {0}?", shown.name);
    const text = isMe
      ? t("This is you: you are signed out at once, and another administrator must let you in again.")
      : t("They are signed out at once and can't sign in until they are enabled again. Nothing of theirs is deleted.");
    if (!(await confirmDialog({ title, text, confirm: t("Disable Person") }, locale))) return;
    await callOperation(context, "users.update", { id, status: "disabled" }, shown.version);
    notices.announce(t("{0} was disabled", shown.name));
  }

  async function switchOn(): Promise<void> {
    await callOperation(context, "users.update", { id, status: "active" }, shown.version);
    notices.announce(t("{0} was enabled", shown.name));
  }

  async function makeCode(): Promise<void> {
    const made = await callOperation(context, "users.issueCode", { id });
    code.set(made.code);
    replaceChildren(
      until,
      t("Give them the code now: it is shown this once, and ends"),
      " ",
      locale.time(made.expiresAt),
      ".",
    );
    once.hidden = false;
    code.focus();
    notices.announce(t("The one-time code was made. It is shown this once."));
  }

  return {
    element: element(
      "div",
      {},
      stands,
      element("div", { class: "buttons" }, disable.element, enable.element),
      passwords,
    ),
    update: (person, { me, mode, canWrite }) => {
      shown = person;
      isMe = person.id === me;
      const isActive = person.status === "active";
      stands.textContent = isActive ? t("Active: may sign in.") : t("Disabled: can't sign in.");
      disable.element.hidden = !isActive;
      enable.element.hidden = isActive;
      // One's own server knows its person without a password.
      passwords.hidden = mode === "personal" || !isActive;
      for (const button of [disable, enable, make]) button.setDisabled(!canWrite);
    },
  };
}
