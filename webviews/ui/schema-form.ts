import type * as z from "zod";
import { AppError } from "../../shared/errors.ts";
import { busyButton } from "./busy-button.ts";
import { element, type Child } from "./dom.ts";
import { form, showErrors } from "./form.ts";
import type { Locale } from "./locale.ts";
import type { Notices } from "./notices.ts";
import { schemaField, type FieldWords, type SchemaField } from "./schema-field.ts";
import { check, fromText, kindOfSchema, sentenceCase, toText } from "./schema.ts";

type Values = Record<string, string>;

/** What is typed and what it began from, to be kept over a reload; secrets are left out. */
export interface SchemaDraft {
  values: Values;
  base: { version: number; values: Values } | null;
}

export interface SchemaFormOptions<S extends z.ZodObject> {
  /** Unique on the page; its fields are `<id>-<field>`. */
  id: string;
  label: string;
  /** The contract's own: gives each field its kind and bounds, and checks what is typed. */
  schema: S;
  /** In the order of the form; every field of the schema that a person fills in. */
  fields: { [K in keyof z.input<S> & string]?: FieldWords };
  /** What is saved now; null for something new, whose defaults are the schema's. */
  saved: Saved | null;
  /** What of something new is begun with, where it is not the schema's default. */
  start?: Values;
  draft: SchemaDraft | null;
  submitLabel: string;
  busyLabel: string;
  onInput: () => void;
  /** Sends it. Rejects with what is wrong: errors of fields are shown beside them, others above. */
  submit: (input: z.output<S>, version: number | undefined) => Promise<void>;
  /** The field a `name_taken` is about: the answer does not say. */
  nameField?: keyof z.input<S> & string;
  /** More below the fields, above the buttons. */
  more?: Child[];
  onCancel?: () => void;
}

/** Something that is saved, with its version. */
export interface Saved {
  version: number;
  [member: string]: unknown;
}

export interface SchemaForm {
  element: HTMLElement;
  fields: Record<string, SchemaField>;
  /** Takes what is saved by now: untouched fields follow it, others say what it is. */
  update: (saved: Saved | null, canWrite: boolean) => void;
  draft: () => SchemaDraft | null;
  /** Whether anything is typed, secrets included. */
  isDirty: () => boolean;
}

/**
 * A form made of one of the contract's schemas: controls by each field's type, bounds and errors by the schema itself, in
 * the page before anything is sent and from the server's answer, a busy button, and what another saves meanwhile.
 */
export function schemaForm<S extends z.ZodObject>(
  options: SchemaFormOptions<S>,
  context: { locale: Locale; notices: Notices },
): SchemaForm {
  const { t } = context.locale;
  const { schema, onInput } = options;
  const asked = Object.entries<FieldWords | undefined>(options.fields).flatMap(([name, words]) => {
    const shape = schema.shape[name] as z.ZodType | undefined;
    return words === undefined || shape === undefined ? [] : [{ name, words, shape, kind: kindOfSchema(shape) }];
  });
  const secrets = new Set(asked.filter(({ words }) => words.kind === "secret").map(({ name }) => name));
  const valuesOf = (saved: Saved | null): Values =>
    Object.fromEntries(
      asked.map(({ name, shape }) => [
        name,
        saved === null ? (options.start?.[name] ?? defaultOf(shape)) : toText(saved[name]),
      ]),
    );
  let base = options.draft?.base ?? { version: options.saved?.version ?? 0, values: valuesOf(options.saved) };
  const started = { ...base.values, ...options.draft?.values };
  const fields = Object.fromEntries(
    asked.map((one) => {
      const id = `${options.id}-${one.name}`;
      return [one.name, schemaField({ ...one, id, value: started[one.name] ?? "", onInput }, context.locale)];
    }),
  );
  const submit = busyButton(
    { label: options.submitLabel, busyLabel: options.busyLabel, appearance: "primary", run: send },
    context,
  );
  const cancel =
    options.onCancel === undefined
      ? null
      : element("vscode-button", { attributes: { appearance: "secondary" }, onClick: options.onCancel }, t("Cancel"));

  const read = (): Values => Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value()]));
  const isChanged = (): boolean => Object.entries(read()).some(([name, value]) => value !== base.values[name]);

  async function send(): Promise<void> {
    const values = read();
    const typed = Object.fromEntries(asked.map(({ name, kind }) => [name, fromText(values[name] ?? "", kind)]));
    const checked = check(schema, typed, t);
    if (!checked.ok) {
      if (!show(checked.errors)) throw new AppError("invalid_input", checked.errors[0]?.message ?? "");
      return;
    }
    // As it is sent: what the server answers is then no change of somebody else's.
    for (const { name } of asked) if (!secrets.has(name)) fields[name]?.set(toText(checked.input[name]));
    try {
      await options.submit(checked.input, options.saved === null ? undefined : base.version);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { nameField } = options;
      const isTaken = error.code === "name_taken" && nameField !== undefined;
      if (!show(isTaken ? [{ path: nameField, message: error.message }] : error.errors)) throw error;
      return;
    }
    for (const name of secrets) fields[name]?.set("");
    onInput();
  }

  /** Beside their fields. @returns whether any is about one of them */
  function show(errors: readonly { path: string; message: string }[]): boolean {
    const byField = new Map<string, string>();
    for (const { path, message } of errors) {
      const [name = "", ...at] = path.split(".");
      if (byField.has(name)) continue;
      byField.set(name, sentenceCase(message));
      fields[name]?.aim(at.join("."));
    }
    return showErrors(fields, Object.fromEntries(byField));
  }

  function update(saved: Saved | null, canWrite: boolean): void {
    if (saved !== null && saved.version > base.version) {
      const theirs = valuesOf(saved);
      for (const { name, words } of asked) {
        const field = fields[name];
        const [mine, before, now] = [field?.value(), base.values[name], theirs[name] ?? ""];
        if (secrets.has(name)) continue;
        if (mine === before || mine === now) field?.set(now);
        else if (before !== now) {
          field?.help(
            words.help ?? "",
            " ",
            t("Somebody saved this meanwhile: {0}", field.describe(now) || t("(empty)")),
          );
        }
      }
      base = { version: saved.version, values: theirs };
    }
    for (const field of Object.values(fields)) {
      field.offer();
      field.setDisabled(!canWrite);
    }
    submit.setDisabled(!canWrite);
  }

  return {
    element: form(
      options.label,
      () => void submit.press(),
      ...Object.values(fields).map((field) => field.element),
      ...(options.more ?? []),
      element("div", { class: "buttons" }, submit.element, cancel),
    ),
    fields,
    update,
    draft: () => {
      const values = Object.fromEntries(Object.entries(read()).filter(([name]) => !secrets.has(name)));
      const isKept = Object.entries(values).some(([name, value]) => value !== base.values[name]);
      return isKept ? { values, base: options.saved === null ? null : base } : null;
    },
    isDirty: isChanged,
  };
}

function defaultOf(schema: z.ZodType): string {
  const read = schema.safeParse(undefined);
  return read.success ? toText(read.data) : "";
}
