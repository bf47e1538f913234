import type { KnownEntities, KnownPerson } from "./known-entities.ts";
import { commonWords } from "./lexicon/common-words.ts";
import { firstNames } from "./lexicon/first-names.ts";
import { capitalised, shownName } from "./person-name.ts";
import { ranks, type Span } from "./span.ts";
import { foldedWords, type Reading, type Word } from "./words.ts";

/** Some words in a row that stand for an entity. */
interface Form {
  words: readonly string[];
  kind: Span["kind"];
  key: string;
  shown?: string;
  /** Counts only where the first letter is a capital, because the word means something else too. */
  capital?: boolean;
  /** Counts only where it signs, names an author or is addressed: two letters alone mean too much else. */
  initials?: boolean;
}

/** Finds everything that is known, in time linear in the text. */
export class KnownFinder {
  readonly #byFirst = new Map<string, Form[]>();

  constructor(known: KnownEntities) {
    for (const person of known.people) for (const form of formsOfPerson(person)) this.#add(form);
    for (const place of known.places) for (const form of formsOfPlace(place)) this.#add(form);
    for (const host of known.hosts) for (const form of formsOfHost(host)) this.#add(form);
    for (const forms of this.#byFirst.values()) forms.sort((a, b) => b.words.length - a.words.length);
  }

  find(reading: Reading): Span[] {
    const spans: Span[] = [];
    const { words } = reading;
    for (let at = 0; at < words.length; at += 1) {
      const form = this.#formAt(reading, at);
      const first = words[at];
      if (form === undefined || first === undefined) continue;
      const last = words[at + form.words.length - 1] ?? first;
      const { kind, key, shown } = form;
      const end = form.initials === true && reading.text[last.end] === "." ? last.end + 1 : last.end;
      spans.push({ kind, key, start: first.start, end, rank: ranks.known, ...(shown === undefined ? {} : { shown }) });
      at += form.words.length - 1;
    }
    return spans;
  }

  #formAt(reading: Reading, at: number): Form | undefined {
    const first = reading.words[at];
    if (first === undefined) return undefined;
    return this.#byFirst.get(first.folded)?.find((form) => stands(form, reading, at));
  }

  #add(form: Form): void {
    const [first] = form.words;
    if (first === undefined) return;
    const forms = this.#byFirst.get(first);
    if (forms === undefined) this.#byFirst.set(first, [form]);
    else if (!forms.some((other) => other.words.join(" ") === form.words.join(" "))) forms.push(form);
  }
}

/** What may stand between two words of a name: white space (a line's end too), quotes of comments, `,`, `.`, `_`, `-`, `'`. */
const gap = /^[\s.,@_'+>*#|-]{1,12}$|^$/u;
const signing = /(?:^|[\s([{"'@/~-]|by|cc)$/iu;
const signed = /^\.?(?:$|[\s)\]}"':,;.!?/])/u;
const naming =
  /(?:\b(?:by|cc|from|to|ask|asked|assign|assigned|assignee|with|per|initials?|via|and|for|author|reviewer|owner)\b[\s:@(]{1,3}|[([@/~]|-{1,2}\s?|(?:^|\n)\s{0,8})$/iu;

function stands(form: Form, reading: Reading, at: number): boolean {
  const { words, text } = reading;
  let previous: Word | undefined;
  for (const [index, expected] of form.words.entries()) {
    const word = words[at + index];
    if (word === undefined || word.folded !== expected) return false;
    if (previous !== undefined && !gap.test(text.slice(previous.end, word.start))) return false;
    previous = word;
  }
  const first = words[at];
  if (first === undefined || previous === undefined) return false;
  if (form.capital === true && !/^\p{Lu}/u.test(first.text)) return false;
  if (form.initials !== true) return true;
  return isSigned(text, first, previous, form.words.length > 1);
}

function isSigned(text: string, first: Word, last: Word, apart: boolean): boolean {
  const whole = text.slice(first.start, last.end);
  const ahead = text.slice(Math.max(0, first.start - 16), first.start);
  const behind = text.slice(last.end, last.end + 2);
  // J.S. and J. S. in either case; JS only where it stands for somebody.
  if (apart) return /^\p{L}\.\s?\p{L}(?:\.\s?\p{L})?$/u.test(whole) && behind.startsWith(".");
  return whole === whole.toUpperCase() && signing.test(ahead) && naming.test(ahead) && signed.test(behind);
}

function formsOfPerson({ name, emails, handles }: KnownPerson): Form[] {
  const written = name.split(/[\s,]+/u).filter((part) => /[\p{L}\p{N}]/u.test(part));
  const [first, ...rest] = name.includes(",") ? [...written.slice(1), ...written.slice(0, 1)] : written;
  const key = foldedWords(name).join(" ");
  if (first === undefined) return [];
  const surname = rest.at(-1);
  const shown = surname === undefined ? capitalised(first) : shownName(first, surname);
  const of = (words: readonly string[], more: Partial<Form> = {}): Form => ({
    words,
    kind: "PERSON",
    key,
    shown,
    ...more,
  });
  const forms: Form[] = [];
  for (const email of emails)
    forms.push({ words: foldedWords(email), kind: "EMAIL_ADDRESS", key: email.toLowerCase() });
  if (surname !== undefined) forms.push(...namesOf(foldedWords(first), rest.slice(0, -1), foldedWords(surname), of));
  for (const handle of handles) {
    const words = foldedWords(handle);
    const [only] = words;
    const ordinary = words.length === 1 && only !== undefined && (commonWords.has(only) || firstNames.has(only));
    if (handle.length >= 3 && !ordinary) forms.push(of(words));
  }
  return forms;
}

/** First and last name in both orders, with and without what stands between them, together, shortened. */
function namesOf(
  first: readonly string[],
  between: readonly string[],
  last: readonly string[],
  of: (words: readonly string[], more?: Partial<Form>) => Form,
): Form[] {
  const middle = between.flatMap((part) => foldedWords(part));
  const initial = (words: readonly string[]) => words[0]?.charAt(0) ?? "";
  const shortened = between.map((part) => foldedWords(part)[0]?.charAt(0) ?? "");
  const [together, small] = [last.join(""), first.join("")];
  const middles = middle.length === 0 ? [[]] : [[], middle, shortened];
  const forms = middles.flatMap((part) => [
    of([...first, ...part, ...last]),
    of([...last, ...first, ...part]),
    of([initial(first), ...part, ...last]),
    of([...last, initial(first), ...part]),
    of([initial(first), ...part.map((word) => word.charAt(0)), initial(last)], { initials: true }),
    of([[initial(first), ...part.map((word) => word.charAt(0)), initial(last)].join("")], { initials: true }),
  ]);
  forms.push(
    of([small + together]),
    of([together + small]),
    of([initial(first) + together]),
    of([small + initial(last)].filter(() => small.length > 2)),
  );
  const ordinary = last.length === 1 && commonWords.has(together);
  if (together.length > 1) forms.push(of(last, ordinary || together.length < 3 ? { capital: true } : {}));
  return forms;
}

function formsOfPlace(name: string): Form[] {
  const words = foldedWords(name);
  const [only] = words;
  if (only === undefined) return [];
  const form: Form = { words, kind: "LOCATION", key: words.join(" ") };
  const ordinary = words.length === 1 && (commonWords.has(only) || only.length < 3);
  const together = words.length > 1 ? [{ ...form, words: [words.join("")] }] : [];
  return [ordinary ? { ...form, capital: true } : form, ...together];
}

const genericLabels = new Set(["www", "git", "gitlab", "github", "jira", "mail", "api", "localhost"]);

/** The whole name, and its first label where that is no word of its own. */
function formsOfHost(host: string): Form[] {
  const words = foldedWords(host);
  const address = /^[\d.]+$|:/u.test(host);
  const key = host.toLowerCase();
  const whole: Form = { words, kind: address ? "IP_ADDRESS" : "LOCATION", key };
  const label = host.includes(".") && !address ? host.toLowerCase().split(".", 1)[0] : undefined;
  if (label === undefined || label.length < 4 || genericLabels.has(label) || commonWords.has(label)) return [whole];
  return [whole, { words: foldedWords(label), kind: "LOCATION", key }];
}
