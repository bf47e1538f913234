import * as z from "zod";
import type { ProviderIssue } from "../provider.ts";
import { siteFacts, type SiteFacts } from "./site.ts";

const position = z.object({
  /** The site it belongs to. */
  base: z.string(),
  site: siteFacts,
  /** Milliseconds since 1970 by Jira's clock: everything that changed up to then was listed. */
  at: z.number(),
  /** Issues that changed shortly before, with when: the next listing meets them again. */
  seen: z.record(z.string(), z.number()),
});

export type Position = z.infer<typeof position>;

/**
 * How far listings overlap, in milliseconds. Jira's search may show a change only after a while
 * (https://developer.atlassian.com/cloud/jira/platform/search-and-reconcile/), and its answers' clock may differ from
 * the one that dates issues.
 */
export const overlapMs = 5 * 60_000;

/** So many are remembered; what is beyond is simply listed again. */
const maxSeen = 1000;

/** Null where it is none of this site's: then everything is to be listed. */
export function readPosition(written: string | undefined, base: string): Position | null {
  if (written === undefined) return null;
  const found = position.safeParse(parsed(written));
  return found.success && found.data.base === base ? found.data : null;
}

function parsed(written: string): unknown {
  try {
    return JSON.parse(written) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Finds where the next listing begins, from what this one gives. */
export class PositionTracker {
  readonly #since: Position | null;
  readonly #changed = new Map<string, number>();
  #newest: number;
  /** When this listing began, by the server's clock. */
  #startedAt: number | null = null;

  constructor(since: Position | null) {
    this.#since = since;
    this.#newest = since?.at ?? 0;
    for (const [id, at] of Object.entries(since?.seen ?? {})) this.#changed.set(id, at);
  }

  /** The earliest change to ask for, in milliseconds since 1970; null for everything. */
  get from(): number | null {
    return this.#since === null ? null : Math.max(this.#since.at - overlapMs, 0);
  }

  /** @param date The first answer's `Date` header. */
  started(date: string | null): void {
    const at = Date.parse(date ?? "");
    if (this.#startedAt === null && !Number.isNaN(at)) this.#startedAt = at;
  }

  /** Whether the last listing gave this issue as it is. */
  isKnown(id: string, updatedAt: string): boolean {
    return this.#since?.seen[id] === Date.parse(updatedAt);
  }

  listed({ externalId, updatedAt }: Pick<ProviderIssue, "externalId" | "updatedAt">): void {
    const at = Date.parse(updatedAt);
    this.#newest = Math.max(this.#newest, at);
    this.#changed.set(externalId, at);
    if (this.#changed.size > 4 * maxSeen) this.#forgetOld();
  }

  /**
   * The newest change seen, but not later than the beginning of this listing: what changed while it went on may stand
   * on a page that was read already.
   */
  next(base: string, site: SiteFacts): string {
    const at = Math.min(this.#newest, this.#startedAt ?? this.#since?.at ?? 0);
    const seen = [...this.#changed].filter(([, changed]) => changed >= at - overlapMs);
    const { deployment, web, sprintField } = site;
    const written: Position = {
      base,
      site: { deployment, web, sprintField },
      at,
      seen: Object.fromEntries(seen.sort(([, a], [, b]) => b - a).slice(0, maxSeen)),
    };
    return JSON.stringify(written);
  }

  #forgetOld(): void {
    const newest = [...this.#changed].sort(([, a], [, b]) => b - a).slice(0, 2 * maxSeen);
    this.#changed.clear();
    for (const [id, at] of newest) this.#changed.set(id, at);
  }
}
