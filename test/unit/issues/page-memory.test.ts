import assert from "node:assert/strict";
import { PageMemory } from "../../../server/issues/page-memory.ts";

const capacity = 2 * 1024 * 1024;

describe("pages that are remembered", () => {
  const page = new TextEncoder().encode('{"items":[],"nextCursor":null,"total":0}');
  const keptOf = (memory: PageMemory, keys: readonly string[]) =>
    keys.filter((key) => memory.find("now", key) !== undefined);

  it("take a bounded room, however long what was asked, and however little it found", () => {
    const memory = new PageMemory();
    const keys = Array.from({ length: 1_000 }, (_, index) => `${index} ${"x".repeat(10_000)}`);
    for (const key of keys) memory.keep("now", key, page);
    const kept = keptOf(memory, keys);
    assert.ok(kept.length > 0, "the last ones");
    assert.ok(kept.reduce((sum, key) => sum + 2 * key.length + page.byteLength, 0) <= capacity, `${kept.length} pages`);
  });

  it("are kept where they are few, and not of another state", () => {
    const memory = new PageMemory();
    for (const key of ["one", "two"]) memory.keep("now", key, page);
    assert.deepEqual(keptOf(memory, ["one", "two", "three"]), ["one", "two"]);
    assert.equal(memory.find("later", "one"), undefined);
    memory.keep("later", "one", page);
    assert.equal(memory.find("later", "two"), undefined);
    memory.keep("later", "large", new Uint8Array(capacity));
    assert.equal(memory.find("later", "large"), undefined, "what fills it by itself is not kept");
  });
});
