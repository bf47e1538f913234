import type { RedactionPolicy } from "../../shared/entities/project.ts";
import { policyKinds, type RedactionKind } from "../../shared/rules/redaction.ts";
import { findDates } from "./dates.ts";
import { outsideStrings } from "./json-values.ts";
import type { KnownEntities } from "./known-entities.ts";
import { KnownFinder } from "./known.ts";
import { findCards, findDocuments, findSocialSecurity } from "./numbers.ts";
import { findAddresses, findEmails } from "./patterns.ts";
import { findPersons } from "./persons.ts";
import { findPhones } from "./phones.ts";
import { Placeholders } from "./placeholders.ts";
import { findPlaces } from "./places.ts";
import { ranks, settle, type Span } from "./span.ts";
import { viewOf } from "./view.ts";
import { read, type Reading } from "./words.ts";

/** One replacement, for a preview: the UTF-16 units it covers in the original text, and what stands there now. */
export interface Replacement {
  kind: RedactionKind;
  start: number;
  end: number;
  replacement: string;
}

export interface RedactedText {
  text: string;
  replacements: Replacement[];
}

export interface Redaction {
  texts: RedactedText[];
  /** How many spans of each kind were replaced, in all texts. */
  counts: Partial<Record<RedactionKind, number>>;
}

export interface RedactionInput {
  /** Parts of one document: a value is numbered alike in all of them. */
  texts: readonly string[];
  policy: RedactionPolicy;
  known: KnownEntities;
}

const finders: readonly ((reading: Reading) => Span[])[] = [
  findEmails,
  findAddresses,
  findDocuments,
  findSocialSecurity,
  findCards,
  findPhones,
  findDates,
  findPlaces,
  findPersons,
];

/**
 * Replaces what a policy names. Synchronous and without a limit of its own: everything but tests and the worker calls it
 * through Redactor, which has both.
 */
export function redactTexts({ texts, policy, known }: RedactionInput): Redaction {
  const kinds = new Set(policyKinds[policy]);
  const counts: Redaction["counts"] = {};
  if (policy === "none") return { texts: texts.map((text) => ({ text, replacements: [] })), counts };
  const knownFinder = new KnownFinder(known);
  const placeholders = new Placeholders();
  const done = texts.map((text) => redactText(text, kinds, knownFinder, placeholders));
  for (const { replacements } of done) {
    for (const { kind } of replacements) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return { texts: done, counts };
}

function redactText(
  text: string,
  kinds: ReadonlySet<RedactionKind>,
  known: KnownFinder,
  placeholders: Placeholders,
): RedactedText {
  const view = viewOf(text);
  const reading = read(view.text);
  const spans = [
    ...known.find(reading),
    ...finders.flatMap((find) => find(reading)).filter(({ kind }) => kinds.has(kind)),
  ];
  const outside = outsideStrings(text);
  const replacements: Replacement[] = [];
  const pieces: string[] = [];
  let at = 0;
  for (const span of settle(joinKnown(spans))) {
    if (!/[\p{L}\p{N}]/u.test(view.text.slice(span.start, span.end))) continue;
    const start = Math.max(at, view.starts[span.start] ?? 0);
    const end = view.ends[span.end - 1] ?? start;
    if (end <= start) continue;
    const plain = placeholders.of(span);
    const replacement = outside?.(start) === true ? `"${plain}"` : plain;
    replacements.push({ kind: span.kind, start, end, replacement });
    pieces.push(text.slice(at, start), replacement);
    at = end;
  }
  pieces.push(text.slice(at));
  return { text: pieces.join(""), replacements };
}

/** Something known within an address or number is covered with the whole of it. */
function joinKnown(spans: readonly Span[]): Span[] {
  const exact = spans
    .filter(({ rank }) => rank === ranks.exact || rank === ranks.named)
    .sort((a, b) => a.start - b.start);
  let index = 0;
  const known = spans.filter(({ rank }) => rank === ranks.known).sort((a, b) => a.start - b.start);
  const covered = new Set<Span>();
  for (const span of known) {
    while (index < exact.length && (exact[index]?.end ?? 0) <= span.start) index += 1;
    const around = exact[index];
    if (
      around !== undefined &&
      around.start <= span.start &&
      around.end >= span.end &&
      around.end - around.start > span.end - span.start
    )
      covered.add(span);
  }
  return spans.filter((span) => !covered.has(span));
}
