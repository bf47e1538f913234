import * as z from "zod";
import { passwordChange } from "../../../shared/entities/sign-in.ts";
import { element } from "../../ui/dom.ts";
import { schemaForm } from "../../ui/schema-form.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import type { Part } from "./part.ts";

const typedTwice = passwordChange
  .extend({ repeated: z.string().max(1000) })
  .refine(({ password, repeated }) => password === repeated, {
    message: "is not the same as above",
    path: ["repeated"],
  });

/** Another password, for who has one. What is typed goes to the server and is kept nowhere. */
export function passwordPart(context: SettingsContext, onInput: () => void): Part {
  const { locale, notices } = context;
  const { t } = locale;
  const none = element(
    "p",
    {},
    t("You have none yet. Get a one-time code from an administrator, then use the command aiops: Set Password."),
  );
  const form = schemaForm(
    {
      id: "password",
      label: t("Password"),
      schema: typedTwice,
      fields: {
        currentPassword: { label: t("Present password"), kind: "secret" },
        password: {
          label: t("New password"),
          help: t("At least twelve characters: four words of yours are good."),
          kind: "secret",
        },
        repeated: { label: t("New password again"), kind: "secret" },
      },
      saved: null,
      draft: null,
      submitLabel: t("Change Password"),
      busyLabel: t("Changing…"),
      onInput,
      submit: async ({ currentPassword, password }) => {
        await callOperation(context, "auth.changePassword", { currentPassword, password });
        notices.announce(t("The password was changed. Your other sign-ins have ended."));
      },
    },
    context,
  );
  const help = element("p", { class: "lead" }, t("Changing it ends your other sign-ins."));
  return {
    element: element("div", {}, none, help, form.element),
    update: ({ hasPassword, canWrite }) => {
      none.hidden = hasPassword;
      help.hidden = !hasPassword;
      form.element.hidden = !hasPassword;
      form.update(null, canWrite);
    },
    isDirty: form.isDirty,
  };
}
