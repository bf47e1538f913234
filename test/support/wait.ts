import { setTimeout as delay } from "node:timers/promises";

export interface WaitOptions {
  /** Milliseconds until the wait fails; 10,000 unless told. */
  timeoutMs?: number;
  /** What is waited for, in words, for the failure message. */
  what: string;
}

/**
 * Waits until `probe` answers something truthy and returns that; a rejection of the probe fails the wait.
 * The test's way to wait for a condition; never wait for a time.
 */
export async function waitFor<T>(
  probe: () => T | Promise<T>,
  options: WaitOptions,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + (options.timeoutMs ?? 10_000);
  for (;;) {
    const value = await probe();
    if (value) return value as Exclude<T, false | null | undefined>;
    if (Date.now() > deadline) throw new Error(`timed out waiting for ${options.what}`);
    await delay(20);
  }
}
