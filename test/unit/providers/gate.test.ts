import assert from "node:assert/strict";
import { Gate } from "../../../server/providers/gate.ts";

describe("Gate", () => {
  it("lets in so many at a time, in order, and goes on after a failure", async () => {
    const gate = new Gate(2);
    const started: number[] = [];
    const work = Array.from({ length: 4 }, () => Promise.withResolvers<string>());
    const outcomes = work.map(({ promise }, index) =>
      gate.run(() => {
        started.push(index);
        return promise;
      }),
    );
    assert.deepEqual(started, [0, 1]);
    work[1]?.reject(new Error("broken"));
    await assert.rejects(Promise.resolve(outcomes[1]), /broken/);
    assert.deepEqual(started, [0, 1, 2]);
    work[2]?.resolve("third");
    assert.equal(await outcomes[2], "third");
    assert.deepEqual(started, [0, 1, 2, 3]);
    work[0]?.resolve("first");
    work[3]?.resolve("fourth");
    assert.deepEqual(await Promise.all([outcomes[0], outcomes[3]]), ["first", "fourth"]);
  });

  it("lets what is cancelled leave the queue at once", async () => {
    const gate = new Gate(1);
    const first = Promise.withResolvers<void>();
    const running = gate.run(() => first.promise);
    const cancel = new AbortController();
    const left = gate.run(() => Promise.reject(new Error("has to stay away")), cancel.signal);
    const next = gate.run(() => Promise.resolve("next"));
    cancel.abort(new Error("enough"));
    await assert.rejects(left, /enough/);
    await assert.rejects(
      gate.run(() => Promise.resolve(), cancel.signal),
      /enough/,
      "nor does it join the queue",
    );
    first.resolve();
    await running;
    assert.equal(await next, "next");
    assert.equal(await gate.run(() => Promise.resolve("free again")), "free again");
  });
});
