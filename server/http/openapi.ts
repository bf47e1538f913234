import type { OpenAPI } from "@orpc/contract";
import { contract } from "../../shared/contract/index.ts";

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
  return generator.generate(contract, {
    info: { title: "aiops", version, description: "Issues, workspaces and AI sessions of one host." },
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } } },
    security: [{ bearer: [] }],
  });
}

/** The same document, made once. */
export function openApiSource(version: string): () => Promise<OpenAPI.Document> {
  let made: Promise<OpenAPI.Document> | undefined;
  return () => (made ??= openApiDocument(version));
}
