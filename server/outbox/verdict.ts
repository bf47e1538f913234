import type { AppError, ErrorCode } from "../../shared/errors.ts";

/** What a failed attempt means. */
export interface Verdict {
  /** Whether it is tried again by itself; else the person has to do something. */
  retry: boolean;
  /** Whether the tracker may have done it although it did not say so. */
  uncertain: boolean;
}

/** Nobody knows what happened after these. */
const unanswered: readonly ErrorCode[] = ["timeout", "cancelled", "internal"];

/** These pass by themselves. */
const passing: readonly ErrorCode[] = [
  "timeout",
  "cancelled",
  "unavailable",
  "provider_rate_limited",
  "storage_full",
  "storage_failed",
];

/** The statuses among the refusals that say "not now": request timeout, conflict with another change, too early, limits. */
const laterStatuses = [408, 423, 425, 429];

/** Tells a tracker that is out of reach or busy from one that refuses. */
export function verdictOf(error: AppError): Verdict {
  const uncertain = error.data["uncertain"] === true || unanswered.includes(error.code);
  if (error.code !== "provider_failed") return { retry: passing.includes(error.code), uncertain };
  const status = error.data["providerStatus"];
  const refused = typeof status === "number" && status >= 400 && status < 500 && !laterStatuses.includes(status);
  return { retry: !refused, uncertain: uncertain && !refused };
}

/** Milliseconds the tracker wants to be left alone; 0 where it did not say. */
export function restOf(error: AppError): number {
  const seconds = error.data["retryAfterSeconds"];
  return typeof seconds === "number" && seconds > 0 ? seconds * 1000 : 0;
}
