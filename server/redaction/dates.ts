import { ranks, type Span } from "./span.ts";
import { before, type Reading } from "./words.ts";

const month =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";
const clock =
  "\\d{1,2}[:.h]\\d{2}(?::\\d{2}(?:[.,]\\d{1,9})?)?(?:\\s?[ap]\\.?m\\.?)?(?:\\s?(?:Z|UTC|GMT|[ECMP][SD]T|CES?T|[+-]\\d{2}:?\\d{2}))?";
const after = `(?:(?:,|\\sat|\\s@|T)?\\s{0,2}${clock})?`;
const patterns: readonly RegExp[] = [
  // 2026-03-12, 2026/3/12, 2026-03-12T10:15:00Z, 20260312T101500Z
  new RegExp(
    `(?<![\\p{L}\\p{N}/.-])(?:19|20)\\d{2}([-/.])(?:0?[1-9]|1[0-2])\\1(?:0?[1-9]|[12]\\d|3[01])${after}(?![\\p{N}])`,
    "giu",
  ),
  /(?<![\p{L}\p{N}])(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])T\d{4}(?:\d{2})?Z?(?![\p{L}\p{N}])/giu,
  // 3/12/2026, 12.3.2026, 12-03-26; 1.13.16 is a version
  new RegExp(
    `(?<![\\p{L}\\p{N}/.-])(?:0?[1-9]|[12]\\d|3[01])([/.-])(?:0?[1-9]|[12]\\d|3[01])\\1(?:(?:19|20)\\d{2}|(?<=[/-])\\d{2})${after}(?![\\p{L}\\p{N}]|[/.-]\\d)`,
    "giu",
  ),
  // 12 March 2026, 12th of Mar, 12-Mar-2026
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?[\\s-]{1,2}(?:of\\s)?${month}(?:,?[\\s-]{1,2}(?:19|20)\\d{2}|,?\\s'?\\d{2}(?!\\d))?${after}(?![\\p{L}\\p{N}])`,
    "giu",
  ),
  // March 12, 2026, Mar 12th, March 2026
  new RegExp(
    `(?<![\\p{L}\\p{N}])${month}[\\s-]{1,2}(?:(?:0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?(?:,?[\\s-]{1,2}(?:19|20)\\d{2})?|(?:19|20)\\d{2})${after}(?![\\p{L}\\p{N}])`,
    "giu",
  ),
  // 10:45 AM, 14:30:05
  /(?<![\p{L}\p{N}:.])(?:(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?(?:\s?[ap]\.?m\b\.?)?|(?:1[0-2]|0?[1-9])\s?[ap]\.?m\b\.?)(?:\s?(?:Z\b|UTC\b|GMT\b|[ECMP][SD]T\b|CES?T\b))?(?![\p{L}\p{N}]|:\d)/giu,
  /(?<![\p{L}\p{N}.:/-])(?:0?[1-9]|1[0-2])\/(?:0?[1-9]|[12]\d|3[01])(?![\p{L}\p{N}/])/giu,
];
const year = /(?<![\p{L}\p{N}.:/_-])(?:19|20)\d{2}(?![\p{L}\p{N}_]|[.:/-]\d)/gu;
const yearContext =
  /\b(?:in|since|until|till|of|from|year|during|before|after|by|born|early|late|summer|winter|spring|fall|autumn|dated?|around|circa)\s$/iu;
const birth =
  /(?:\bborn|\bdob\b|birth|\bdate\b|admitted|discharged|appointment|deceased|died|on|due|since|by|visit(?:ed)?)\W{0,3}(?:on\s)?(?:the\s)?$/iu;

/** Dates and times of day in the ways people and logs write them; a year alone where a word before it says it is one. */
export function findDates({ text }: Reading): Span[] {
  const spans: Span[] = [];
  const add = (start: number, whole: string) =>
    spans.push({
      kind: "DATE_TIME",
      start,
      end: start + whole.length,
      key: whole.toLowerCase().replaceAll(/\s+/gu, " "),
      rank: ranks.shape,
    });
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) {
      // "may 1" and 3/12 alone are more often something else; so is a line and column.
      if (/^(?:may|mar)\s\d{1,2}$/u.test(match[0])) continue;
      if (/^\d{1,2}\/\d{1,2}$/u.test(match[0]) && !birth.test(before(text, match.index, 24))) continue;
      add(match.index, match[0]);
    }
  }
  for (const match of text.matchAll(year))
    if (yearContext.test(before(text, match.index, 12))) add(match.index, match[0]);
  return spans;
}
