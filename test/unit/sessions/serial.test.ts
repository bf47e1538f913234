import assert from "node:assert/strict";
import { Serial } from "../../../server/serial.ts";

describe("serial work", () => {
  it("runs one key's work in order, another key's at once", async () => {
    const serial = new Serial();
    const order: string[] = [];
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const first = serial.run("a", async () => {
      await gate;
      order.push("a1");
    });
    const second = serial.run("a", () => Promise.resolve(order.push("a2")));
    await serial.run("b", () => Promise.resolve(order.push("b1")));
    assert.deepEqual(order, ["b1"]);
    assert.ok(serial.isBusy("a"));
    assert.ok(!serial.isBusy("b"));
    open();
    await Promise.all([first, second]);
    assert.deepEqual(order, ["b1", "a1", "a2"]);
    assert.ok(!serial.isBusy("a"));
  });

  it("goes on after work that failed", async () => {
    const serial = new Serial();
    const failed = serial.run("a", () => Promise.reject(new Error("first")));
    const next = serial.run("a", () => Promise.resolve("second"));
    await assert.rejects(failed, /first/u);
    assert.equal(await next, "second");
  });
});
