import type * as z from "zod";
import { checkField, linesField, selectField, textField, type Field, type FieldOptions } from "./form.ts";
import type { Locale } from "./locale.ts";
import { rowsField, type Option, type RowColumn } from "./rows-field.ts";
import { isRequired, type FieldKind } from "./schema.ts";
import { severalField } from "./several-field.ts";

/** What may be chosen; asked again, where it is a function, when the form follows what is shown. */
export type Options = readonly Option[] | (() => readonly Option[]);

/** How one value of each row is worded. */
export interface ColumnWords {
  label: string;
  placeholder?: string;
  choices?: Options;
}

/** How one field of the schema is worded, and what the schema can't tell. */
export interface FieldWords {
  label: string;
  help?: string;
  placeholder?: string;
  /** Lines of a longer text. */
  rows?: number;
  /** A secret is never shown, kept, nor filled in by the browser. */
  kind?: "url" | "email" | "secret";
  /** What a choice's values are called; others are called as they are. Of several: those that are offered. */
  choices?: Options;
  /** Of a list of records: its values by their names in the schema, and the words around the list. */
  columns?: Record<string, ColumnWords>;
  addLabel?: string;
  emptyText?: string;
}

/** A field that knows what its values mean. */
export interface SchemaField extends Field {
  /** Takes the choices there are by now. */
  offer: () => void;
  /** A value as a person reads it. */
  describe: (value: string) => string;
  /** Says which part of it the next error is about, as `2.tenantId`. */
  aim: (at: string) => void;
}

export interface SchemaFieldOptions {
  /** Unique on the page. */
  id: string;
  words: FieldWords;
  shape: z.ZodType;
  kind: FieldKind;
  value: string;
  onInput: () => void;
}

/** The control for one field of a schema, by its kind. */
export function schemaField(options: SchemaFieldOptions, locale: Locale): SchemaField {
  const { id, words, shape, kind, value, onInput } = options;
  const { placeholder, rows = 4 } = words;
  const help = words.help === undefined ? [] : [words.help];
  const common = { id, label: words.label, value, help, required: isRequired(shape), onInput };
  const more = { ...common, ...(placeholder !== undefined && { placeholder }) };
  switch (kind.kind) {
    case "flag":
      return plain(checkField(common));
    case "choice": {
      const named = new Map(asFunction(words.choices)().map((one) => [one.value, one.label]));
      return chosen(common, () => kind.values.map((one) => ({ value: one, label: named.get(one) ?? one })), locale);
    }
    case "lines":
      return plain(linesField({ ...more, rows, maxLength: kind.maxLength }));
    case "several": {
      const choices = words.choices ?? kind.values.map((one) => ({ value: one, label: one }));
      return plain(severalField({ ...common, choices: asFunction(choices)() }));
    }
    case "number":
      return plain(textField({ ...more, maxLength: 20 }));
    case "rows": {
      const columns = Object.entries(kind.columns).flatMap(([name, column]) => {
        const worded = words.columns?.[name];
        return worded === undefined ? [] : [columnOf(name, column, worded)];
      });
      const { addLabel = locale.t("Add"), emptyText = locale.t("None.") } = words;
      return rowsField({ ...common, columns, addLabel, emptyText }, locale);
    }
    default:
      if (words.choices !== undefined) return chosen(common, asFunction(words.choices), locale);
      if (words.rows !== undefined) return plain(linesField({ ...more, rows, maxLength: kind.maxLength }));
      return plain(
        textField({ ...more, maxLength: kind.maxLength, ...(words.kind !== undefined && { kind: words.kind }) }),
      );
  }
}

function columnOf(name: string, kind: FieldKind, { label, placeholder, choices }: ColumnWords): RowColumn {
  const values = kind.kind === "choice" ? kind.values.map((value) => ({ value, label: value })) : undefined;
  const options = choices ?? values;
  return {
    name,
    label,
    initial: kind.kind === "choice" ? (kind.values[0] ?? "") : "",
    maxLength: kind.kind === "text" ? kind.maxLength : 200,
    ...(options !== undefined && { options: asFunction(options) }),
    ...(placeholder !== undefined && { placeholder }),
  };
}

/** One of several; what is saved stays a choice, also where it is none any more. */
function chosen(
  options: FieldOptions & { value: string },
  offered: () => readonly Option[],
  { t }: Locale,
): SchemaField {
  const withValue = (value: string): Option[] => {
    const known = offered();
    if (known.some((one) => one.value === value)) return [...known];
    return [{ value, label: value === "" ? t("Choose…") : t("{0} (not there any more)", value) }, ...known];
  };
  const made = selectField({ ...options, choices: withValue(options.value) });
  return {
    ...made,
    set: (value) => {
      made.choices(withValue(value));
      made.set(value);
    },
    offer: () => made.choices(withValue(made.value())),
    describe: (value) => withValue(value).find((one) => one.value === value)?.label ?? value,
    aim: () => undefined,
  };
}

const asFunction = (options: Options = []): (() => readonly Option[]) =>
  typeof options === "function" ? options : () => options;

/** A field whose values mean what they say. */
function plain(field: Field): SchemaField {
  return { ...field, offer: () => undefined, describe: (value) => value, aim: () => undefined };
}
