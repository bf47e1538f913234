import { userInput } from "../../../shared/entities/user.ts";
import type { Option } from "../../ui/rows-field.ts";
import { schemaForm, type SchemaForm, type SchemaFormOptions } from "../../ui/schema-form.ts";
import type { SettingsContext } from "../context.ts";
import type { Ways } from "../views.ts";
import { levelNames, roleNames, type PeopleState } from "./words.ts";

/** Whether a person may sign in is no field: it has buttons of its own. */
const personInput = userInput.omit({ status: true });

export type PersonFormParts = Pick<
  SchemaFormOptions<typeof personInput>,
  "saved" | "draft" | "submitLabel" | "busyLabel" | "submit" | "onCancel"
>;

/** The form of a person. @param state what is shown now, also later: its choices follow it */
export function personForm(
  context: SettingsContext,
  ways: Ways,
  state: () => PeopleState,
  parts: PersonFormParts,
): SchemaForm {
  const { locale } = context;
  const { t } = locale;
  const named = (items: readonly { id: string; name: string }[]): Option[] =>
    items
      .map(({ id, name }) => ({ value: id, label: name }))
      .toSorted((a, b) => a.label.localeCompare(b.label, locale.language));
  const options = (names: Record<string, string>): Option[] =>
    Object.entries(names).map(([value, label]) => ({ value, label }));
  return schemaForm(
    {
      ...parts,
      id: "person",
      label: t("Details"),
      schema: personInput,
      fields: {
        name: { label: t("Name") },
        email: { label: t("E-mail"), help: t("They sign in with it, and it stands in their commits."), kind: "email" },
        username: { label: t("User name"), help: t("Letters, digits, dot, dash and underscore.") },
        level: {
          label: t("Level"),
          help: t(
            "Administrators may do everything. Technicians work on issues, clients read them, billing sees neither issues nor code.",
          ),
          choices: options(levelNames(locale)),
        },
        linuxUser: {
          label: t("Linux user"),
          help:
            state().strategy === "direct"
              ? t("Not used on this server: the account called as the user name is.")
              : t("The account on the server's host that they work as. Empty: as the server's table says, else none."),
        },
        memberships: {
          label: t("Tenants"),
          help: t("What belongs to other tenants is never shown to them; administrators see all."),
          addLabel: t("Add Tenant"),
          emptyText: t("Member of no tenant."),
          columns: {
            tenantId: { label: t("Tenant"), choices: () => named(state().tenants) },
            role: { label: t("Role in the tenant"), choices: options(roleNames(locale)) },
          },
        },
        identities: {
          label: t("Accounts at trackers"),
          help: t("What is assigned to such an account is shown to them as their own."),
          addLabel: t("Add Account"),
          emptyText: t("None is known."),
          columns: {
            connectionId: { label: t("Connection"), choices: () => named(state().connections) },
            login: { label: t("Account"), placeholder: t("As the tracker shows it") },
          },
        },
      },
      onInput: ways.onInput,
    },
    context,
  );
}
