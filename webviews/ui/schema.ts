import * as z from "zod";

// Imports of this file need zod told that `eval` is not there: see webviews/settings/without-eval.ts.

type Translate = (english: string, ...values: (string | number)[]) => string;

/** How a field of a schema is asked for. */
export type FieldKind =
  /** `nullable`: what is empty is none. */
  | { kind: "text"; maxLength: number; nullable?: true }
  | { kind: "number" }
  | { kind: "flag" }
  | { kind: "choice"; values: string[] }
  | { kind: "lines"; maxLength: number }
  /** Any of these values. */
  | { kind: "several"; values: string[] }
  /** A list of small records. */
  | { kind: "rows"; columns: Record<string, FieldKind> };

/** Characters of a text whose schema sets no limit. */
const defaultLength = 1000;

/** What a schema asks for. @throws Error for what no form can ask for: the page must give such a field another schema */
export function kindOfSchema(schema: z.ZodType): FieldKind {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodString || inner instanceof z.ZodStringFormat) {
    const maxLength = inner.maxLength ?? defaultLength;
    return schema.safeParse(null).success ? { kind: "text", maxLength, nullable: true } : { kind: "text", maxLength };
  }
  if (inner instanceof z.ZodNumber) return { kind: "number" };
  if (inner instanceof z.ZodBoolean) return { kind: "flag" };
  if (inner instanceof z.ZodEnum) return { kind: "choice", values: inner.options.map(String) };
  if (inner instanceof z.ZodUnion) return kindOfSchema(inner.options[0] as z.ZodType);
  if (inner instanceof z.ZodArray) {
    if (inner.element instanceof z.ZodObject) {
      const columns = Object.entries<z.ZodType>(inner.element.shape);
      return { kind: "rows", columns: Object.fromEntries(columns.map(([name, one]) => [name, kindOfSchema(one)])) };
    }
    const item = kindOfSchema(inner.element as z.ZodType);
    if (item.kind === "choice") return { kind: "several", values: item.values };
    if (item.kind === "text") return { kind: "lines", maxLength: item.maxLength * 100 };
  }
  throw new Error(`a form can't ask for a ${inner.def.type}`);
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  return schema;
}

/** A value as it stands in a control. */
export function toText(value: unknown): string {
  if (Array.isArray(value)) {
    return value.some((item) => typeof item === "object") ? JSON.stringify(value) : value.map(String).join("\n");
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** What stands in a control, as the schema takes it. */
export function fromText(text: string, shape: FieldKind): unknown {
  const { kind } = shape;
  if (kind === "flag") return text === "true";
  if (kind === "number") return text.trim() === "" ? undefined : Number(text);
  if (kind === "lines" || kind === "several") {
    return text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  }
  if (kind === "rows") return text === "" ? [] : JSON.parse(text);
  return text === "" && kind === "text" && shape.nullable === true ? null : text;
}

/** Whether a schema refuses what is empty. */
export function isRequired(schema: z.ZodType): boolean {
  return !schema.safeParse(fromText("", kindOfSchema(schema))).success;
}

export type Checked<T> = { ok: true; input: T } | { ok: false; errors: { path: string; message: string }[] };

/** Checks typed values against the contract, with its errors as sentences for people. */
export function check<S extends z.ZodObject>(schema: S, typed: unknown, t: Translate): Checked<z.output<S>> {
  // A sentence of the schema itself, as "must be an id", wins over ours.
  const read = schema.safeParse(typed, { error: (issue) => sentence(issue, t) });
  if (read.success) return { ok: true, input: read.data };
  return {
    ok: false,
    errors: read.error.issues.map(({ path, message }) => ({ path: path.join("."), message: sentenceCase(t(message)) })),
  };
}

/** The contract words its errors to stand behind a field's name; here they stand alone. */
export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sentence(issue: z.core.$ZodRawIssue, t: Translate): string {
  switch (issue.code) {
    case "too_small":
      if (issue.origin === "string")
        return issue.minimum === 1 ? t("This is needed.") : t("At least {0} characters.", String(issue.minimum));
      if (issue.origin === "array" && issue.minimum === 1) return t("Choose at least one.");
      return t("At least {0}.", String(issue.minimum));
    case "too_big":
      return issue.origin === "string"
        ? t("At most {0} characters.", String(issue.maximum))
        : t("At most {0}.", String(issue.maximum));
    case "invalid_type":
      return issue.input === undefined ? t("This is needed.") : t("This is of another kind than what is wanted.");
    case "invalid_format":
      if (issue.format === "email") return t("This is not an e-mail address.");
      if (issue.format === "url") return t("An address begins with https://");
      return t("This is not written as it must be.");
    default:
      return t("This cannot be taken.");
  }
}
