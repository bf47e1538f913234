import type { RedactionKind } from "../../shared/rules/redaction.ts";

/** A part of a searched text that is to be replaced. */
export interface Span {
  kind: RedactionKind;
  start: number;
  end: number;
  /** What tells it from others of its kind: equal keys get equal replacements. */
  key: string;
  /** Of persons: the name as it may be shown, as `John S.`. */
  shown?: string;
  /** Of two that overlap, the one with the lower rank stays; among equals the longer. */
  rank: number;
}

/** Ranks by what is surest: the control plane knows it, the text calls it so, a check digit or unmistakable shape, a shape, words. */
export const ranks = { known: 0, named: 1, exact: 2, shape: 3, words: 4 } as const;

/**
 * The spans without overlaps, in the order of the text. What a lost span covers beyond its winner is still covered: its
 * rest is kept as a span of its own.
 */
export function settle(spans: readonly Span[]): Span[] {
  const byRank = [...spans].sort((a, b) => a.rank - b.rank || b.end - b.start - (a.end - a.start) || a.start - b.start);
  const taken = new Taken();
  for (const span of byRank) taken.add(span);
  return taken.sorted();
}

/** Spans that don't overlap, by the place of each unit they begin at. */
class Taken {
  #spans: Span[] = [];

  add(span: Span): void {
    const at = this.#indexAfter(span.start);
    const before = this.#spans[at - 1];
    const start = before === undefined ? span.start : Math.max(span.start, before.end);
    const next = this.#spans[at];
    const end = next === undefined ? span.end : Math.min(span.end, next.start);
    if (start < end) this.#spans.splice(at, 0, { ...span, start, end });
    if (next !== undefined && next.end < span.end && next.end > span.start) {
      this.add({ ...span, start: next.end });
    }
  }

  sorted(): Span[] {
    return this.#spans;
  }

  /** Index of the first span that begins after the place. */
  #indexAfter(place: number): number {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#spans[middle]?.start ?? 0) <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
