import { fold } from "./view.ts";

/** One word of a text: letters and digits, with what it is folded to (small, no accents). */
export interface Word {
  start: number;
  end: number;
  /** As it stands. */
  text: string;
  folded: string;
}

/** A view's text cut into words, with what several finders need. */
export interface Reading {
  text: string;
  folded: string;
  words: readonly Word[];
}

const word = /[\p{L}\p{N}]{1,200}/gu;

/** Cuts a text into words. */
export function read(text: string): Reading {
  const folded = fold(text);
  const words: Word[] = [];
  for (const match of text.matchAll(word)) {
    const start = match.index;
    const end = start + match[0].length;
    words.push({ start, end, text: match[0], folded: folded.slice(start, end) });
  }
  return { text, folded, words };
}

/** The folded words of a name. */
export function foldedWords(name: string): string[] {
  return read(name).words.map(({ folded }) => folded);
}

/** The text before a place, no longer than so many units, for patterns that look back. */
export function before(text: string, place: number, length = 40): string {
  return text.slice(Math.max(0, place - length), place);
}
