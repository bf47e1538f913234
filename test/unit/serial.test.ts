import assert from "node:assert/strict";
import { Serial } from "../../server/serial.ts";

describe("work on one key", () => {
  it("goes on one at a time, in order, and goes on after a failure", async () => {
    const serial = new Serial();
    const log: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = serial.run("a", async () => {
      log.push("first starts");
      await gate.promise;
      log.push("first fails");
      throw new Error("first");
    });
    const second = serial.run("a", () => Promise.resolve(log.push("second")));
    const third = serial.run("a", () => Promise.resolve(log.push("third")));
    await serial.run("b", () => Promise.resolve(log.push("other key")));
    gate.resolve();
    await assert.rejects(first, /first/);
    await Promise.all([second, third]);
    assert.deepEqual(log, ["first starts", "other key", "first fails", "second", "third"]);
  });

  it("lets go of work that is cancelled while it waits, and keeps the others' order", async () => {
    const serial = new Serial();
    const log: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = serial.run("a", async () => {
      await gate.promise;
      log.push("first");
    });
    const cancel = new AbortController();
    const second = serial.run("a", () => Promise.resolve(log.push("second")), cancel.signal);
    cancel.abort(new Error("cancelled"));
    await assert.rejects(second, /cancelled/);
    const third = serial.run("a", () => Promise.resolve(log.push("third")));
    await assert.rejects(
      serial.run("a", () => Promise.resolve(log.push("never")), cancel.signal),
      /cancelled/,
    );
    gate.resolve();
    await Promise.all([first, third]);
    assert.deepEqual(log, ["first", "third"]);
    assert.ok(!serial.isBusy("a"));
  });
});
