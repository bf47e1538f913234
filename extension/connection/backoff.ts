/** Milliseconds. */
const first = 250;
const most = 30_000;

/**
 * How long to wait before an attempt to connect: doubled each time, up to 30 s, and scattered over the upper half so that
 * many windows do not come back at once.
 * @param attempt how many have failed in a row, from 0
 * @param random in [0, 1)
 * @returns milliseconds
 */
export function backoff(attempt: number, random: number): number {
  const ceiling = Math.min(most, first * 2 ** Math.min(attempt, 20));
  return Math.round(ceiling * (0.5 + random / 2));
}
