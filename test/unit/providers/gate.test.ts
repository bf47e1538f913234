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
});
