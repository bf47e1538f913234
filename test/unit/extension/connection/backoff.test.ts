import assert from "node:assert/strict";
import { backoff } from "../../../../extension/connection/backoff.ts";

describe("backoff", () => {
  it("doubles from a quarter of a second up to half a minute", () => {
    const longest = Array.from({ length: 12 }, (_, attempt) => backoff(attempt, 1));
    assert.deepEqual(longest.slice(0, 4), [250, 500, 1000, 2000]);
    assert.equal(longest.at(-1), 30_000);
    assert.equal(backoff(100_000, 1), 30_000);
  });

  it("scatters over the upper half, so that windows do not come back all at once", () => {
    assert.equal(backoff(3, 0), 1000);
    assert.equal(backoff(3, 0.5), 1500);
  });
});
