import type { ConnectionDraft } from "../../../shared/messages/settings/connections.ts";
import { busyButton } from "../../ui/busy-button.ts";
import { element, replaceChildren, setAttribute } from "../../ui/dom.ts";
import { choiceField, form, selectField, showErrors, textField } from "../../ui/form.ts";
import { icon } from "../../ui/icons.ts";
import type { SettingsContext } from "../context.ts";
import { backButton, pageTitle, type Ways } from "../views.ts";
import { createFields, readValues, showKind, statusOverrides } from "./form-fields.ts";
import { hostOf, kindOf, kinds, signInFits, type Kind } from "./kinds.ts";
import { showRefusal } from "./save-errors.ts";
import { tokenHelp } from "./token-help.ts";
import { check, emptyValues, fieldsOf, isSame } from "./values.ts";
import type { LoadedState, View } from "./view.ts";

export interface AddOptions {
  draft: ConnectionDraft | null;
  ways: Ways;
  /** It was made. */
  added: (id: string, name: string) => void;
}

const keyOf = ({ provider, cloud }: Kind): string => `${provider}-${cloud ? "cloud" : "own"}`;

/** The form of a new connection. */
export function createAdd(context: SettingsContext, first: LoadedState, options: AddOptions): View {
  const { host, locale, notices } = context;
  const { t } = locale;
  const { draft } = options;
  let state = first;
  const begun = draft === null ? kinds[0] : kindOf(draft.provider, draft.cloud === "yes");
  const chosenTenant = state.tenants.find(({ id }) => id === draft?.tenantId) ?? state.tenants[0];

  const kindChoice = choiceField(
    { id: "connection-kind", label: t("Tracker"), value: keyOf(begun), class: "cards", onInput: kindChanged },
    kinds.map((kind) => ({ value: keyOf(kind), label: kind.name, help: t(kind.about), picture: icon(kind.icon) })),
  );
  const tenant = selectField({
    id: "connection-tenant",
    label: t("Tenant"),
    value: chosenTenant?.id ?? "",
    choices: state.tenants.map(({ id, name }) => ({ value: id, label: name })),
    help: [t("Whose projects may use it. This can't be changed later.")],
    onInput: options.ways.onInput,
  });
  tenant.element.hidden = state.tenants.length < 2;
  const fields = createFields(draft?.values ?? emptyValues, locale, changed);
  const access = choiceField({ id: "connection-access", label: t("Access"), value: "token", onInput: changed }, [
    { value: "token", label: t("With a token") },
    {
      value: "signIn",
      label: t("With VS Code's GitHub sign-in"),
      help: t("Its token goes to the aiops server, with the scope repo."),
    },
    { value: "none", label: t("Without a token"), help: t("Reads what is public, slowly; changes nothing.") },
  ]);
  const token = textField({
    id: "connection-token",
    label: t("Token"),
    help: [t("Stored encrypted on the server, and never shown again.")],
    maxLength: 4000,
    kind: "secret",
    onInput: changed,
  });
  const help = element("div");
  const add = busyButton(
    { label: t("Add and Test"), busyLabel: t("Adding…"), appearance: "primary", run: submit },
    context,
  );
  const cancel = element(
    "vscode-button",
    { attributes: { appearance: "secondary" }, onClick: () => void options.ways.back() },
    t("Cancel"),
  );
  let helpFor = "";
  const { baseUrl, email, name, open, closed } = fields;
  const inOrder = { baseUrl, email, name, open, closed };

  const kind = (): Kind => kinds.find((one) => keyOf(one) === kindChoice.value()) ?? kinds[0];

  function kindChanged(): void {
    for (const field of [...Object.values(fields), token]) field.fail(null);
    if (kind().wants.address || kind().provider !== "github") access.set("token");
    changed();
  }

  function changed(): void {
    showState();
    options.ways.onInput();
  }

  function showState(): void {
    const one = kind();
    const { baseUrl } = fieldsOf(readValues(fields));
    showKind(fields, one, locale);
    const fits = signInFits(one.provider, baseUrl, state.enterpriseOrigin);
    const choice = access.element.querySelector('[value="signIn"]')?.closest("label");
    if (choice) choice.hidden = !fits;
    if (!fits && access.value() === "signIn") access.set("token");
    token.element.hidden = access.value() !== "token";
    help.hidden = access.value() !== "token";
    const about = `${one.name} ${baseUrl}`;
    if (about === helpFor) return;
    helpFor = about;
    replaceChildren(help, tokenHelp(one, baseUrl, locale));
  }

  async function submit(): Promise<void> {
    const one = kind();
    const values = readValues(fields);
    if (!one.wants.email) values.email = "";
    if (values.name.trim() === "") values.name = freeName(one, values.baseUrl);
    const problems = check(values, one.wants, t);
    // A name left empty comes of the address, and is missing only with it.
    if (fields.name.value().trim() === "") delete problems.name;
    const wanted = access.value() === "token" && token.value().trim() === "";
    token.fail(wanted ? t("Paste a token, or choose access without one.") : null);
    if (showErrors(inOrder, problems)) return;
    if (wanted) {
      token.focus();
      return;
    }
    try {
      const { id } = await host.ask("addConnection", {
        tenantId: tenant.value(),
        provider: one.provider,
        ...fieldsOf(values),
        access: access.value(),
        token: access.value() === "token" ? token.value().trim() : "",
      });
      if (id === null) {
        notices.announce(t("The sign-in was cancelled"));
        return;
      }
      token.set("");
      options.added(id, values.name.trim());
    } catch (error) {
      showRefusal(inOrder, error);
    }
  }

  /** The host, numbered where that is taken. */
  function freeName(one: Kind, baseUrl: string): string {
    const wanted = hostOf(baseUrl.trim()) || one.host;
    const names = new Set(state.connections.map(({ name }) => name));
    if (!names.has(wanted)) return wanted;
    let number = 2;
    while (names.has(`${wanted} ${number}`)) number += 1;
    return `${wanted} ${number}`;
  }

  const isBegun = (): boolean => keyOf(kind()) !== keyOf(kinds[0]) || !isSame(readValues(fields), emptyValues);

  function update(next: LoadedState): void {
    state = next;
    add.setDisabled(!next.canWrite);
    setAttribute(cancel, "disabled", false);
    showState();
  }
  fields.name.help(t("To tell it from the others. Empty: its host."));
  update(first);

  return {
    element: element(
      "div",
      { class: "item-page" },
      backButton(t("All connections"), options.ways),
      pageTitle(t("Add Connection")),
      form(
        t("Add Connection"),
        () => void add.press(),
        kindChoice.element,
        tenant.element,
        fields.baseUrl.element,
        fields.email.element,
        access.element,
        token.element,
        help,
        fields.name.element,
        statusOverrides(fields, locale),
        element("div", { class: "buttons" }, add.element, cancel),
      ),
    ),
    place: { view: "add", item: "" },
    update,
    draft: () =>
      isBegun()
        ? {
            tenantId: tenant.value(),
            provider: kind().provider,
            cloud: kind().cloud ? "yes" : "no",
            values: readValues(fields),
            base: null,
          }
        : null,
    isDirty: () => isBegun() || token.value() !== "",
  };
}
