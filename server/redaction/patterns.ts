import { isIPv4, isIPv6 } from "node:net";
import { ranks, type Span } from "./span.ts";
import { before, type Reading } from "./words.ts";

// Quantifiers are bounded and no two that stand beside each other share a character, or a look-behind keeps a pattern from
// being tried at each place of a long run: 200,000 digits cost one pass (a plain e-mail pattern took 20 s on them).

/** The local part's units that count, back from the sign; longer ones are cut as RFC 5321 does. */
const email =
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}_%+-][\p{L}\p{N}._%+'-]{0,63}\s{0,2}(?:@|[[({]\s?(?:at|@)\s?[\])}]|\s(?:at|AT)\s)\s{0,2}(?:[\p{L}\p{N}][\p{L}\p{N}-]{0,62}(?:\.|\s?[[({]\s?(?:dot|\.)\s?[\])}]\s?|\s(?:dot|DOT)\s)){1,6}\p{L}[\p{L}\p{N}-]{1,23}/gu;
const localHead = /[\p{L}\p{N}._%+'-]{64}@/u;
const ipv4 =
  /(?<![\d.\p{L}_])\d{1,3}(?:\.|\[\.\]|\(\.\))\d{1,3}(?:\.|\[\.\]|\(\.\))\d{1,3}(?:\.|\[\.\]|\(\.\))\d{1,3}(?:\/\d{1,2})?(?![\d\p{L}_]|\.\d)/gu;
const ipv6 =
  /(?<![\p{L}\p{N}:.])(?=[0-9a-fA-F:]{0,20}:[0-9a-fA-F:]{0,20}:)[0-9a-fA-F:]{2,39}(?:\d{1,3}(?:\.\d{1,3}){3})?(?:%[\p{L}\p{N}]{1,15})?(?:\/\d{1,3})?(?![\p{L}\p{N}:])/gu;
const version = /(?:version|release|\bv|ver\.?|@|build)\s?[:=]?\s?$/iu;

/** E-mail addresses, also written as `john [at] example [dot] org`. */
export function findEmails({ text }: Reading): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(email)) {
    const [whole] = match;
    const spoken = !whole.includes("@");
    if (spoken && !/[[({]|\sdot\s/iu.test(whole)) continue;
    // A reader of logs writes user@host.
    const start = localHead.test(before(text, match.index + whole.indexOf("@") + 1, 70))
      ? startOfRun(text, match.index)
      : match.index;
    const key = whole
      .toLowerCase()
      .replace(/[[({]?\s?\bat\b\s?[\])}]?/u, (at) => (spoken ? "@" : at))
      .replaceAll(/\s/gu, "");
    spans.push({ kind: "EMAIL_ADDRESS", start, end: match.index + whole.length, key, rank: ranks.exact });
  }
  return spans;
}

/** Back to where an overlong local part begins, no further than 256 units. */
function startOfRun(text: string, place: number): number {
  let start = place;
  while (start > 0 && place - start < 256 && /[\p{L}\p{N}._%+'-]/u.test(text.charAt(start - 1))) start -= 1;
  return start;
}

/** IP addresses of both kinds; version numbers of four parts are left. */
export function findAddresses({ text }: Reading): Span[] {
  const spans: Span[] = [];
  const add = (match: RegExpExecArray, address: string) =>
    spans.push({
      kind: "IP_ADDRESS",
      start: match.index,
      end: match.index + match[0].length,
      key: address.toLowerCase(),
      rank: ranks.exact,
    });
  for (const match of text.matchAll(ipv4)) {
    const plain = match[0].replaceAll(/[[\]()]/gu, "").split("/", 1)[0] ?? "";
    if (isIPv4(plain) && !version.test(before(text, match.index, 12))) add(match, plain);
  }
  for (const match of text.matchAll(ipv6)) {
    const plain = match[0].split(/[/%]/u, 1)[0] ?? "";
    if (isIPv6(plain) && /\d/u.test(plain) && plain.length > 2) add(match, plain);
  }
  return spans;
}
