/** Undoes what start-up opened, last first. */
export type Closers = (() => void | Promise<void>)[];

/** Runs all of them, whatever fails. @throws AggregateError with what failed */
export async function closeAll(closers: Closers): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closers.splice(0).toReversed()) {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, "The server did not stop cleanly.");
}
