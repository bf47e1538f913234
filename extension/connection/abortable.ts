import { AppError } from "../../shared/errors.ts";

/**
 * The outcome of something that can't be cancelled itself, or, as soon as the signal is aborted, its reason: nobody is
 * kept waiting by it.
 * @throws AppError `timeout` where the signal is one of a time that ran out, else `cancelled`
 */
export async function abortable<T>(signal: AbortSignal, outcome: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(reasonOf(signal));
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([outcome, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function reasonOf(signal: AbortSignal): AppError {
  const reason: unknown = signal.reason;
  return reason instanceof DOMException && reason.name === "TimeoutError"
    ? new AppError("timeout", "The aiops server does not answer in time. Restart it, or see its log.", {
        cause: reason,
      })
    : new AppError("cancelled", "Cancelled.", { cause: reason });
}
