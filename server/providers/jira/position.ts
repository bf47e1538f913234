import * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import { parsedJson } from "../parsed-json.ts";
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
  const found = position.safeParse(parsedJson(written));
  return found.success && found.data.base === base ? found.data : null;
}

const checkpoint = z.object({
  base: z.string(),
  project: z.string(),
  /** Milliseconds since 1970 by Jira's clock: what was made before was listed. */
  reached: z.number(),
  /** When the listing began, likewise; null where Jira did not tell. */
  startedAt: z.number().nullable(),
  /** The newest change that was listed, likewise. */
  newest: z.number(),
});

/** Where a listing of all issues can go on. */
export type Checkpoint = z.infer<typeof checkpoint>;

/** @throws {AppError} `invalid_input` for what is none of this project's at this site */
export function readCheckpoint(written: string, base: string, project: string): Checkpoint {
  const found = checkpoint.safeParse(parsedJson(written));
  if (found.success && found.data.base === base && found.data.project === project) return found.data;
  throw new AppError("invalid_input", "That is no place in a listing of this project: list it from the beginning.");
}

/** Finds where the next listing begins, from what this one gives. */
export class PositionTracker {
  readonly #since: Position | null;
  readonly #changed = new Map<string, number>();
  #newest: number;
  /** When this listing began, by the server's clock. */
  #startedAt: number | null = null;

  /** @param begun A listing of everything that goes on. */
  constructor(since: Position | null, begun: Pick<Checkpoint, "newest" | "startedAt"> | null = null) {
    this.#since = since;
    this.#newest = begun?.newest ?? since?.at ?? 0;
    this.#startedAt = begun?.startedAt ?? null;
    for (const [id, at] of Object.entries(since?.seen ?? {})) this.#changed.set(id, at);
  }

  /** What a listing that is broken off here needs to go on. */
  get begun(): Pick<Checkpoint, "newest" | "startedAt"> {
    return { newest: this.#newest, startedAt: this.#startedAt };
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
