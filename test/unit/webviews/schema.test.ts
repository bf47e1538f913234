import assert from "node:assert/strict";
import * as z from "zod";
import { check, fromText, isRequired, kindOfSchema, toText } from "../../../webviews/ui/schema.ts";

const t = (english: string, ...values: (string | number)[]) =>
  english.replaceAll(/\{(\d+)\}/g, (_, index) => String(values[Number(index)]));

describe("webviews: forms of the contract's schemas", () => {
  it("asks for each type in its own way, whatever default it has", () => {
    const kinds: [z.ZodType, unknown][] = [
      [z.string().max(63), { kind: "text", maxLength: 63 }],
      [z.string(), { kind: "text", maxLength: 1000 }],
      [z.email().max(254), { kind: "text", maxLength: 254 }],
      [z.string().max(20).default("x").optional(), { kind: "text", maxLength: 20 }],
      [z.int().min(0), { kind: "number" }],
      [z.boolean().default(false), { kind: "flag" }],
      [z.enum(["a", "b"]).nullable(), { kind: "choice", values: ["a", "b"] }],
      [z.array(z.string().max(200)), { kind: "lines", maxLength: 20_000 }],
      [z.array(z.enum(["a", "b"])).min(1), { kind: "several", values: ["a", "b"] }],
      [z.string().max(9).nullable().default(null), { kind: "text", maxLength: 9, nullable: true }],
      [z.string().max(9).or(z.literal("")), { kind: "text", maxLength: 9 }],
      [
        z.array(z.object({ id: z.string().max(9), role: z.enum(["a", "b"]) })).default([]),
        { kind: "rows", columns: { id: { kind: "text", maxLength: 9 }, role: { kind: "choice", values: ["a", "b"] } } },
      ],
    ];
    for (const [schema, kind] of kinds) assert.deepEqual(kindOfSchema(schema), kind);
    assert.throws(() => kindOfSchema(z.array(z.array(z.string()))), /can't ask for a array/);
    assert.throws(() => kindOfSchema(z.object({ a: z.string() })), /can't ask for a object/);
  });

  it("turns values into text and back", () => {
    for (const [schema, value, text] of [
      [z.string(), "a b", "a b"],
      [z.int(), 12, "12"],
      [z.boolean(), true, "true"],
      [z.array(z.string()), ["a", "b c"], "a\nb c"],
      [z.array(z.enum(["a", "b"])), ["a", "b"], "a\nb"],
      [z.array(z.object({ id: z.string() })), [{ id: "a" }], '[{"id":"a"}]'],
      [z.array(z.object({ id: z.string() })), [], ""],
      [z.string().nullable(), null, ""],
    ] as const) {
      assert.equal(toText(value), text);
      assert.deepEqual(fromText(text, kindOfSchema(schema)), value);
    }
    assert.equal(toText(null), "");
    assert.equal(fromText(" ", { kind: "number" }), undefined);
    assert.deepEqual(fromText(" a \n\n b", { kind: "lines", maxLength: 9 }), ["a", "b"]);
  });

  it("knows what must be filled in", () => {
    assert.equal(isRequired(z.string().min(1)), true);
    assert.equal(isRequired(z.string()), false);
    assert.equal(isRequired(z.int()), true);
    assert.equal(isRequired(z.int().optional()), false);
  });

  it("says what is wrong in sentences, the schema's own before ours", () => {
    const schema = z.object({
      name: z.string().trim().min(1),
      slug: z.string().regex(/^[a-z]+$/, "must be lower-case letters"),
      mail: z.email(),
      age: z.int().max(9),
      list: z.array(z.string().max(2)),
    });
    const checked = check(schema, { name: " ", slug: "A", mail: "x", age: 10, list: ["ok", "long"] }, t);
    assert.deepEqual(checked.ok ? [] : checked.errors, [
      { path: "name", message: "This is needed." },
      { path: "slug", message: "Must be lower-case letters" },
      { path: "mail", message: "This is not an e-mail address." },
      { path: "age", message: "At most 9." },
      { path: "list.1", message: "At most 2 characters." },
    ]);
    assert.deepEqual(check(z.object({ name: z.string().trim() }), { name: " a " }, t), {
      ok: true,
      input: { name: "a" },
    });
    const missing = check(z.object({ age: z.int() }), { age: undefined }, t);
    assert.deepEqual(missing.ok ? [] : missing.errors, [{ path: "age", message: "This is needed." }]);
  });
});
