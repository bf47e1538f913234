import * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import { parsedJson } from "../parsed-json.ts";
import { type PageReference, perPage } from "./pages.ts";
import type { ListedIssue } from "./payloads.ts";
import type { Repository } from "./repository.ts";

const page = z.object({
  /** By its number, or by the address that GitHub gave. */
  reference: z.union([z.number().int().positive(), z.string()]),
  /** The id of its last issue: where that is another one by now, the pages have moved. */
  last: z.number(),
  /** When the first issue on it was made, by GitHub's clock. */
  createdAt: z.string(),
});

const stored = z.object({
  repository: z.string(),
  page,
  /** GitHub's time when the listing began; null where it did not tell. */
  startedAt: z.string().nullable(),
  /** Milliseconds since 1970 of the newest change that was listed. */
  newest: z.number(),
});

/** Where a listing of all issues can go on: the last of the pages that were taken without a gap, which is read again. */
export type Checkpoint = z.infer<typeof stored>;

/** @throws {AppError} `invalid_input` for what is none of this repository's */
export function parseCheckpoint(text: string, repository: Repository): Checkpoint {
  const found = stored.safeParse(parsedJson(text));
  if (found.success && found.data.repository === nameOf(repository)) return found.data;
  throw new AppError("invalid_input", "That is no place in a listing of this repository: list it from the beginning.");
}

export function checkpointText(checkpoint: Omit<Checkpoint, "repository">, repository: Repository): string {
  return JSON.stringify({ ...checkpoint, repository: nameOf(repository) });
}

/** @throws {AppError} `invalid_input` where the page does not hold what it held: something before it is gone or new */
export function requireSamePage(expected: Checkpoint["page"], items: readonly ListedIssue[]): void {
  if (items.length === perPage && items.at(-1)?.id === expected.last) return;
  throw new AppError("invalid_input", "The pages of the listing have moved meanwhile: list it from the beginning.");
}

/** Follows which pages were taken: numbered ones come in any order. */
export class TakenPages {
  readonly #ahead = new Map<number, Checkpoint["page"]>();
  #next: number | null;

  /** @param first The page that is read first. */
  constructor(first: PageReference) {
    this.#next = typeof first === "number" ? first : null;
  }

  /**
   * Notes that a page was taken. Answers the last one that all before were taken of as well; null where that is none
   * that the listing could go on from, as one that is not full: it still grows.
   */
  add(reference: PageReference, items: readonly ListedIssue[]): Checkpoint["page"] | null {
    const [first, last] = [items[0], items.at(-1)];
    if (first === undefined || last === undefined || items.length < perPage) return null;
    const taken = { reference, last: last.id, createdAt: first.created_at };
    if (typeof reference === "string") return taken;
    this.#ahead.set(reference, taken);
    let reached: Checkpoint["page"] | null = null;
    for (let number = this.#next; number !== null && this.#ahead.has(number); number += 1) {
      reached = this.#ahead.get(number) ?? null;
      this.#ahead.delete(number);
      this.#next = number + 1;
    }
    return reached;
  }
}

function nameOf({ owner, repo }: Repository): string {
  return `${owner}/${repo}`.toLowerCase();
}
