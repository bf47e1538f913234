import type { OpenAPI } from "@orpc/contract";
import { contract } from "../../shared/contract/index.ts";
import { takesStepUp } from "../../shared/contract/operation.ts";
import { listOperations } from "./operations.ts";

/**
 * Makes the OpenAPI 3.1 document of the contract. The generator is imported only here, when the document is first asked
 * for: serving requests does not need it.
 */
export async function openApiDocument(version: string): Promise<OpenAPI.Document> {
  const [{ OpenAPIGenerator }, { ZodToJsonSchemaConverter }] = await Promise.all([
    import("@orpc/openapi"),
    import("@orpc/zod/zod4"),
  ]);
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(contract, {
    info: { title: "aiops", version, description: "Issues, workspaces and AI sessions of one host." },
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } }, ...problems },
    security: [{ bearer: [] }],
  });
  complete(document);
  return document;
}

const problems = {
  schemas: {
    Problem: {
      type: "object",
      description: "An RFC 9457 problem document",
      required: ["type", "title", "status", "detail", "code"],
      properties: {
        type: { type: "string" },
        title: { type: "string" },
        status: { type: "integer" },
        detail: { type: "string" },
        instance: { type: "string" },
        code: { type: "string" },
        errors: {
          type: "array",
          items: {
            type: "object",
            required: ["path", "message"],
            properties: { path: { type: "string" }, message: { type: "string" } },
          },
        },
      },
    },
  },
  responses: {
    Problem: {
      description: "What went wrong, and what to do",
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    },
  },
} satisfies OpenAPI.ComponentsObject;

/**
 * Adds what the generator does not know: the right an operation needs, whether it takes a step-up on a shared host or is
 * not for personal access tokens, its example, and how errors look.
 */
function complete(document: OpenAPI.Document): void {
  for (const { name, method, path, meta } of listOperations()) {
    const item: Record<string, unknown> = { ...document.paths?.[path] };
    const operation = item[method.toLowerCase()] as
      | OpenAPI.OperationObject<{ "x-capability"?: string; "x-step-up"?: boolean; "x-person-only"?: boolean }>
      | undefined;
    if (operation === undefined) continue;
    operation.operationId = name;
    operation["x-capability"] = meta.capability;
    if (takesStepUp(meta)) operation["x-step-up"] = true;
    if (takesStepUp(meta) || meta.personOnly === true) operation["x-person-only"] = true;
    operation.responses = { ...operation.responses, default: { $ref: "#/components/responses/Problem" } };
    if (meta.capability === "public") operation.security = [];
    const { requestBody } = operation;
    if (requestBody === undefined || "$ref" in requestBody || meta.example.input === undefined) continue;
    const json = requestBody.content["application/json"];
    if (json !== undefined) json.example = meta.example.input;
  }
}

/** The same document, made once. */
export function openApiSource(version: string): () => Promise<OpenAPI.Document> {
  let made: Promise<OpenAPI.Document> | undefined;
  return () => (made ??= openApiDocument(version));
}
