import type { RedactionKind } from "../../shared/rules/redaction.ts";
import { ranks, type Span } from "./span.ts";
import { before, type Reading } from "./words.ts";

// Bounded quantifiers throughout; see patterns.ts.

const card = /(?<![\p{L}\p{N}])(?<!\d[.-])\d(?:(?: |- ?\n? {0,8}|\n {0,8}|\.)?\d){11,18}(?![\p{L}\p{N}]|[.-]\d)/gu;
const ssn =
  /(?<![\p{L}\p{N}])(?<!\d[.-])\d{3}(?:\s{0,2}[-.]\s{0,8}|\s)\d{2}(?:\s{0,2}[-.]\s{0,8}|\s)\d{4}(?![\p{L}\p{N}]|[.-]\d)/gu;
const nineDigits = /(?<![\p{L}\p{N}.-])\d{9}(?![\p{L}\p{N}]|[.-]\d)/gu;
const ssnContext = /(?:\bssn?\b|social[\s_-]?sec|\bsoc\b|\bitin\b|\btin\b|tax\s?id|ss\s?#)/iu;
const cardContext = /(?:\bcards?\b|\bcc\b|credit|debit|visa|mastercard|amex|maestro|\bpan\b)/iu;

/** Payment cards: 12 to 19 digits whose check digit is right and whose first digits some network issues. */
export function findCards({ text }: Reading): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(card)) {
    const digits = match[0].replaceAll(/\D/gu, "");
    const named = cardContext.test(before(text, match.index, 60));
    if (!passesLuhn(digits) || /^(\d)\1*$/u.test(digits)) continue;
    if (named || (digits.length >= 13 && isIssued(digits)))
      spans.push(spanOf("CREDIT_CARD", match.index, match[0], digits, ranks.exact));
  }
  return spans;
}

/** Numbers of the US social security: never issued ones only where the text calls them so. */
export function findSocialSecurity({ text }: Reading): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(ssn)) {
    const digits = match[0].replaceAll(/\D/gu, "");
    const named = ssnContext.test(before(text, match.index, 48));
    const dashed = /^\d{3}([- ])\d{2}\1\d{4}$/u.test(match[0].replaceAll(/\s*-\s*/gu, "-"));
    if (named || (isIssuable(digits) && dashed))
      spans.push(spanOf("US_SSN", match.index, match[0], digits, ranks.exact));
  }
  for (const match of text.matchAll(nineDigits)) {
    if (ssnContext.test(before(text, match.index, 48)))
      spans.push(spanOf("US_SSN", match.index, match[0], match[0], ranks.exact));
  }
  return spans;
}

interface Document {
  kind: RedactionKind;
  /** What must stand close before the number. */
  context: RegExp;
  number: RegExp;
}

const numberAhead =
  "[\\s:#=\"'(>*|.-]{0,6}(?:(?:is|was|no|nr|num|number|id|of|issued|state|card|the|are|new|my|his|her|their|old|in|[A-Z]{2})\\b[\\s:#=\"'(>*|.-]{0,6}){0,4}$";
const documents: readonly Document[] = [
  {
    kind: "US_PASSPORT",
    context: new RegExp(`\\bpassports?${numberAhead}`, "iu"),
    number: /^(?:[A-Z]\d{8}|\d{9}|[A-Z]{1,2}\d{6,8})$/iu,
  },
  {
    kind: "MEDICAL_LICENSE",
    context: new RegExp(
      `(?:\\bNPI|\\bDEA|\\b(?:medical|nursing|physician'?s?|MD|RN|doctor'?s?|pharmacist'?s?|pharmacy)\\s{1,2}(?:board\\s{1,2})?(?:licen[sc]e|lic\\.?|registration|cert(?:ificate)?))${numberAhead}`,
      "iu",
    ),
    number: /^(?=.{0,12}\d{4})[A-Z]{0,4}[-.]?[A-Z]?\d{4,11}$/iu,
  },
  {
    kind: "US_DRIVER_LICENSE",
    context: new RegExp(
      `(?:\\bdriv(?:er|ers|er's|ing)['s]{0,2}[\\s_-]{0,2}(?:licen[sc]e|lic\\.?|permit)|\\bdriv(?:es|en|ing|e)\\s(?:with|on|under)\\s{1,2}(?:a\\s)?licen[sc]e|\\bDLN?\\b|\\bD\\.L\\.|\\boperator'?s?\\s{1,2}licen[sc]e|\\blicen[sc]e\\s{1,2}(?:number|no\\.?|#))${numberAhead}`,
      "iu",
    ),
    number: /^(?=(?:\D{0,4}\d){4})[A-Z]{0,3}[A-Z0-9](?:[- ]?[A-Z0-9]){3,17}$/iu,
  },
];
const candidate =
  /(?<![\p{L}\p{N}-])(?=[A-Za-z]{0,4}[-.]?[A-Za-z]{0,2}\d)[A-Za-z0-9](?:[-.]?[A-Za-z0-9]){3,18}(?![\p{L}\p{N}])/gu;
const dea = /^[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}$/u;

/** Licences and passports, each where the words before it say what it is; DEA numbers also by their check digit. */
export function findDocuments({ text }: Reading): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(candidate)) {
    const [value] = match;
    const ahead = before(text, match.index, 64);
    const found = documents.find(({ context, number }) => number.test(value) && context.test(ahead));
    const kind = found?.kind ?? (dea.test(value) && passesDea(value) ? "MEDICAL_LICENSE" : undefined);
    if (kind === undefined) continue;
    const more =
      kind === "US_DRIVER_LICENSE"
        ? (/^(?: [A-Z]?\d{2,4}){1,4}\b/u.exec(
            text.slice(match.index + value.length, match.index + value.length + 24),
          )?.[0] ?? "")
        : "";
    spans.push(spanOf(kind, match.index, value + more, value.toUpperCase() + more, ranks.named));
  }
  return spans;
}

function spanOf(kind: RedactionKind, start: number, text: string, key: string, rank: number): Span {
  return { kind, start, end: start + text.length, key, rank };
}

/** ISO/IEC 7812: the check digit of payment cards. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits.charAt(digits.length - 1 - index));
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** First digits of the card networks: 2221–2720 and 51–55 Mastercard, 34 and 37 Amex, 4 Visa, 6 others, 1800, 2131, 30–39. */
function isIssued(digits: string): boolean {
  const four = Number(digits.slice(0, 4));
  return /^[3-6]/u.test(digits) || (four >= 2221 && four <= 2720) || four === 1800 || four === 2131;
}

/** What the Social Security Administration never issues: areas 000, 666 and 9xx, group 00, serial 0000. */
function isIssuable(digits: string): boolean {
  return !/^(?:000|666|9)/u.test(digits) && digits.slice(3, 5) !== "00" && digits.slice(5) !== "0000";
}

/** The check digit of the Drug Enforcement Administration's numbers. */
function passesDea(value: string): boolean {
  const digits = Array.from(value.slice(2), Number);
  const at = (index: number) => digits[index] ?? 0;
  return (at(0) + at(2) + at(4) + 2 * (at(1) + at(3) + at(5))) % 10 === at(6);
}
