import type { IssueSnippet } from "../../shared/entities/issue.ts";

/** Where a word stands in a text. */
interface Token {
  word: string;
  start: number;
  end: number;
}

/** One part of what was typed: words that follow each other, the last one perhaps only begun. */
interface Term {
  words: string[];
  isPrefix: boolean;
}

export interface SearchedTexts {
  title: string;
  body: string;
  /** Asked for only where neither title nor body has a match. */
  comments: () => readonly { body: string }[];
}

/** Characters shown around the first match, and how far a text is searched. */
const before = 40;
const shown = 200;
const searched = 100_000;

/** As the tokenizer of the full text index sees words: letters and digits, without case and accents. */
const wordPattern = /[\p{L}\p{N}\p{Co}\p{M}]+/gu;
const partPattern = /"([^"]*)(?:"|$)(\*)?|([^\s"]+)/gu;

/** Marks what was searched for: in the title, and in the first text that has it, cut around the first match. */
export class Highlighter {
  /** By their first word, where that is whole. */
  readonly #byFirst = new Map<string, Term[]>();
  /** Those of one word that is only begun. */
  readonly #begun: Term[] = [];

  /** @param typed as `searchExpression` takes it */
  constructor(typed: string) {
    const terms = new Map<string, Term>();
    for (const [, phrase, phraseStar, word] of typed.matchAll(partPattern)) {
      const words = tokensOf(phrase ?? word ?? "").map((token) => token.word);
      const isPrefix = phraseStar !== undefined || word?.endsWith("*") === true;
      // Each once: every word of every text is held against them.
      if (words.length > 0) terms.set(`${isPrefix} ${words.join(" ")}`, { words, isPrefix });
    }
    for (const term of terms.values()) {
      const [first = ""] = term.words;
      if (term.isPrefix && term.words.length === 1) this.#begun.push(term);
      else this.#byFirst.set(first, [...(this.#byFirst.get(first) ?? []), term]);
    }
  }

  /** Offsets count UTF-16 units, as JavaScript's strings do. */
  snippet({ title, body, comments }: SearchedTexts): IssueSnippet {
    const titleMarks = this.#marks(title);
    return { titleMarks, ...(this.#cut(body) ?? firstOf(comments(), (comment) => this.#cut(comment.body)) ?? none) };
  }

  #cut(whole: string): Pick<IssueSnippet, "text" | "marks"> | undefined {
    const text = whole.slice(0, searched);
    const [first] = this.#marks(text, 1);
    if (first === undefined) return undefined;
    const start = wholeCharacter(text, Math.max(0, first.start - before));
    const end = wholeCharacter(text, Math.min(text.length, start + shown));
    // Line ends would break the line a list gives it; they are as long as the space that replaces them.
    const cut = text.slice(start, end).replace(/\s/gu, " ");
    return { text: cut, marks: this.#marks(cut) };
  }

  #marks(text: string, limit = Infinity): { start: number; end: number }[] {
    if (this.#byFirst.size + this.#begun.length === 0) return [];
    const tokens = tokensOf(text);
    const marks: { start: number; end: number }[] = [];
    for (let at = 0; at < tokens.length && marks.length < limit; at++) {
      const length = this.#lengthAt(tokens, at);
      const [start, end] = [tokens[at]?.start, tokens[at + length - 1]?.end];
      if (length === 0 || start === undefined || end === undefined) continue;
      marks.push({ start, end });
      at += length - 1;
    }
    return marks;
  }

  /** How many words the longest term has that begins at this one; 0 where none does. */
  #lengthAt(tokens: readonly Token[], at: number): number {
    let length = 0;
    for (const term of this.#byFirst.get(tokens[at]?.word ?? "") ?? []) {
      if (term.words.length > length && fits(term, tokens, at)) length = term.words.length;
    }
    return length === 0 && this.#begun.some((term) => fits(term, tokens, at)) ? 1 : length;
  }
}

const none = { text: "", marks: [] };

function fits({ words, isPrefix }: Term, tokens: readonly Token[], at: number): boolean {
  return words.every((word, index) => {
    const found = tokens[at + index]?.word;
    return found === word || (isPrefix && index === words.length - 1 && found?.startsWith(word) === true);
  });
}

function tokensOf(text: string): Token[] {
  return Array.from(text.matchAll(wordPattern), ({ 0: word, index }) => ({
    word: fold(word),
    start: index,
    end: index + word.length,
  }));
}

function fold(word: string): string {
  // Most words are plain, and looking is much cheaper than converting.
  if (/^[a-z0-9]+$/.test(word)) return word;
  return word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function firstOf<T, R>(values: readonly T[], make: (value: T) => R | undefined): R | undefined {
  for (const value of values) {
    const made = make(value);
    if (made !== undefined) return made;
  }
  return undefined;
}

/** Never between the halves of a character. */
function wholeCharacter(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}
