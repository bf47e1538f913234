/** Where a piece of text stands in the markdown that is written. */
export interface TextPlace {
  /** The last character before it, empty at the start of a line. */
  before: string;
  /** The first character after it, empty at the end of a line. */
  after: string;
  inLink: boolean;
  inTable: boolean;
}

const letterOrDigit = /[\p{L}\p{N}]/u;
const space = /^\s?$/;

/**
 * Text that means itself in markdown: what would be taken for markup is escaped, and nothing else, so that plain
 * sentences, names_with_underscores and sums stay readable and can be found by searching.
 */
export function escapeText(value: string, place: TextPlace): string {
  let out = "";
  let addressEnd = 0;
  for (let index = 0; index < value.length; index += 1) {
    if (value.startsWith("http", index)) addressEnd = Math.max(addressEnd, endOfAddress(value, index));
    const character = value.charAt(index);
    // An address is read as it stands, with the underscores in it.
    if (character === "_" && index < addressEnd) {
      out += character;
      continue;
    }
    const before = index === 0 ? place.before : value.charAt(index - 1);
    const after = index === value.length - 1 ? place.after : value.charAt(index + 1);
    out += isMarkup(character, before, after, index === value.length - 1, place) ? `\\${character}` : character;
  }
  return out;
}

function endOfAddress(value: string, start: number): number {
  const address = /https?:\/\/[^\s<>()[\]`*~|\\&]+/y;
  address.lastIndex = start;
  return start + (address.exec(value)?.[0].length ?? 0);
}

function isMarkup(character: string, before: string, after: string, isLast: boolean, place: TextPlace): boolean {
  switch (character) {
    case "`":
      return true;
    case "\\":
      return isLast || /[\p{P}\p{S}\n]/u.test(after);
    case "*":
      return before === "" || !(space.test(before) && space.test(after));
    case "_":
      return !(
        (letterOrDigit.test(before) && letterOrDigit.test(after)) ||
        (before !== "" && space.test(before) && space.test(after))
      );
    case "~":
      return before === "~" || after === "~";
    case "[":
      return place.inLink || before === "" || before === "!" || (isLast && after !== "");
    case "]":
      return place.inLink || (isLast && after !== "") || after === "(" || after === "[" || after === ":";
    case "<":
      return (isLast && after !== "") || /[A-Za-z/!?]/.test(after);
    case "&":
      return (isLast && after !== "") || /[#A-Za-z]/.test(after);
    case "|":
      return place.inTable;
    default:
      return false;
  }
}

/** Escapes what begins a block of its own at the start of a line. */
export function escapeLineStart(line: string): string {
  const underlines = /^[-:|][\s|:-]*$/.test(line) && line.includes("-");
  if (underlines || /^(?:#{1,6}(?:\s|$)|[-+](?:\s|$)|>|~~~|=+\s*$|\|)/.test(line)) {
    return `\\${line}`;
  }
  const [numbered, digits] = /^(\d{1,9})[.)](?:\s|$)/.exec(line) ?? [];
  return numbered === undefined || digits === undefined ? line : `${digits}\\${line.slice(digits.length)}`;
}
