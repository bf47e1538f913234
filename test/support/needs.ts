/**
 * Skips the running test where this machine lacks what it needs, and says what: the package or the right. On CI a
 * skip counts as a failure, so this never hides anything there.
 */
export function needs(context: Mocha.Context, present: boolean, what: string): void {
  if (present) return;
  const runnable: (Mocha.Runnable & { skipReason?: string }) | undefined = context.test;
  if (runnable) runnable.skipReason = `needs ${what}`;
  context.skip();
}
