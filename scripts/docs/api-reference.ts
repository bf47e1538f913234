import { openApiDocument } from "../../server/http/openapi.ts";
import { listOperations, type WireOperation } from "../../server/http/operations.ts";
import { takesStepUp } from "../../shared/contract/operation.ts";
import { errorStatus } from "../../shared/errors.ts";
import { capabilities } from "../../shared/rules/permissions.ts";
import { isRecord } from "../../shared/values.ts";

type Schema = Record<string, unknown>;

/** `docs/reference/api.md`: every operation of the contract, with who may use it, what it takes and what it answers. */
export async function apiReference(): Promise<string> {
  const document = await openApiDocument("");
  const operations = listOperations();
  const areas = [...new Set(operations.map(({ name }) => name.split(".")[0] ?? ""))];
  const sections = areas.map((area) => {
    const own = operations.filter(({ name }) => name.startsWith(`${area}.`));
    return `## ${area}\n\n${own.map((operation) => section(operation, document)).join("\n")}`;
  });
  return `${head}\n${sections.join("\n")}\n${errors()}`;
}

const head = `# API reference

Made by \`scripts/docs.ts\` from the contract in \`shared/contract/\`; the same as OpenAPI 3.1 is at \`/openapi.json\`.

JSON in and out. A token goes in \`Authorization: Bearer\`, nowhere else (\`aiops token\` prints one). Lists take \`limit\`
(50 unless told, at most 500) and \`cursor\`, and answer \`{items, nextCursor, total}\`. Errors are RFC 9457 problem
documents. A change may carry \`If-Match\` with the entity's \`version\`.

What takes a step-up is answered \`step_up_required\` (403) on a shared host, unless the sign-in showed a password or a
one-time code within the last 15 minutes (\`POST /api/auth/step-up\`); it is never for a personal access token.
`;

function section({ name, method, path, meta }: WireOperation, document: unknown): string {
  const operation = at(document, "paths", path, method.toLowerCase());
  const body = at(operation, "requestBody", "content", "application/json", "schema");
  const answers = Object.entries(record(at(operation, "responses")))
    .filter(([key]) => key !== "default")
    .map(([status, answer]) => {
      const answered = at(answer, "content", "application/json", "schema");
      return `${status}${answered === undefined ? "" : ` \`${typeName(record(answered))}\``}`;
    });
  const parameters = list(at(operation, "parameters")).map((parameter) => {
    const { name: called, required, schema } = record(parameter);
    return fieldRow(String(called), record(schema), required === true);
  });
  const needed = list(at(body, "required"));
  const fields = Object.entries(record(at(body, "properties"))).map(([key, schema]) =>
    fieldRow(key, record(schema), needed.includes(key)),
  );
  const rows = [...parameters, ...fields];
  const table = rows.length === 0 ? "" : `\n| field | type | |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
  const { input } = meta.example;
  const example = input === undefined ? "" : `\nExample: \`${JSON.stringify(input)}\`\n`;
  return `### ${method} ${path}

${String(at(operation, "summary"))}. \`${name}\`, ${who(meta.capability)}${only(meta)}.
${table}${example}
Answers ${answers.join(", or ") || "200"}.
`;
}

function who(capability: WireOperation["meta"]["capability"]): string {
  if (capability === "public") return "needs no token";
  return `needs the right \`${capability}\` (${capabilities[capability].join(", ")})`;
}

function only(meta: WireOperation["meta"]): string {
  if (takesStepUp(meta)) return "; takes a step-up on a shared host";
  return meta.personOnly === true ? "; not with a personal access token" : "";
}

function fieldRow(name: string, schema: Schema, required: boolean): string {
  return `| \`${name}\` | \`${typeName(schema).replaceAll("|", "\\|")}\` | ${required ? "required" : ""} |`;
}

/** A schema in a few words; objects inside show the names of their fields. */
function typeName(schema: Schema, depth = 0): string {
  const { type, const: constant, enum: values, format } = schema;
  const options = list(schema["anyOf"] ?? schema["oneOf"]);
  if (constant !== undefined) return JSON.stringify(constant);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (options.length > 0) return [...new Set(options.map((option) => typeName(record(option), depth)))].join(" | ");
  if (type === "array") {
    const item = typeName(record(schema["items"]), depth + 1);
    return item.includes(" | ") ? `(${item})[]` : `${item}[]`;
  }
  if (type === "object") {
    const names = Object.entries(record(schema["properties"])).map(([name, inner]) =>
      depth < 1 && name === "items" ? `${name}: ${typeName(record(inner), depth + 1)}` : name,
    );
    return names.length === 0 ? "object" : `{${names.join(", ")}}`;
  }
  if (typeof type === "string") return typeof format === "string" ? `${type} (${format})` : type;
  return "any";
}

function errors(): string {
  const rows = Object.entries(errorStatus).map(([code, status]) => `| \`${code}\` | ${status} |`);
  return `## Errors\n\n| code | status |\n| --- | --- |\n${rows.join("\n")}\n`;
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inner, name) => record(inner)[name], value);
}

function record(value: unknown): Schema {
  return isRecord(value) ? value : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
