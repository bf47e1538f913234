import assert from "node:assert/strict";
import { encodeFrame, FrameReader } from "../../../server/host/helper/frames.ts";
import { withCode } from "../../support/error-code.ts";

describe("frames between server and helper", () => {
  const messages = [{ a: 1 }, "ünï", null, [1, 2, { b: "x".repeat(5_000) }], { last: true }];
  const bytes = Buffer.concat(messages.map((message) => encodeFrame(message, 10_000)));

  it("come out as they went in, wherever the pipe cuts them", () => {
    for (const size of [1, 2, 3, 5, 7, 1_000, bytes.length]) {
      const reader = new FrameReader(10_000);
      const read: unknown[] = [];
      for (let at = 0; at < bytes.length; at += size) read.push(...reader.push(bytes.subarray(at, at + size)));
      assert.deepEqual(read, messages, `in pieces of ${size}`);
    }
  });

  it("are refused over the limit, both when written and as soon as they are announced", () => {
    assert.throws(() => encodeFrame("x".repeat(100), 50), withCode("too_large"));
    assert.equal(encodeFrame("é".repeat(24), 50).length, 54);
    const reader = new FrameReader(50);
    assert.throws(() => reader.push(Buffer.from([0xff, 0xff, 0xff, 0xff])), withCode("too_large", "4294967295"));
  });

  it("are refused where they are no JSON", () => {
    assert.throws(() => new FrameReader(50).push(Buffer.from([0, 0, 0, 1, 0x7b])), withCode("invalid_input"));
    assert.throws(() => new FrameReader(50).push(Buffer.from([0, 0, 0, 0])), withCode("invalid_input"));
  });
});
