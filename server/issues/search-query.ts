import { hash } from "node:crypto";

/** What FTS5's unicode61 tokenizer makes tokens of (https://www.sqlite.org/fts5.html#unicode61_tokenizer). */
const searchable = /[\p{L}\p{N}\p{Co}]/u;

/** `"a phrase"`, a phrase that is not closed, or a word. */
const parts = /"([^"]*)(?:"|$)(\*)?|([^\s"]+)/gu;

const textColumns = "{key title body comments}";

/**
 * The FTS5 expression for what a person typed: all words are required, `"…"` is a phrase, a `*` at the end of a word or
 * phrase makes it a prefix. Each part is handed over as a quoted FTS5 string, so nothing a person types is ever syntax.
 * Undefined where nothing in it can be searched for (only punctuation): then nothing matches.
 */
export function searchExpression(typed: string): string | undefined {
  const terms: string[] = [];
  for (const [, phrase, phraseStar, word] of typed.replaceAll("\0", " ").matchAll(parts)) {
    const text = phrase ?? word?.replace(/\*+$/u, "") ?? "";
    if (!searchable.test(text)) continue;
    const isPrefix = phraseStar !== undefined || word?.endsWith("*") === true;
    terms.push(`${textColumns} : ${quoted(text)}${isPrefix ? " *" : ""}`);
  }
  return terms.length === 0 ? undefined : terms.join(" AND ");
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** `none` has what an issue lacks for its value: a label, an assignee or a milestone. */
export type Facet = "tenant" | "project" | "provider" | "status" | "label" | "assignee" | "milestone" | "none";

/**
 * A filter's value as one word of the full text index, so that text and filters are answered by the same index. The hash
 * makes any value one token that no text contains by accident; case is ignored.
 */
export function facetToken(facet: Facet, value: string): string {
  return `x${hash("sha256", `${facet}:${value.toLowerCase()}`, "hex").slice(0, 20)}`;
}

/** The expression for issues that have one of these values. */
export function facetExpression(facet: Facet, values: readonly string[]): string {
  return `facets : (${values.map((value) => quoted(facetToken(facet, value))).join(" OR ")})`;
}
