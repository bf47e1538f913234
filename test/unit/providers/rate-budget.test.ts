import assert from "node:assert/strict";
import { RateBudget } from "../../../server/providers/rate-budget.ts";

const never = new AbortController().signal;

describe("the budget of a connection's requests", () => {
  let budget: RateBudget;
  beforeEach(() => (budget = new RateBudget({ secondMs: 10, maxWaitSeconds: 10 })));

  it("waits out a short pause and tells at once of a long one", async () => {
    assert.equal(await budget.ready(true, never), 0);
    budget.pause(5);
    const before = performance.now();
    assert.equal(await budget.ready(false, never), 0);
    assert.ok(performance.now() - before >= 49);
    budget.pause(600);
    const left = await budget.ready(false, never);
    assert.ok(left > 590 && left <= 600, `${left} seconds`);
    budget.pause(1);
    assert.ok((await budget.ready(false, never)) > 590, "a shorter pause ends no longer one");
  });

  it("keeps a window's last requests for people", async () => {
    budget.note(5000, 51, 600);
    assert.equal(await budget.ready(true, never), 0);
    budget.note(5000, 50, 600);
    assert.equal(await budget.ready(true, never), 600);
    assert.equal(await budget.ready(false, never), 0);
    budget.note(60, 4, 600);
    assert.equal(await budget.ready(true, never), 0, "few are kept of few");
    budget.note(60, 3, 600);
    assert.equal(await budget.ready(true, never), 600);
    budget.note(5000, 4999, 3600);
    assert.equal(await budget.ready(true, never), 0);
  });

  it("stops waiting when cancelled", async () => {
    budget.pause(9);
    const cancel = new AbortController();
    const waiting = budget.ready(false, cancel.signal);
    cancel.abort();
    await assert.rejects(waiting, { name: "AbortError" });
  });
});
