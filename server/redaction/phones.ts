import { parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js/min";
import { ranks, type Span } from "./span.ts";
import { before, type Reading } from "./words.ts";

/** Seven to seventeen digits with at most three separators between two; a number broken at a hyphen goes on below. */
const candidate =
  /(?<![\p{L}\p{N}_])(?<![\d)][.,/:-])(?:\+\s?|\(\s?\+?)?\d(?:(?:[ .()/-]{0,3}|-\n {0,8}|\n {1,8})\d){6,16}(?:\s{0,2}(?:x|ext\.?|extension|#)\s{0,2}\d{1,6})?(?![\p{L}\p{N}_]|[.,/:-]\d)/gu;
const called =
  /(?:\bphone|\btel\b|\btel\.|\btelephone|\bcall(?:ed|ing|s|back)?\b|\bcell(?:phone)?\b|\bmobile|\bfax|\bcontact|\bdial|\breach|\bring\b|\btext(?:ed)?\b|\bsms\b|\bwhatsapp|\bpager?\b|\bnumber\b|\bhotline|\bvoicemail|\bline\b|\bhandy\b|\bdirect\b|\bdesk\b|\banswer(?:ing|s|ed)?\b|\bmessages?\b|\bregistered\b|\bph\b|\bmob\b|[☎📞])[^\n]{0,40}$|(?:phone|tel|cell|fax|mobile)\W{0,4}\n?\W{0,4}$/iu;
/** What cards and signatures write behind a number. */
const labelled = /^[\s-]{0,3}(?:\(\s?)?(?:office|fax|mobile|cell|home|work|desk|direct|main|tel|phone)\b/iu;
const notPhone =
  /(?:version|\bid\b|order|invoice|ticket|issue|commit|build|#|\bpid\b|port|serial|account|isbn|tracking|sku|case)\W{0,3}(?:\b(?:no|nr|number|id)\b\W{0,3})?$/iu;
const dateShape = /^(?:(?:19|20)\d{2}[-/. ]\d{1,2}[-/. ]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2})/u;
const addressShape = /^\d{1,3}(?:\.\d{1,3}){3}$/u;
const northAmerican = /^(?:\+?1[-. ]{0,2})?(?:\(\d{3}\)[-. ]{0,2}|\d{3}[-. /]{1,3})\d{3}[-. ]\n?\s{0,8}\d{4}/u;
/** Tried where a number names no country, in this order. */
const regions: readonly CountryCode[] = ["US", "GB", "DE", "FR", "ES", "IT", "AU", "IN"];

/** Phone numbers, as libphonenumber knows them or as the words before them call them. */
export function findPhones({ text }: Reading): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(candidate)) {
    const [whole] = match;
    const end = match.index + whole.length;
    const named = called.test(before(text, match.index, 56)) || labelled.test(text.slice(end, end + 16));
    if (!isPhone(whole, before(text, match.index, 56), named)) continue;
    const digits = whole.replace(/\D*(?:x|ext\.?|extension|#)\D{0,2}\d{1,6}$/iu, "").replaceAll(/\D/gu, "");
    const key = digits.length === 11 && digits.startsWith("1") ? digits.slice(1) : digits;
    spans.push({ kind: "PHONE_NUMBER", start: match.index, end: match.index + whole.length, key, rank: ranks.shape });
  }
  return spans;
}

function isPhone(whole: string, ahead: string, named: boolean): boolean {
  const plain = whole.replaceAll(/\s+/gu, " ");
  if (dateShape.test(plain) || addressShape.test(plain)) return false;
  const digits = plain.replaceAll(/\D/gu, "");
  if (/^(\d)\1*$/u.test(digits)) return false;
  if (plain.startsWith("+") || plain.startsWith("(+"))
    return named || (parsePhoneNumberFromString(plain)?.isPossible() ?? false);
  if (northAmerican.test(plain)) return true;
  const grouped = /\d[ .()/-]+\d/u.test(plain);
  if (named) return grouped || digits.length >= 10 ? true : digits.length === 7 || isValid(plain);
  if (notPhone.test(ahead) || !grouped) return false;
  // An exit code, or a trunk prefix: what people write where it is no count of something.
  return /^(?:00|0|\(0)/u.test(plain) && !/^0[.]/u.test(plain) && digits.length >= 9 && isValid(plain);
}

function isValid(text: string): boolean {
  const international = text.startsWith("00") ? `+${text.slice(2)}` : text;
  return regions.some((region) => parsePhoneNumberFromString(international, region)?.isValid() ?? false);
}
