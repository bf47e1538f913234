import assert from "node:assert/strict";
import { cutToBytes, utf8Bytes } from "../../../server/context/bytes.ts";

describe("cutting text to bytes", () => {
  it("ends before the character that does not fit", () => {
    const text = "aé漢🚀\uD800z";
    const cuts = Array.from({ length: 16 }, (_, maxBytes) => cutToBytes(text, maxBytes));
    const lone = "aé漢🚀\uFFFD";
    assert.deepEqual(cuts.slice(0, 10), ["", "a", "a", "aé", "aé", "aé", "aé漢", "aé漢", "aé漢", "aé漢"]);
    assert.deepEqual(cuts.slice(10, 15), ["aé漢🚀", "aé漢🚀", "aé漢🚀", lone, text]);
    cuts.forEach((cut, maxBytes) => assert.ok(utf8Bytes(cut) <= maxBytes));
  });

  it("keeps what fits as it is", () => {
    assert.equal(cutToBytes("🚀", 4), "🚀");
    assert.equal(cutToBytes("x", Number.POSITIVE_INFINITY), "x");
    assert.equal(cutToBytes("x", -1), "");
  });
});
