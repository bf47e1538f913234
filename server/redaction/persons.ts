import { commonWords, functionWords } from "./lexicon/common-words.ts";
import { firstNames } from "./lexicon/first-names.ts";
import { surnames } from "./lexicon/surnames.ts";
import { shownName } from "./person-name.ts";
import { ranks, type Span } from "./span.ts";
import { before, type Reading } from "./words.ts";

/** One word of a name: with its apostrophes and hyphens, as O'Brien and Smith-Jones. */
interface NameWord {
  start: number;
  end: number;
  text: string;
  folded: string;
}

/** What has been read as a person, before it is known who else in the text bears the name. */
interface Found {
  start: number;
  end: number;
  first: string | undefined;
  last: string;
}

const title =
  /(?:^|[^\p{L}])(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Doctor|Sir|Madam|Lady|Lord|Rev|Reverend|Officer|Sgt|Sergeant|Det|Detective|Lt|Lieutenant|Capt|Captain|Judge|Justice|Sheriff|Deputy|Nurse|Senator|Herr|Frau|Monsieur|Madame|Se[nñ]ora?|Inspector|Constable|Trooper|Warden|Pastor|Father|Sister)\.?\s{1,2}$/u;
const introducing =
  /(?:\b(?:(?:my|his|her|their|the|whose|'s)\s)?(?:full\s|last\s|first\s|maiden\s|partner's\s|patient's\s)?name(?:'s|\sis|\swas|d|s\sare|\?)?\s?:?\s|\b(?:i'm|i\sam|this\sis|it's|patient|patients|client|customer|employee|user|colleague|manager|supervisor|suspect|victim|witness|defendant|inmate|plaintiff|contact|attn|cc|bcc|from|to|by|for|with|and|or|dear|hi|hello|hey|thanks|thank\syou|regards|cheers|sincerely|best|ask|asked|told|called|call|calls|met|meet|meeting|saw|see|heard|hear|spoke\s(?:to|with)|talk(?:ed)?\s(?:to|with)|email(?:ed)?|e-mail|texted|according\sto|signed|approved|reported|written|created|opened|assigned|reviewed|reviewer|author|assignee|reporter|requester|owner|under|named|per|ping(?:ed)?|notify|notified|son|daughter|wife|husband|mother|father|brother|sister|mom|dad|uncle|aunt|spouse|next\sof\skin|guardian|caregiver|caller|mentioned|says|said|that|because|when|where|if|why\sis|is|was|of|at|on|about|against|behalf\sof)\b[\s,:;(>*"'-]{1,4}(?:\n\s{0,4})?)$/iu;
const strong =
  /(?:\bname(?:'s|\sis|\swas|\?)?\s?:?\s{1,3}|\b(?:patient|client|customer|employee|suspect|victim|witness|defendant|inmate|plaintiff|attn|cc|dear|hi|hello|regards|sincerely|cheers|contact|caller|author|assignee|reporter|requester|reviewer|spouse|guardian|wife|husband|signed-off-by|reviewed-by|reported-by|co-authored-by|approved\sby|assigned\sto|reported\sby|spoke\s(?:to|with)|talked\sto|i'm|i\sam|this\sis|on\sbehalf\sof|next\sof\skin)\b\W{1,4}(?:\n\s{0,4})?)$/iu;
const nameWord = /(?<![\p{L}\p{N}_/\\.@-])\p{L}[\p{L}\p{M}]{0,30}(?:['-]\p{L}[\p{L}\p{M}]{0,30}){0,3}/gu;
const particles = new Set([
  "van",
  "von",
  "der",
  "den",
  "de",
  "da",
  "di",
  "du",
  "del",
  "della",
  "dos",
  "das",
  "la",
  "le",
  "al",
  "el",
  "bin",
  "ibn",
  "ter",
  "zu",
  "af",
  "san",
  "st",
]);
const suffixes = new Set(["jr", "sr", "ii", "iii", "iv", "phd", "md", "rn", "esq", "dds"]);
/** Ends of words that things have and surnames seldom. */
const thingEnd =
  /(?:tion|sion|ing|ment|ness|ity|ware|ance|ence|able|ible|ful|less|ive|ics|ology|ism|ship|ware|soft|tech|corp|base|hub|net|script|data|cloud|graph|flow|stack|ized|ical|ally)$/u;
/** What follows the name of a company or a place. */
const thingBehind =
  /^[\s,]{1,2}(?:Inc|Corp|Corporation|Ltd|LLC|GmbH|AG|SA|PLC|Co|Company|Group|Holdings|Partners|Bank|University|College|Institute|Foundation|Hospital|Clinic|Association|Society|Museum|School|Church|Street|St|Avenue|Ave|Road|Rd|Boulevard|Lane|Drive|County|City|Airport|Station|Bridge|Park|Center|Centre|Protocol|Framework|Server|API|Orchestra|Times|Weekly|Magazine|Airlines|Systems|Solutions|Technologies|Software|Labs)\b/u;

/** Persons by name lists and by what stands around them. Lone first names stay: they are what the policy would show. */
export function findPersons(reading: Reading): Span[] {
  const found: Found[] = [];
  const runs = runsOf(reading);
  for (const run of runs) found.push(...inRun(run, reading));
  found.push(...small(reading), ...reversed(reading));
  const byLast = new Map<string, Found>();
  for (const one of found)
    if (one.first !== undefined && !byLast.has(foldName(one.last))) byLast.set(foldName(one.last), one);
  found.push(...alone(reading, byLast));
  return found.map((one) => {
    const known = byLast.get(foldName(one.last));
    const first = one.first ?? known?.first;
    return {
      kind: "PERSON",
      start: one.start,
      end: one.end,
      key: foldName(`${first ?? ""} ${one.last}`),
      shown: shownName(first, one.last),
      rank: ranks.words,
    };
  });
}

const foldName = (name: string): string => name.toLowerCase().normalize("NFD").replaceAll(/\p{M}/gu, "");

const isFirst = (word: NameWord): boolean =>
  firstNames.has(word.folded) || word.folded.split(/['-]/u).every((part) => firstNames.has(part));
const isLast = (word: NameWord): boolean =>
  surnames.has(word.folded) ||
  surnames.has(word.folded.replaceAll("'", "")) ||
  word.folded.split("-").some((part) => part.length > 2 && surnames.has(part)) ||
  /^(?:mc|mac|o'|fitz)\p{L}{3}/u.test(word.folded) ||
  /(?:sson|sdottir|owski|owska|enko|vich|ovic|escu|oglu|opoulos|idis|zadeh|stein|mann|berg|baum|feld|quist|kowski|czyk|szky|yan|ova|eva|ashvili)$/u.test(
    word.folded,
  );
const isCommon = (word: NameWord): boolean => commonWords.has(word.folded);
const pronouns = new Set([
  "i'm",
  "i'll",
  "i've",
  "i'd",
  "it's",
  "he's",
  "she's",
  "we're",
  "they're",
  "that's",
  "here's",
  "there's",
  "what's",
  "who's",
  "let's",
]);
const isThing = (word: NameWord): boolean =>
  pronouns.has(word.folded) ||
  (isCommon(word) && !isSurnameWord(word)) ||
  (word.folded.length > 5 && thingEnd.test(word.folded)) ||
  /\p{Ll}\p{Lu}/u.test(word.text.replace(/^(?:Mc|Mac|De|Van|Le|La|Di|Fitz)(?=\p{Lu})/u, "")) ||
  /^\p{Lu}{2,}$/u.test(word.text);
const isSurnameWord = (word: NameWord): boolean => surnames.has(word.folded);
const isInitial = (word: NameWord): boolean => /^\p{Lu}$/u.test(word.text);

/** Words with a capital that stand beside each other. */
function runsOf({ text, folded }: Reading): NameWord[][] {
  const runs: NameWord[][] = [];
  let run: NameWord[] = [];
  const close = () => {
    while (run.length > 0 && particles.has(run.at(-1)?.text ?? "")) run.pop();
    if (run.length > 0) runs.push(run);
    run = [];
  };
  for (const match of text.matchAll(nameWord)) {
    const own = match[0].replace(/'[sS]?$/u, "");
    const start = match.index;
    const word = { start, end: start + own.length, text: own, folded: folded.slice(start, start + own.length) };
    const previous = run.at(-1);
    const joined = previous !== undefined && isJoint(text.slice(previous.end, start), previous, run.length);
    if (!joined) close();
    if (/^\p{Lu}/u.test(own)) run.push(word);
    else if (joined && particles.has(own)) run.push(word);
    else close();
    if (own !== match[0]) close();
  }
  close();
  return runs;
}

/** Between two words of a name: white space and at most one end of a line; a full stop after an initial or a title. */
function isJoint(gap: string, previous: NameWord, words: number): boolean {
  if (words > 1 && gap.includes("\n")) return false;
  if (/^(?:[ \t]{1,3}|[ \t]{0,3}\n[ \t>*#|]{0,8})$/u.test(gap)) return true;
  return (
    /^\.[ \t]{0,2}$/u.test(gap) &&
    (isInitial(previous) || /^(?:Mr|Mrs|Ms|Dr|Prof|Jr|Sr|Sgt|Det|Lt|Capt|St|Rev)$/u.test(previous.text))
  );
}

/** The persons in one run of words with capitals. */
function inRun(run: readonly NameWord[], reading: Reading): Found[] {
  const { text } = reading;
  const found: Found[] = [];
  // Whether all before this place are ordinary words.
  let ordinary = true;
  for (let at = 0; at < run.length; at += 1) {
    const first = run[at];
    if (first === undefined) break;
    const ahead = before(text, first.start, 48);
    const titled = title.test(ahead);
    const longest = nameEnd(run, at);
    for (let last = longest; last >= at; last -= 1) {
      const made = judge(run.slice(at, last + 1), {
        text,
        ahead,
        titled,
        wholeRun: ordinary && last === run.length - 1,
      });
      if (made === undefined) continue;
      found.push(made);
      at = last;
      ordinary = false;
      break;
    }
    ordinary &&= isCommon(first);
  }
  return found;
}

/** Index of the last word a name that begins here may have. */
function nameEnd(run: readonly NameWord[], at: number): number {
  let words = 0;
  let index = at;
  for (; index < run.length && words < 4; index += 1) {
    const word = run[index];
    if (word !== undefined && !particles.has(word.text) && !isInitial(word)) words += 1;
  }
  return index - 1;
}

interface Around {
  text: string;
  ahead: string;
  titled: boolean;
  /** Nothing but ordinary words stands beside it among the words with capitals. */
  wholeRun: boolean;
}

function judge(words: readonly NameWord[], around: Around): Found | undefined {
  const plain = words.filter((word) => !suffixes.has(word.folded));
  const [first] = plain;
  const last = plain.at(-1);
  if (first === undefined || last === undefined || isInitial(last) || particles.has(last.text)) return undefined;
  const end = words.at(-1)?.end ?? last.end;
  if (thingBehind.test(around.text.slice(end, end + 16)) && !around.titled) return undefined;
  if (plain.length === 1) return lone(first, around);
  return isName(plain, first, last, around)
    ? { start: first.start, end, first: first.text, last: last.text }
    : undefined;
}

function lone(word: NameWord, { titled, text, wholeRun }: Around): Found | undefined {
  if (!wholeRun && !titled) return undefined;
  const surname =
    isLast(word) &&
    !firstNames.has(word.folded) &&
    !isCommon(word) &&
    word.text.length > 2 &&
    !/^\p{Lu}+$/u.test(word.text);
  const follows = /^\p{L}/u.test(text.slice(word.end, word.end + 1));
  if (follows || (!titled && !surname)) return undefined;
  if (titled && isCommon(word) && !isSurnameWord(word)) return undefined;
  return { start: word.start, end: word.end, first: undefined, last: word.text };
}

/** Whether two to four words with capitals are a person's name. */
function isName(
  plain: readonly NameWord[],
  first: NameWord,
  last: NameWord,
  { text, ahead, titled, wholeRun }: Around,
): boolean {
  const across = /\n/u.test(text.slice(first.start, last.end));
  const capitals = plain.every(({ text: own }) => own === own.toUpperCase());
  const given = isFirst(first);
  const family = isLast(last);
  if (capitals && plain.length > 1)
    return (
      (given && !isCommon(first) && (family || !isCommon(last))) || (given && family) || (family && strong.test(ahead))
    );
  if (isInitial(first))
    return (
      (family && !isCommon(last)) ||
      (family && text[first.end] === ".") ||
      (titled && !isThing(last)) ||
      (strong.test(ahead) && !isThing(last))
    );
  const inner = plain.slice(1, -1).filter((word) => !particles.has(word.text) && !isInitial(word));
  if (inner.some((word) => isThing(word) && !isFirst(word))) return false;
  if (across) return given && family && !isCommon(first);
  if (given && plain.some(isInitial)) return true;
  if (titled) return !isThing(last) && (!isCommon(first) || given);
  if (given && !isCommon(first)) return !isThing(last) || (isSurnameWord(last) && !isCommon(first));
  if (given && (family || (!isCommon(last) && !isThing(last)))) return true;
  if (isCommon(first) || isThing(first)) return false;
  if (family) return !isCommon(last) || strong.test(ahead);
  if (isThing(last)) return false;
  if (strong.test(ahead)) return true;
  if (plain.some(isInitial)) return true;
  return wholeRun;
}

const smallName =
  /(?<![\p{L}\p{N}_@/\\.-])(\p{Ll}{2,20}) (?:\p{Ll}\.? )?(\p{Ll}{2,20}(?:-\p{Ll}{2,20})?)(?![\p{L}\p{N}_@/\\]|\.\p{L})/gu;

/** Names written small: a first name and a surname of the lists, or a first name and a word that is no other. */
function small({ text, folded }: Reading): Found[] {
  const found: Found[] = [];
  smallName.lastIndex = 0;
  for (let match = smallName.exec(text); match !== null; match = smallName.exec(text)) {
    const [whole, first = "", last = ""] = match;
    const start = match.index;
    const end = start + whole.length;
    if (
      isSmallName(folded.slice(start, start + first.length), folded.slice(end - last.length, end), text, start, end)
    ) {
      found.push({ start, end, first, last });
    } else smallName.lastIndex = start + first.length;
  }
  return found;
}

function isSmallName(first: string, last: string, text: string, start: number, end: number): boolean {
  if (!firstNames.has(first) || functionWords.has(last)) return false;
  const listed = surnames.has(last);
  const ordinary = commonWords.has(last);
  if (commonWords.has(first)) return listed && !ordinary;
  if (listed && !ordinary) return true;
  if (introducing.test(before(text, start, 48))) return !ordinary || listed;
  const own = /(?:^|\n)[\s>*?-]{0,6}$/u.test(before(text, start, 8)) && /^\s*(?:\n|$)/u.test(text.slice(end, end + 4));
  return !ordinary && (own || text.startsWith("'s ", end));
}

const commaName =
  /(?<![\p{L}\p{N}_/\\.@-])(\p{Lu}[\p{L}'-]{1,30}),[ \t]{0,2}(\p{Lu}[\p{L}'-]{1,30})(?:[ \t](\p{Lu})\b\.?)?(?![\p{L}\p{N}])/gu;

/** Surname, first name: as lists and records have it. */
function reversed({ text, folded }: Reading): Found[] {
  const found: Found[] = [];
  for (const match of text.matchAll(commaName)) {
    const [whole, last = "", first = ""] = match;
    const start = match.index;
    const foldedLast = folded.slice(start, start + last.length);
    const foldedFirst = foldName(first);
    if (!firstNames.has(foldedFirst) || (commonWords.has(foldedLast) && !surnames.has(foldedLast))) continue;
    const field = /(?:^|\n|[:|;>"'([])\s{0,4}$/u.test(before(text, start, 6)) || strong.test(before(text, start, 48));
    const lists = firstNames.has(foldedLast) && !field;
    if (lists || (!surnames.has(foldedLast) && !field)) continue;
    found.push({ start, end: start + whole.length, first, last });
  }
  return found;
}

/** Surnames that the same text has beside their first names, where they stand alone. */
function alone({ words }: Reading, byLast: ReadonlyMap<string, Found>): Found[] {
  const found: Found[] = [];
  for (const word of words) {
    const one = byLast.get(word.folded);
    if (one === undefined || word.folded.length < 3 || !/^\p{Lu}/u.test(word.text)) continue;
    if (commonWords.has(word.folded) && /^\p{Lu}\p{Ll}/u.test(word.text) && !surnames.has(word.folded)) continue;
    found.push({ start: word.start, end: word.end, first: one.first, last: one.last });
  }
  return found;
}
