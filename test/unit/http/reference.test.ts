import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import * as z from "zod";
import { apiReference } from "../../../scripts/docs/api-reference.ts";
import { environmentExample } from "../../../scripts/docs/environment-example.ts";
import { root } from "../../../scripts/setup/places.mjs";
import { openApiDocument } from "../../../server/http/openapi.ts";
import { listOperations, operationFinder } from "../../../server/http/operations.ts";
import { contract } from "../../../shared/contract/index.ts";

const methods = new Set(["get", "put", "post", "delete", "patch"]);

describe("what is made from the contract and the configuration", () => {
  for (const [name, make] of [
    ["docs/reference/api.md", apiReference],
    [".env.example", () => Promise.resolve(environmentExample())],
  ] as const) {
    it(`${name} is up to date`, async () => {
      const kept = await readFile(join(root, name), "utf8");
      assert.equal(kept, await make(), `${name} is out of date: run node scripts/docs.ts`);
    });
  }
});

describe("/openapi.json", () => {
  it("is OpenAPI 3.1 and has each operation of the contract, and no other", async () => {
    const document = await openApiDocument("1.2.3");
    assert.match(document.openapi, /^3\.1\./);
    assert.equal(document.info.version, "1.2.3");
    const described = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      Object.keys(item ?? {})
        .filter((key) => methods.has(key))
        .map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(
      described.sort(),
      listOperations()
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    );
  });

  it("has schemas that are valid JSON Schema 2020-12, and no reference into nothing", async () => {
    const document = await openApiDocument("1.2.3");
    const ajv = new Ajv2020({ strict: false, validateFormats: true });
    addFormats.default(ajv);
    ajv.addSchema({ $id: "document", ...document });
    let checked = 0;
    const visit = (value: unknown, at: string) => {
      if (typeof value !== "object" || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        const place = `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
        if (key === "schema") {
          ajv.compile({ $ref: `document#${encodeURI(place)}` });
          checked += 1;
        } else visit(inner, place);
      }
    };
    visit(document.paths, "/paths");
    visit(document.components?.responses, "/components/responses");
    assert.ok(checked > 60, `${checked} schemas`);
  });

  it("says which operations need no token, and how errors look", async () => {
    const { paths = {} } = await openApiDocument("1.2.3");
    assert.deepEqual(paths["/health"]?.get?.security, []);
    assert.equal(paths["/api/tenants"]?.get?.security, undefined);
    assert.deepEqual(paths["/api/tenants"]?.get?.responses?.["default"], { $ref: "#/components/responses/Problem" });
  });
});

describe("the contract", () => {
  for (const [area, operations] of Object.entries(contract)) {
    for (const [name, procedure] of Object.entries(operations)) {
      it(`${area}.${name} has an example that fits it`, () => {
        const { inputSchema, outputSchema, meta, route } = procedure["~orpc"] as {
          inputSchema?: z.ZodType;
          outputSchema?: z.ZodType;
          meta: { example: { input?: object; output?: unknown } };
          route: { path?: string };
        };
        const params = [...(route.path ?? "").matchAll(/\{(\w+)\}/g)].map(([, param = ""]) => [param, "a1b2"]);
        if (inputSchema instanceof z.ZodType) {
          inputSchema.parse({ ...Object.fromEntries(params), ...meta.example.input });
        } else assert.equal(meta.example.input, undefined);
        if (meta.example.output !== undefined && outputSchema instanceof z.ZodType) {
          outputSchema.parse(meta.example.output);
        }
      });
    }
  }

  it("finds the operation of an address, the plain one before the one with a parameter", () => {
    const find = operationFinder();
    assert.equal(find("GET", "/api/issues/groups")?.name, "issues.groups");
    assert.equal(find("GET", "/api/issues/x1")?.name, "issues.get");
    assert.equal(find("DELETE", "/api/projects/p/links/l")?.name, "projects.removeLink");
    assert.equal(find("GET", "/api/issues/"), find("GET", "/api/issues"));
    assert.equal(find("PUT", "/api/issues"), undefined);
    assert.equal(find("GET", "/api/issues/x/y/z"), undefined);
  });
});
