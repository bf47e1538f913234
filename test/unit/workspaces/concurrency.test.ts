import assert from "node:assert/strict";
import { mapBounded } from "../../../server/workspaces/concurrency.ts";

describe("concurrency", () => {
  it("maps with a bound, keeps the order, and throws the first error", async () => {
    let running = 0;
    let most = 0;
    const results = await mapBounded([5, 4, 3, 2, 1, 0], 2, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      return item * 2;
    });
    assert.deepEqual([results, most], [[10, 8, 6, 4, 2, 0], 2]);
    assert.deepEqual(await mapBounded([], 4, () => Promise.resolve(1)), []);
    await assert.rejects(
      mapBounded([1, 2], 1, (item) => Promise.reject(new Error(`no ${item}`))),
      /no 1/,
    );
  });
});
