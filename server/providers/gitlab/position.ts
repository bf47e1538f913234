import { createHash } from "node:crypto";
import * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import { parsedJson } from "../parsed-json.ts";
import { isSameProject } from "./project.ts";
import type { ListedIssue } from "./payloads.ts";

const stored = z.object({
  /** The server it belongs to. */
  base: z.string(),
  /** The project's path, and the one it was renamed to where that showed. */
  projects: z.array(z.string()),
  /** Milliseconds since 1970 by GitLab's clock: what changed before was listed. */
  at: z.number(),
  /** Issues that changed shortly before, by id with a digest: the next listing meets them again. */
  seen: z.record(z.string(), z.string()),
});

export type Position = z.infer<typeof stored>;

/**
 * How far listings overlap, in milliseconds: a change is seen only when its transaction is through, and the clock in
 * the header of answers may differ from the one that dates issues.
 */
const overlapMs = 5 * 60_000;

/** So many are remembered; what is beyond is simply listed again. */
const mostSeen = 1000;

/** Null where it is none of this project's at this server: then everything is to be listed. */
export function readPosition(written: string | undefined, base: string, project: string): Position | null {
  if (written === undefined) return null;
  const found = stored.safeParse(parsedJson(written));
  if (!found.success || found.data.base !== base) return null;
  return found.data.projects.some((name) => isSameProject(name, project)) ? found.data : null;
}

const storedCheckpoint = z.object({
  base: z.string(),
  project: z.string(),
  /** Milliseconds since 1970 by GitLab's clock: what was made before was listed. */
  reached: z.number(),
  /** When the listing began, likewise; null where GitLab did not tell. */
  startedAt: z.number().nullable(),
});

/** Where a listing of all issues can go on. */
export type Checkpoint = z.infer<typeof storedCheckpoint>;

/** @throws {AppError} `invalid_input` for what is none of this project's at this server */
export function readCheckpoint(written: string, base: string, project: string): Checkpoint {
  const found = storedCheckpoint.safeParse(parsedJson(written));
  if (found.success && found.data.base === base && found.data.project === project) return found.data;
  throw new AppError("invalid_input", "That is no place in a listing of this project: list it from the beginning.");
}

/** Finds where the next listing begins, from what this one gives. */
export class ListingTracker {
  /** Null where everything is listed. */
  readonly since: Position | null;
  readonly #changed = new Map<string, { at: number; digest: string }>();
  #startedAt: number | null = null;

  /** @param startedAt When a listing began that goes on, in milliseconds since 1970. */
  constructor(since: Position | null, startedAt: number | null = null) {
    this.since = since;
    this.#startedAt = startedAt;
  }

  /** The earliest change to ask for, in milliseconds since 1970; null for everything. */
  get from(): number | null {
    return this.since === null ? null : Math.max(this.since.at - overlapMs, 0);
  }

  /**
   * Notes when the listing began.
   *
   * @param date The first answer's `Date` header.
   * @returns Whether the position can be gone by: not where GitLab's clock was put back since, because changes after
   *   that are dated before it.
   */
  started(date: string | null): boolean {
    const at = Date.parse(date ?? "");
    if (Number.isNaN(at)) return true;
    this.#startedAt ??= at;
    return this.since === null || at >= this.since.at - overlapMs;
  }

  /** When the listing began by GitLab's clock, in milliseconds since 1970; null where that is not told. */
  get startedAt(): number | null {
    return this.#startedAt;
  }

  /** Whether the last listing gave this issue as it is. */
  isKnown(issue: ListedIssue): boolean {
    const seen = this.since?.seen[issue.id];
    return seen !== undefined && seen === digestOf(issue);
  }

  listed(issue: ListedIssue): void {
    const at = Date.parse(issue.updated_at);
    if (at < this.#at - overlapMs) return;
    this.#changed.set(String(issue.id), { at, digest: digestOf(issue) });
    if (this.#changed.size > 4 * mostSeen) this.#forgetOld(2 * mostSeen);
  }

  /** The position: the beginning of this listing, since what changed while it went on may have slipped past. */
  next(base: string, projects: string[]): Position {
    const at = this.#at;
    this.#forgetOld(mostSeen);
    const seen = Object.fromEntries([...this.#changed].map(([id, { digest }]) => [id, digest]));
    return { base, projects, at, seen };
  }

  /** Where GitLab does not tell the time it stays where it was, and everything since is listed again. */
  get #at(): number {
    return this.#startedAt ?? this.since?.at ?? 0;
  }

  #forgetOld(left: number): void {
    const newest = [...this.#changed].sort(([, a], [, b]) => b.at - a.at).slice(0, left);
    this.#changed.clear();
    for (const [id, entry] of newest) this.#changed.set(id, entry);
  }
}

function digestOf(issue: ListedIssue): string {
  return createHash("sha256").update(JSON.stringify(issue)).digest("base64url").slice(0, 22);
}
