import { createHash } from "node:crypto";
import * as z from "zod";
import { parsedJson } from "../parsed-json.ts";
import { issueTime, type ListedIssue } from "./payloads.ts";
import type { Repository } from "./repository.ts";

/** Where a listing ended. */
export interface Position {
  /** What changed at or after it is listed next; GitHub's clock. */
  since: string;
  /** The ETag of the first page of that listing, where all on it was seen. */
  etag: string | null;
}

const stored = z.object({
  repository: z.string(),
  since: z.iso.datetime(),
  etag: z.string().nullable(),
});

/** How far back each listing looks, in milliseconds: GitHub's front ends may be that far behind each other. */
const overlapMs = 60_000;

const beginning = "1970-01-01T00:00:00Z";

/** The position in a text of ours; null for one of another repository, or which is none: everything is listed then. */
export function parsePosition(text: string, { owner, repo }: Repository): Position | null {
  const parsed = stored.safeParse(parsedJson(text));
  if (!parsed.success || parsed.data.repository !== `${owner}/${repo}`.toLowerCase()) return null;
  return { since: parsed.data.since, etag: parsed.data.etag };
}

export function positionText({ since, etag }: Position, { owner, repo }: Repository): string {
  return JSON.stringify({ repository: `${owner}/${repo}`.toLowerCase(), since, etag });
}

/**
 * What a listing saw of late: enough to tell whether a page holds anything else, and where the next listing begins.
 * Only issues near the newest are remembered, however many there are.
 */
export class SeenIssues {
  readonly #digests = new Map<number, { time: number; digest: string }>();
  readonly #startedAt: number;
  #newest: number;
  /** Remembering more than this, it looks what can be forgotten. */
  #tidyAbove = 1_000;

  /**
   * @param startedAt GitHub's time when the listing began, as its header `Date` says; null where it is missing.
   * @param newest The newest change that the listing gave before it was broken off, in milliseconds since 1970.
   */
  constructor(startedAt: string | null, newest = Number.NEGATIVE_INFINITY) {
    this.#newest = newest;
    const time = Date.parse(startedAt ?? "");
    this.#startedAt = Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
  }

  /** Remembers issues; answers those that were not seen as they are now. */
  add(issues: readonly ListedIssue[]): ListedIssue[] {
    for (const { updated_at } of issues) this.#newest = Math.max(this.#newest, Date.parse(updated_at));
    const from = this.#from();
    const fresh = issues.filter((issue) => {
      const time = Date.parse(issue.updated_at);
      if (time < from) return true;
      const digest = digestOf(issue);
      if (this.#digests.get(issue.id)?.digest === digest) return false;
      this.#digests.set(issue.id, { time, digest });
      return true;
    });
    if (this.#digests.size > this.#tidyAbove) this.#forgetBefore(from);
    return fresh;
  }

  /** The newest change seen, in milliseconds since 1970. */
  get newest(): number {
    return this.#newest;
  }

  /** Whether all of them were seen as they are. */
  has(issues: readonly ListedIssue[]): boolean {
    return issues.every((issue) => this.#digests.get(issue.id)?.digest === digestOf(issue));
  }

  /**
   * Where the next listing begins: before the newest change seen, and before this listing began, since what changed
   * meanwhile may have slipped past.
   */
  next(): string {
    const from = this.#from();
    return Number.isFinite(from) ? issueTime(Math.max(from, 0)) : beginning;
  }

  #from(): number {
    return Math.min(this.#startedAt, this.#newest) - overlapMs;
  }

  #forgetBefore(from: number): void {
    for (const [id, { time }] of this.#digests) if (time < from) this.#digests.delete(id);
    this.#tidyAbove = 1_000 + 2 * this.#digests.size;
  }
}

function digestOf(issue: ListedIssue): string {
  return createHash("sha256").update(JSON.stringify(issue)).digest("base64url");
}
