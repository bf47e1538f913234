import type { View } from "./view.ts";

/** A view after one pass, and whether that undid an escape, so that another pass may find one that stood in it. */
export interface Decoded extends View {
  escaped: boolean;
}

/** What one place of a view stands for: the text, and how many units of the view it takes. */
interface Unit {
  text: string;
  length: number;
  escape: boolean;
}

const entities = new Map(
  Object.entries({
    amp: "&",
    lt: "<",
    gt: ">",
    quot: '"',
    apos: "'",
    nbsp: " ",
    commat: "@",
    period: ".",
    comma: ",",
    colon: ":",
    sol: "/",
    lowbar: "_",
    hyphen: "-",
    dash: "-",
    ndash: "-",
    mdash: "-",
    shy: "",
    zwnj: "",
    zwj: "",
    lpar: "(",
    rpar: ")",
    plus: "+",
    num: "#",
    Tab: "\t",
    NewLine: "\n",
    ensp: " ",
    emsp: " ",
    thinsp: " ",
    eacute: "é",
    egrave: "è",
    auml: "ä",
    ouml: "ö",
    uuml: "ü",
    szlig: "ß",
    aacute: "á",
    iacute: "í",
    oacute: "ó",
    uacute: "ú",
    ntilde: "ñ",
    ccedil: "ç",
    oslash: "ø",
    aring: "å",
    Ouml: "Ö",
    Auml: "Ä",
    Uuml: "Ü",
  }),
);
const entity = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));?/y;
const backslash = /\\(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|([nrt"'/\\]))/y;
const percent = /(?:%[0-9a-fA-F]{2}){1,4}/y;
const softBreak = /=\r?\n/y;
const wordBreak = /-\r?\n[ \t]{0,20}(?=\p{Ll})/uy;
const ignorable = /^\p{Default_Ignorable_Code_Point}$/u;
const spaces = /^[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]$/u;
const dashes = /^[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]$/u;
const quotes = /^[\u2018\u2019\u02BC\uFF07]$/u;
const mark = /^\p{M}$/u;
const smallLetter = /^\p{Ll}$/u;

/** One pass over a view; linear. */
export function decodeOnce(view: View): Decoded {
  const { text } = view;
  if (!/[&\\%=\u{80}-\u{10FFFF}]|-\r?\n/u.test(text)) return { ...view, escaped: false };
  const made = new Writer(text.length);
  let escaped = false;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    const unit = isPlain(code) ? undefined : unitAt(text, at, code, made);
    const length = unit?.length ?? 1;
    const start = view.starts[at] ?? 0;
    const end = view.ends[at + length - 1] ?? start;
    if (unit === undefined) made.add(code, start, end);
    else {
      escaped ||= unit.escape;
      for (let index = 0; index < unit.text.length; index += 1) made.add(unit.text.charCodeAt(index), start, end);
    }
    at += length;
  }
  return { ...made.view(), escaped };
}

/** What stands for itself: ASCII but for `%`, `&`, `-`, `=` and `\`. */
function isPlain(code: number): boolean {
  return code < 0x80 && code !== 0x25 && code !== 0x26 && code !== 0x2d && code !== 0x3d && code !== 0x5c;
}

function unitAt(text: string, at: number, code: number, made: Writer): Unit | undefined {
  switch (code) {
    case 0x26:
      return entityAt(text, at);
    case 0x5c:
      return backslashAt(text, at);
    case 0x25:
      return percentAt(text, at);
    case 0x3d:
      return matchAt(softBreak, text, at, () => "");
    case 0x2d:
      return smallLetter.test(text.charAt(at - 1)) ? matchAt(wordBreak, text, at, () => "") : undefined;
    default:
      return characterAt(text, at, made);
  }
}

function matchAt(pattern: RegExp, text: string, at: number, read: (match: RegExpExecArray) => string | undefined) {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  const decoded = match === null ? undefined : read(match);
  return match === null || decoded === undefined ? undefined : { text: decoded, length: match[0].length, escape: true };
}

function entityAt(text: string, at: number): Unit | undefined {
  return matchAt(entity, text, at, ([whole, decimal, hex, name]) => {
    if (decimal !== undefined) return character(Number.parseInt(decimal, 10));
    if (hex !== undefined) return character(Number.parseInt(hex, 16));
    return whole.endsWith(";") ? entities.get(name ?? "") : undefined;
  });
}

const shortEscapes = new Map(Object.entries({ n: "\n", r: "\r", t: "\t" }));

function backslashAt(text: string, at: number): Unit | undefined {
  return matchAt(backslash, text, at, ([, unit, point, byte, short]) => {
    if (short !== undefined) return shortEscapes.get(short) ?? short;
    // A half of a surrogate pair stays what it is: the other half follows.
    if (unit !== undefined) return String.fromCharCode(Number.parseInt(unit, 16));
    return character(Number.parseInt(point ?? byte ?? "", 16));
  });
}

function percentAt(text: string, at: number): Unit | undefined {
  return matchAt(percent, text, at, ([whole]) => {
    const bytes = Buffer.from(whole.replaceAll("%", ""), "hex");
    const decoded = bytes.toString("utf8");
    return decoded.includes("\uFFFD") ? undefined : decoded;
  });
}

function character(point: number): string | undefined {
  return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : undefined;
}

/** One character beyond ASCII, in its plain form; an accent joins the letter before it. */
function characterAt(text: string, at: number, made: Writer): Unit | undefined {
  const point = text.codePointAt(at) ?? 0;
  const own = String.fromCodePoint(point);
  const { length } = own;
  if (ignorable.test(own)) return { text: "", length, escape: false };
  if (spaces.test(own)) return { text: " ", length, escape: false };
  if (dashes.test(own)) return { text: "-", length, escape: false };
  if (quotes.test(own)) return { text: "'", length, escape: false };
  if (mark.test(own)) return made.joins(own) ? { text: "", length, escape: false } : undefined;
  const plain = own.normalize("NFKC");
  return plain === own
    ? length === 1
      ? undefined
      : { text: own, length, escape: false }
    : { text: plain, length, escape: false };
}

/** Collects the units of a view and grows as it must. */
class Writer {
  #units: Uint16Array;
  #starts: Uint32Array;
  #ends: Uint32Array;
  #length = 0;

  constructor(length: number) {
    this.#units = new Uint16Array(length + 64);
    this.#starts = new Uint32Array(length + 64);
    this.#ends = new Uint32Array(length + 64);
  }

  add(unit: number, start: number, end: number): void {
    if (this.#length === this.#units.length) this.#grow();
    this.#units[this.#length] = unit;
    this.#starts[this.#length] = start;
    this.#ends[this.#length] = end;
    this.#length += 1;
  }

  /** Puts an accent onto the letter before it. False where the two have no character of their own. */
  joins(accent: string): boolean {
    const last = this.#length - 1;
    if (last < 0) return false;
    const joined = (String.fromCharCode(this.#units[last] ?? 0) + accent).normalize("NFC");
    if (joined.length !== 1) return false;
    this.#units[last] = joined.charCodeAt(0);
    return true;
  }

  view(): View {
    const units = this.#units.subarray(0, this.#length);
    const text = Buffer.from(units.buffer, 0, this.#length * 2).toString("utf16le");
    return { text, starts: this.#starts.subarray(0, this.#length), ends: this.#ends.subarray(0, this.#length) };
  }

  #grow(): void {
    const longer = <T extends Uint16Array | Uint32Array>(made: T, old: T): T => {
      made.set(old);
      return made;
    };
    const length = this.#units.length * 2;
    this.#units = longer(new Uint16Array(length), this.#units);
    this.#starts = longer(new Uint32Array(length), this.#starts);
    this.#ends = longer(new Uint32Array(length), this.#ends);
  }
}
