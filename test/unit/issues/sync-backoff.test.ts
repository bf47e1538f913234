import assert from "node:assert/strict";
import { SyncBackoff } from "../../../server/issues/sync-backoff.ts";
import { AppError } from "../../../shared/errors.ts";

const link = (id: string, connectionId = "c1") => ({ id, connectionId, externalProject: "acme/widgets" });
const outage = new AppError("provider_failed", "The tracker is down.");
const limited = (retryAfterSeconds: number) =>
  new AppError("provider_rate_limited", "Enough.", { data: { retryAfterSeconds } });

describe("the back-off of syncs", () => {
  const minute = 60_000;
  let now = 0;
  const backoff = (random = 0.5) =>
    new SyncBackoff({ firstMs: minute, longestMs: 60 * minute, random: () => random, now: () => now });

  it("leaves a failed link alone, and all links of its connection", () => {
    const own = backoff();
    own.failed(link("l1"), outage);
    assert.equal(own.remaining(link("l1")), 60_000);
    assert.equal(own.remaining(link("l2")), 60_000);
    assert.equal(own.remaining(link("l3", "c2")), 0);
  });

  it("blames the link alone for what concerns its project", () => {
    const own = backoff();
    for (const code of ["provider_not_found", "provider_forbidden", "invalid_input"] as const) {
      own.failed(link(code), new AppError(code, "No."));
      assert.equal(own.remaining(link(code)), 60_000);
    }
    assert.equal(own.remaining(link("l2")), 0);
  });

  it("waits up to a fifth shorter or longer, so that many do not come back at once", () => {
    for (const [random, wanted] of [
      [0, 48_000],
      [1, 72_000],
    ] as const) {
      const own = backoff(random);
      own.failed(link("l1"), outage);
      assert.equal(Math.round(own.remaining(link("l1"))), wanted);
    }
  });

  it("doubles with each failure up to an hour, counts one outage once, and begins anew after a success", () => {
    const own = backoff();
    const minutes: number[] = [];
    for (let failure = 0; failure < 8; failure += 1) {
      own.failed(link("l1"), outage);
      own.failed(link("l2"), outage);
      minutes.push(own.remaining(link("l1")) / minute);
      now += own.remaining(link("l1"));
      assert.equal(own.remaining(link("l1")), 0);
    }
    assert.deepEqual(minutes, [1, 2, 4, 8, 16, 32, 60, 60]);
    own.succeeded(link("l2"));
    own.failed(link("l1"), outage);
    assert.equal(own.remaining(link("l1")), minute);
  });

  it("waits as long as the tracker says, whoever asks", () => {
    const own = backoff();
    own.failed(link("l1"), limited(1_800));
    assert.equal(own.remaining(link("l2")), 1_800_000);
    assert.equal(own.toldToWait(link("l2")), 1_800_000);
    own.reset("c1", ["l1"]);
    assert.equal(own.remaining(link("l1")), 0);
    own.failed(link("l1"), limited(1));
    assert.equal(own.remaining(link("l1")), 60_000);
    own.reset("c1", []);
    own.failed(link("l1"), outage);
    assert.equal(own.toldToWait(link("l1")), 0, "an outage may end any time");
  });
});
