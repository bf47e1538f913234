import { places, stateCodes } from "./lexicon/places.ts";
import { ranks, type Span } from "./span.ts";
import { before, foldedWords, type Reading } from "./words.ts";

const unit =
  "(?:[,\\s]{1,3}(?:[Ss]uite|[Ss]te|[Aa]pt|[Aa]partment|[Uu]nit|[Ff]loor|[Rr]oom|[Rr]m|#|[Bb]uilding|[Bb]ldg|[Bb]ox)\\.?\\s{0,2}#?\\s?[\\p{L}\\p{N}-]{1,8})?";
const nameWord = "[\\p{L}\\p{N}'.-]{1,24}";
// A town of up to four words, the state, the ZIP code.
const town = `(?:[,\\s]{1,4}\\p{Lu}[\\p{L}.'-]{1,20}(?:\\s\\p{Lu}[\\p{L}.'-]{1,20}){0,3})?(?:,?\\s{1,4}[A-Z]{2}\\b)?(?:,?\\s{1,4}\\d{5}(?:-\\d{4})?\\b)?`;
const american = new RegExp(
  `(?<![\\p{L}\\p{N}.:/#-])\\d{1,6}[A-Za-z]?\\s(?:[NSEWnsew]\\.?\\s)?(?:${nameWord}\\s){1,4}(?:[Ss]treet|[Ss]tr?|[Aa]venue|[Aa]ve?|[Bb]oulevard|[Bb]lvd|[Rr]oad|[Rr]d|[Ll]ane|[Ll]n|[Dd]rive|[Dd]r|[Cc]ourt|[Cc]t|[Pp]lace|Pl|[Ss]quare|Sq|[Tt]errace|Ter|Way|[Cc]ircle|Cir|[Hh]ighway|[Hh]wy|[Pp]arkway|[Pp]kwy|Trail|Trl|Alley|[Cc]rescent|Close|Loop|[Pp]laza|Gardens?|Grove|Hill|Mews|Quay|Pike|[Tt]urnpike|Walk)\\b\\.?(?:\\s[NSEW]{1,2}\\b\\.?)?${unit}${town}`,
  "gu",
);
/** Streets named by an ending, and sites by what they are, are found by that, and their beginning by looking back. */
const european = {
  end: /(?<=\p{L}\p{L})(?:stra(?:ss|ß)e|str\.|gasse|weg|platz|allee|gata|gatan|vej|veien|straat|laan|gracht|plein|katu)\s\d{1,4}\s?[a-zA-Z]?\b(?:,?\s{1,4}(?:[A-Z]{1,2}-)?\d{4,5}\s\p{Lu}[\p{L}-]{1,30})?/gu,
  beginning: /(?:\p{Lu}[\p{L}.'-]{1,30}\s){0,2}\p{L}[\p{L}-]{1,30}$/u,
};
const sites = {
  end: / (?:Hospital|Clinic|Medical Center|Medical Centre|High School|Elementary School|Elementary|Nursing Home|Hospice|County Jail|Police Department|Sheriff's Office|Courthouse|County|Correctional Facility|Care Home|Rehabilitation Center|Surgery Center)\b/gu,
  beginning: /(?<![\p{L}\p{N}])\p{Lu}[\p{L}.'-]{1,20}(?: (?:of |the )?\p{Lu}[\p{L}.'-]{1,20}){0,3}$/u,
};
const roman = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:(?:rue|avenue|boulevard|calle|avenida|plaza|via|viale|piazza|rua|ulica|ul\\.|place|quai|paseo)\\s(?:(?:de|del|des|du|di|da|la|le|los|las|d'|l')\\s?){0,2}\\p{Lu}[\\p{L}'-]{1,25}(?:\\s\\p{Lu}[\\p{L}'-]{1,25}){0,2},?\\s\\d{1,4}|\\d{1,4},?\\s(?:bis\\s)?(?:rue|avenue|boulevard|place|quai)\\s(?:(?:de|des|du|la|le|les|d'|l')\\s?){0,3}\\p{Lu}[\\p{L}'-]{1,25}(?:\\s\\p{Lu}[\\p{L}'-]{1,25}){0,2})(?:,?\\s\\d{5}\\s\\p{Lu}[\\p{L}-]{1,25})?`,
  "giu",
);
const townAndState =
  /(?<![\p{L}\p{N}])\p{Lu}[\p{L}.'-]{1,20}(?: \p{Lu}[\p{L}.'-]{1,20}){0,2}, ?([A-Z]{2})\b(?: {1,2}\d{5}(?:-\d{4})?\b)?/gu;
const zip =
  /(?<![\p{L}\p{N}.-])(?:\d{4,6}(?:-\d{4})?|\d{3} \d{2}|\d{4} [A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})(?![\p{L}\p{N}]|[.-]\d)/gu;
const zipContext = /(?:\bzip\b(?:[\s-]?code)?|post(?:al)?[\s-]?code|postcode|\bplz\b)\W{0,4}(?:(?:is|of|was)\s)?$/iu;
/** An address over several lines: number and street, the suite, the town, its postal code. */
const block =
  /(?<![\p{L}\p{N}.:/#-])\d{1,6} [^\n]{2,60}\n[ \t?>*]{0,6}(?:Suite|Apt\.?|Unit|Ste\.?|Floor) {1,2}[^\n]{1,12}\n[^\n]{2,40}\n(?:[ \t]{0,4},[^\n]{0,12}\n)?[^\n]{0,30}?\b\d{4,5}\b/gu;
const poBox = /(?<![\p{L}\p{N}])P\.?\s?O\.?\s?Box\s\d{1,7}\b/giu;
const movingTo =
  /(?:\b(?:lives?|living|lived|moved|moving|relocat(?:ed|ing)|born|raised|resid(?:es?|ing|ent)|travel(?:s|ed|led|ing|ling)?|flew|flying|based|located|situated|arriv(?:ed|ing|es)|return(?:ed|ing)|originally|am|born|hometown|city|town|village)\s(?:in|to|from|of|at|near|:)\s{1,2}|\b(?:city|town|location|site|birthplace|county|state|country|hometown)\s?:\s{0,4})$/iu;
/** Street addresses, towns with their state, postal codes, and the countries, states and cities of the list. */
export function findPlaces(reading: Reading): Span[] {
  const { text } = reading;
  const spans: Span[] = [];
  const add = (start: number, whole: string, rank: number) => {
    const trimmed = whole.trimEnd();
    spans.push({
      kind: "LOCATION",
      start,
      end: start + trimmed.length,
      key: trimmed.toLowerCase().replaceAll(/\s+/gu, " "),
      rank,
    });
  };
  for (const pattern of [block, american, roman, poBox]) {
    for (const match of text.matchAll(pattern)) add(match.index, match[0], ranks.shape);
  }
  for (const match of text.matchAll(townAndState)) {
    if (stateCodes.has(match[1] ?? "")) add(match.index, match[0], ranks.shape);
  }
  for (const { end, beginning } of [european, sites]) {
    for (const match of text.matchAll(end)) {
      const [ahead] = beginning.exec(before(text, match.index, 90)) ?? [];
      if (ahead !== undefined) add(match.index - ahead.length, ahead + match[0], ranks.shape);
    }
  }
  for (const match of text.matchAll(zip)) {
    if (zipContext.test(before(text, match.index, 24))) add(match.index, match[0], ranks.shape);
  }
  for (const match of text.matchAll(/(?<![\p{L}\p{N}])\p{Lu}[\p{L}'-]{2,25}(?: \p{Lu}[\p{L}'-]{1,25}){0,2}/gu)) {
    if (movingTo.test(before(text, match.index, 28))) add(match.index, match[0], ranks.words);
  }
  spans.push(...listed(reading));
  return spans;
}

/** The list's names by their first word, longest first. */
const byFirst = new Map<string, string[][]>();
for (const place of places) {
  const words = foldedWords(place);
  const [first = ""] = words;
  byFirst.set(
    first,
    [...(byFirst.get(first) ?? []), words].sort((a, b) => b.length - a.length),
  );
}
/** Listed names that are names of people or words too: they count where nothing with a capital stands beside them. */
const ambiguous = new Set([
  "georgia",
  "virginia",
  "jordan",
  "chad",
  "israel",
  "florence",
  "sydney",
  "austin",
  "lincoln",
  "jackson",
  "charlotte",
  "madison",
  "houston",
  "dallas",
  "denver",
  "paris",
  "milan",
  "india",
  "kenya",
  "london",
  "phoenix",
  "boulder",
  "portland",
  "essen",
  "reno",
  "turkey",
  "lima",
  "bergen",
  "nantes",
  "columbus",
  "cleveland",
  "oxford",
  "cambridge",
  "wellington",
  "eugene",
  "savannah",
  "albany",
  "orlando",
  "carolina",
]);

function listed({ words, text }: Reading): Span[] {
  const spans: Span[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const first = words[at];
    if (first === undefined || !/^\p{Lu}/u.test(first.text)) continue;
    const found = byFirst
      .get(first.folded)
      ?.find((name) =>
        name.every(
          (part, index) =>
            words[at + index]?.folded === part &&
            (index === 0 || isOneGap(text, words[at + index - 1]?.end, words[at + index]?.start)),
        ),
      );
    if (found === undefined) continue;
    const last = words[at + found.length - 1] ?? first;
    const single = found.length === 1;
    const capitalAhead = /\p{Lu}[\p{L}.]*\s$/u.test(before(text, first.start, 24));
    const capitalBehind = /^\s\p{Lu}\p{Ll}/u.test(text.slice(last.end, last.end + 3));
    if (single && ambiguous.has(first.folded) && (capitalAhead || capitalBehind)) continue;
    spans.push({ kind: "LOCATION", start: first.start, end: last.end, key: found.join(" "), rank: ranks.words });
    at += found.length - 1;
  }
  return spans;
}

function isOneGap(text: string, end: number | undefined, start: number | undefined): boolean {
  return end !== undefined && start !== undefined && /^[\s.-]{1,4}$/u.test(text.slice(end, start));
}
