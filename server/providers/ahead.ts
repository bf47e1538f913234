/**
 * Lets the next item be made while one is worked on: one ahead, no more, so memory stays bounded. Ending the iteration
 * early aborts what is under way.
 *
 * @param make The source of the items, which gives up when its signal is aborted.
 */
export async function* ahead<T>(
  make: (signal: AbortSignal) => AsyncGenerator<T, void>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const ended = new AbortController();
  const source = make(AbortSignal.any([signal, ended.signal]));
  let coming = settled(source.next());
  try {
    for (;;) {
      const outcome = await coming;
      if (outcome.status === "rejected") throw outcome.reason;
      if (outcome.value.done === true) return;
      coming = settled(source.next());
      yield outcome.value.value;
    }
  } finally {
    ended.abort();
    await coming;
    await source.return();
  }
}

/** A failure waits for its turn, like an item: nobody listens to it while another item is worked on. */
async function settled<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [outcome] = await Promise.allSettled([promise]);
  return outcome;
}
