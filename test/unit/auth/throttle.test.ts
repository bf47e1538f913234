import assert from "node:assert/strict";
import { Throttle } from "../../../server/auth/throttle.ts";

const wrong = () => Promise.resolve(false);
const right = () => Promise.resolve(true);

describe("the throttle of sign-ins", () => {
  let now = 0;
  let waits: number[] = [];
  let throttle: Throttle;
  beforeEach(() => {
    now = 1_000_000;
    waits = [];
    const wait = (milliseconds: number) => {
      waits.push(milliseconds);
      return Promise.resolve();
    };
    throttle = new Throttle({ clock: { now: () => now }, wait });
  });

  async function fail(key: string, times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) assert.equal(await throttle.attempt(key, wrong), false);
  }

  it("lets people mistype, then waits ever longer, up to a bound", async () => {
    await fail("ada here", 12);
    assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 8000, 8000, 8000]);
  });

  it("slows down nobody else: the same account from elsewhere is answered at once", async () => {
    await fail("ada from eve", 50);
    waits = [];
    assert.equal(await throttle.attempt("ada from home", right), true);
    assert.deepEqual(waits, []);
  });

  it("lets the right password in even there, and starts anew then", async () => {
    await fail("ada here", 10);
    waits = [];
    assert.equal(await throttle.attempt("ada here", right), true);
    assert.deepEqual(waits, [8000]);
    await fail("ada here", 3);
    assert.deepEqual(waits, [8000]);
  });

  it("forgets after a quiet time", async () => {
    await fail("ada here", 10);
    waits = [];
    now += 15 * 60_000;
    await fail("ada here", 1);
    assert.deepEqual(waits, []);
  });

  it("takes tries of one key one after the other, and refuses unheard where very many wait", async () => {
    let running = 0;
    let most = 0;
    let heard = 0;
    const { promise: open, resolve: release } = Promise.withResolvers<void>();
    const check = async () => {
      running += 1;
      heard += 1;
      most = Math.max(most, running);
      await open;
      running -= 1;
      return false;
    };
    const tries = Array.from({ length: 20 }, () => throttle.attempt("ada here", check));
    assert.equal(await throttle.attempt("ada elsewhere", right), true);
    release();
    assert.deepEqual([...new Set(await Promise.all(tries))], [false]);
    assert.equal(most, 1);
    assert.equal(heard, 8);
  });

  it("tells what went wrong and does not count it", async () => {
    const broken = () => Promise.reject(new Error("storage"));
    await assert.rejects(throttle.attempt("ada here", broken), /storage/);
    await fail("ada here", 3);
    assert.deepEqual(waits, []);
  });
});
