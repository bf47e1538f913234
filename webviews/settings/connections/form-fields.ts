import { element } from "../../ui/dom.ts";
import { linesField, textField, type Field } from "../../ui/form.ts";
import type { Locale } from "../../ui/locale.ts";
import type { ConnectionValues } from "../../../shared/messages/settings/connections.ts";
import type { Kind } from "./kinds.ts";
import { valueNames, type ValueName } from "./values.ts";

export type ConnectionFields = Record<ValueName, Field>;

/** The controls of a connection, for adding and for changing one. */
export function createFields(values: ConnectionValues, { t }: Locale, onInput: () => void): ConnectionFields {
  return {
    name: textField({
      id: "connection-name",
      label: t("Name"),
      value: values.name,
      help: [t("To tell it from the others: its account, or what it is for.")],
      required: true,
      maxLength: 200,
      onInput,
    }),
    baseUrl: textField({
      id: "connection-address",
      label: t("Address"),
      value: values.baseUrl,
      maxLength: 500,
      kind: "url",
      onInput,
    }),
    email: textField({
      id: "connection-email",
      label: t("E-mail of the account"),
      value: values.email,
      help: [t("The one you sign in to Atlassian with. Jira Cloud takes a token only together with it.")],
      maxLength: 254,
      kind: "email",
      onInput,
    }),
    open: statusField("open", values.open, t, onInput),
    closed: statusField("closed", values.closed, t, onInput),
  };
}

function statusField(which: "open" | "closed", value: string, t: Locale["t"], onInput: () => void): Field {
  return linesField({
    id: `connection-${which}`,
    label: which === "open" ? t("Statuses that count as open") : t("Statuses that count as closed"),
    value,
    help: [t("One on each line, in the tracker's own words; case does not count.")],
    rows: 3,
    maxLength: 10_000,
    onInput,
  });
}

/** Words the fields for a kind of tracker, and shows those it has. */
export function showKind(fields: ConnectionFields, kind: Kind, { t }: Locale): void {
  fields.baseUrl.help(t(kind.addressHelp), " ", element("code", {}, kind.addressExample));
  fields.email.element.hidden = !kind.wants.email;
}

export function readValues(fields: ConnectionFields): ConnectionValues {
  const read = (name: ValueName): string => fields[name].value();
  return {
    name: read("name"),
    baseUrl: read("baseUrl"),
    email: read("email"),
    open: read("open"),
    closed: read("closed"),
  };
}

export function writeValues(fields: ConnectionFields, values: ConnectionValues): void {
  for (const name of valueNames) fields[name].set(values[name]);
}

/** The two lists of statuses, closed away where they are empty: most connections need none. */
export function statusOverrides({ open, closed }: ConnectionFields, { t }: Locale): HTMLDetailsElement {
  return element(
    "details",
    { class: "overrides", attributes: { open: open.value() !== "" || closed.value() !== "" } },
    element("summary", {}, t("Open and closed statuses")),
    element(
      "p",
      { class: "field-help" },
      t(
        "aiops takes the tracker's own category, then common words. Where that is wrong for a status of yours, say it here.",
      ),
    ),
    element("div", { class: "columns" }, open.element, closed.element),
  );
}
