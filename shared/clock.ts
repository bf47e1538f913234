/** The one source of time, so that tests can hold or move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** ISO 8601 in UTC, as every time in the contract. */
export function isoTime(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
