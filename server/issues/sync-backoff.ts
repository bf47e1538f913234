import { AppError, type ErrorCode } from "../../shared/errors.ts";
import type { ProjectLink } from "../../shared/entities/project.ts";

export interface BackoffOptions {
  /** Milliseconds of the first wait; each further failure doubles it. */
  firstMs: number;
  longestMs: number;
  /** Between 0 and 1, for the jitter. */
  random: () => number;
  /** Milliseconds of a clock that never jumps, unlike the time of day. */
  now?: () => number;
}

interface Waiting {
  failures: number;
  /** By the monotonic clock. */
  until: number;
  /** Whether the tracker itself told to wait. */
  told: boolean;
}

/** What concerns one project of a tracker; anything else concerns all that goes over the connection. */
const ofLink: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "provider_not_found",
  "provider_forbidden",
  "invalid_input",
  "conflict",
]);

/** How long links whose sync failed are left alone: twice as long each time, and never shorter than the tracker says. */
export class SyncBackoff {
  readonly #options: BackoffOptions;
  readonly #now: () => number;
  /** By link or connection. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: BackoffOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  failed(link: ProjectLink, error: unknown): void {
    const key = error instanceof AppError && ofLink.has(error.code) ? link.id : link.connectionId;
    const now = this.#now();
    const known = this.#waiting.get(key);
    // Several links fail of one outage: that is one failure.
    if (known !== undefined && known.until > now) return;
    const { firstMs, longestMs, random } = this.#options;
    const failures = (known?.failures ?? 0) + 1;
    const own = Math.min(firstMs * 2 ** (failures - 1), longestMs) * (0.8 + 0.4 * random());
    const told = toldToWait(error);
    this.#waiting.set(key, { failures, until: now + Math.max(own, told ?? 0), told: told !== null });
  }

  succeeded(link: ProjectLink): void {
    this.#waiting.delete(link.id);
    this.#waiting.delete(link.connectionId);
  }

  /** Forgets what failed over a connection, as when its token was renewed. */
  reset(connectionId: string, linkIds: readonly string[]): void {
    for (const key of [connectionId, ...linkIds]) this.#waiting.delete(key);
  }

  /** Milliseconds until a link may be tried again; 0 for at once. */
  remaining(link: ProjectLink): number {
    return Math.max(this.#left(link.id), this.#left(link.connectionId));
  }

  /** Milliseconds that the tracker told to wait, whoever asks; 0 where it did not. */
  toldToWait({ connectionId }: ProjectLink): number {
    return this.#waiting.get(connectionId)?.told === true ? this.#left(connectionId) : 0;
  }

  #left(key: string): number {
    return Math.max(0, (this.#waiting.get(key)?.until ?? 0) - this.#now());
  }
}

/** Milliseconds, where the error names how long to wait. */
function toldToWait(error: unknown): number | null {
  if (!(error instanceof AppError) || error.code !== "provider_rate_limited") return null;
  const seconds = error.data["retryAfterSeconds"];
  return typeof seconds === "number" && Number.isFinite(seconds) ? seconds * 1000 : null;
}
