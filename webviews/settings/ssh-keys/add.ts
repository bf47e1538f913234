import * as z from "zod";
import { sshKeyInput } from "../../../shared/entities/ssh-key.ts";
import type { FormDraft } from "../../../shared/messages/settings-panel.ts";
import { element } from "../../ui/dom.ts";
import { plainLine } from "../../ui/plain-line.ts";
import { schemaForm } from "../../ui/schema-form.ts";
import { callOperation, type SettingsContext } from "../context.ts";
import { backButton, pageTitle, type Ways } from "../views.ts";
import type { KeyView, State } from "./facts.ts";

const { tenantId, name, privateKey } = sshKeyInput.shape;

/** The contract's input, with what a person decides first: the key is made here, or they have one. */
const newKey = z
  .object({
    source: z.enum(["generate", "import"]).default("generate"),
    tenantId,
    name,
    privateKey: privateKey.unwrap().or(z.literal("")),
  })
  .refine(({ source, privateKey: imported }) => source === "generate" || imported !== "", {
    message: "must not be empty",
    path: ["privateKey"],
  });

/** A new key, made by the server or imported. The private key goes from here to the server and is kept nowhere. */
export function addView(context: SettingsContext, first: State, ways: Ways, draft: FormDraft | null): KeyView {
  const { locale, notices } = context;
  const { t } = locale;
  let { tenants } = first;
  const form = schemaForm(
    {
      id: "ssh-key",
      label: t("Details"),
      schema: newKey,
      fields: {
        source: {
          label: t("Where it comes from"),
          choices: [
            { value: "generate", label: t("The server makes a new one (ed25519)") },
            { value: "import", label: t("I have one: import its private key") },
          ],
        },
        name: { label: t("Name") },
        tenantId: {
          label: t("Tenant"),
          choices: () => tenants.map(({ id, name: called }) => ({ value: id, label: plainLine(called) })),
        },
        privateKey: {
          label: t("Private key"),
          help: t(
            "As OpenSSH or PEM text, without a passphrase. Stored encrypted on the server, and never shown again.",
          ),
          kind: "secret",
          rows: 9,
        },
      },
      saved: null,
      start: { tenantId: tenants[0]?.id ?? "" },
      draft,
      submitLabel: t("Add SSH Key"),
      busyLabel: t("Adding…"),
      nameField: "name",
      onInput: () => {
        showSource();
        ways.onInput();
      },
      onCancel: () => void ways.back(),
      submit: async ({ source, privateKey: imported, ...common }) => {
        const key = source === "generate" ? { generate: "ed25519" as const } : { privateKey: imported };
        const made = await callOperation(context, "sshKeys.create", { ...common, ...key });
        ways.edit(made.id);
        notices.announce(t("{0} was added", made.name));
      },
    },
    context,
  );

  function showSource(): void {
    const imports = form.fields["source"]?.value() === "import";
    const secret = form.fields["privateKey"];
    if (secret !== undefined) secret.element.hidden = !imports;
    // What is not sent is not left standing either.
    if (!imports) secret?.set("");
  }

  function update(state: State): void {
    ({ tenants } = state);
    const tenant = form.fields["tenantId"];
    if (tenant !== undefined) tenant.element.hidden = tenants.length < 2;
    form.update(null, state.canWrite);
  }
  update(first);
  showSource();

  return {
    element: element(
      "div",
      { class: "item-page" },
      backButton(t("All SSH keys"), ways),
      pageTitle(t("Add SSH Key")),
      form.element,
    ),
    place: { view: "add", item: "" },
    update,
    draft: form.draft,
    isDirty: form.isDirty,
  };
}
