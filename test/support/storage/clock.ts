import type { Clock } from "../../../shared/clock.ts";

/** A clock the test moves. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

export function testClock(start = Date.parse("2026-11-20T10:00:00.000Z")): TestClock {
  let now = start;
  return { now: () => now, advance: (milliseconds) => (now += milliseconds) };
}
