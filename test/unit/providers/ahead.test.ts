import assert from "node:assert/strict";
import { ahead } from "../../../server/providers/ahead.ts";
import { waitFor } from "../../support/wait.ts";

describe("making the next item while one is worked on", () => {
  it("makes one ahead and no more", async () => {
    const made: number[] = [];
    const source = async function* () {
      for (let item = 1; item <= 5; item += 1) {
        made.push(item);
        yield await Promise.resolve(item);
      }
    };
    const seen: number[] = [];
    for await (const item of ahead(source, new AbortController().signal)) {
      seen.push(item);
      await waitFor(() => made.length === Math.min(item + 1, 5), { what: "the next item" });
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(made.length, Math.min(item + 1, 5));
    }
    assert.deepEqual(seen, [1, 2, 3, 4, 5]);
  });

  it("lets a failure wait for its turn", async () => {
    const source = async function* () {
      yield await Promise.resolve(1);
      throw new Error("broken");
    };
    const seen: number[] = [];
    const working = async () => {
      for await (const item of ahead(source, new AbortController().signal)) {
        // Long enough for an unhandled rejection to end the process.
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        seen.push(item);
      }
    };
    await assert.rejects(working(), /broken/);
    assert.deepEqual(seen, [1]);
  });

  it("aborts what is under way where the work ends early, and waits for its end", async () => {
    let ended = false;
    const source = async function* (signal: AbortSignal) {
      yield 1;
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      ended = true;
    };
    for await (const item of ahead(source, new AbortController().signal)) {
      assert.equal(item, 1);
      break;
    }
    assert.equal(ended, true);
  });

  it("gives up with the signal it was given", async () => {
    const abort = new AbortController();
    const source = async function* (signal: AbortSignal) {
      yield 1;
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      signal.throwIfAborted();
    };
    const working = async () => {
      for await (const item of ahead(source, abort.signal)) abort.abort(new Error(`stopped at ${item}`));
    };
    await assert.rejects(working(), /stopped at 1/);
  });
});
