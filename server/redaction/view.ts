import { decodeOnce } from "./decode.ts";

/**
 * A text as it is searched: written plainly, with the place in the original of each of its UTF-16 units. Tricks that a
 * reader (or a model) sees through are undone, so that nothing hides behind them: escapes of HTML, JSON and URLs also
 * one in the other, zero-width characters, full-width and mathematical letters, letters of another script among Latin
 * ones, accents written apart, words broken at the end of a line.
 */
export interface View {
  text: string;
  /** Of unit i of `text`: where it begins in the original, and where it ends there. */
  starts: Uint32Array;
  ends: Uint32Array;
}

/** How many escapes within each other are undone. */
const deepest = 4;

/** One pass for each depth of escapes; linear in the length of the text. */
export function viewOf(original: string): View {
  let view = decodeOnce(identity(original));
  for (let depth = 1; depth < deepest && view.escaped; depth += 1) view = decodeOnce(view);
  return { ...view, text: latinAmongLatin(view.text) };
}

function identity(text: string): View {
  const starts = new Uint32Array(text.length);
  const ends = new Uint32Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    starts[index] = index;
    ends[index] = index + 1;
  }
  return { text, starts, ends };
}

/** Cyrillic and Greek letters that look like Latin ones. */
const lookalikes = new Map(
  Object.entries({
    а: "a",
    в: "b",
    е: "e",
    к: "k",
    м: "m",
    н: "h",
    о: "o",
    р: "p",
    с: "c",
    т: "t",
    у: "y",
    х: "x",
    і: "i",
    ј: "j",
    ѕ: "s",
    ԁ: "d",
    ԛ: "q",
    ԝ: "w",
    А: "A",
    В: "B",
    Е: "E",
    К: "K",
    М: "M",
    Н: "H",
    О: "O",
    Р: "P",
    С: "C",
    Т: "T",
    У: "Y",
    Х: "X",
    І: "I",
    Ј: "J",
    Ѕ: "S",
    α: "a",
    ε: "e",
    ι: "i",
    κ: "k",
    ν: "v",
    ο: "o",
    ρ: "p",
    τ: "t",
    υ: "u",
    χ: "x",
    Α: "A",
    Β: "B",
    Ε: "E",
    Ζ: "Z",
    Η: "H",
    Ι: "I",
    Κ: "K",
    Μ: "M",
    Ν: "N",
    Ο: "O",
    Ρ: "P",
    Τ: "T",
    Υ: "Y",
    Χ: "X",
  }),
);
const otherScript = /[\u0370-\u052F]/u;
const latin = /\p{Script=Latin}/u;

/** Of the same length: each letter is one unit in both scripts. Words wholly in the other script stay as they are. */
function latinAmongLatin(text: string): string {
  if (!otherScript.test(text)) return text;
  return text.replace(/[\p{L}\p{M}@._-]{1,100}/gu, (word) =>
    otherScript.test(word) && latin.test(word)
      ? word.replace(/[\u0370-\u052F]/gu, (letter) => lookalikes.get(letter) ?? letter)
      : word,
  );
}

const foldedMarks = /\p{M}/gu;

/** Small letters without accents, of the same length as the text: for looking words up. */
export function fold(text: string): string {
  const lower = sameLength(text, text.toLowerCase());
  if (!/[\u0080-\uFFFF]/u.test(lower)) return lower;
  return lower.replace(/[\u00C0-\u024F\u1E00-\u1EFF]/gu, (letter) => {
    const bare = special.get(letter) ?? letter.normalize("NFD").replace(foldedMarks, "");
    return bare.length === 1 ? bare : letter;
  });
}

const special = new Map(
  Object.entries({ ø: "o", ł: "l", đ: "d", ð: "d", ħ: "h", ı: "i", æ: "a", œ: "o", ß: "s", þ: "t" }),
);

function sameLength(text: string, lower: string): string {
  if (lower.length === text.length) return lower;
  return Array.from({ length: text.length }, (_, index) => {
    const unit = text.charAt(index).toLowerCase();
    return unit.length === 1 ? unit : text.charAt(index);
  }).join("");
}
