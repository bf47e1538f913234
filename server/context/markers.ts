import { AppError } from "../../shared/errors.ts";

export const contextFileName = "AGENTS.override.md";

export const baseStart = "<!-- aiops-base:start -->";
export const baseEnd = "<!-- aiops-base:end -->";
export const issueStart = "<!-- issue-context:start -->";
export const issueEnd = "<!-- issue-context:end -->";

interface Span {
  /** Index of the start marker. */
  start: number;
  /** Index after the end marker. */
  end: number;
}

/** Where our sections stand in an existing file; everything else in it is the person's. */
export interface Sections {
  base: Span | undefined;
  issue: Span | undefined;
  /** Whether the issue section lies inside the base section. */
  nested: boolean;
}

interface Marker {
  letter: "B" | "b" | "I" | "i";
  text: string;
  at: number;
}

const markerPattern = /<!-- (?:aiops-base|issue-context):(?:start|end) -->/g;
const letters: Record<string, Marker["letter"]> = {
  [baseStart]: "B",
  [baseEnd]: "b",
  [issueStart]: "I",
  [issueEnd]: "i",
};
// Each pair at most once, start before end, the issue's pair beside the base's or inside it.
const wellFormed = new Set(["", "Bb", "Ii", "BbIi", "IiBb", "BIib"]);

function markersIn(text: string): Marker[] {
  return [...text.matchAll(markerPattern)].map((match) => ({
    letter: letters[match[0]] ?? "B",
    text: match[0],
    at: match.index,
  }));
}

/**
 * Finds our sections. Markers that do not form whole pairs are refused rather than guessed at: any guess could take
 * the person's own text for ours.
 * @throws AppError `conflict` naming the lines of the markers to mend.
 */
export function findSections(text: string): Sections {
  const markers = markersIn(text);
  const shape = markers.map((marker) => marker.letter).join("");
  if (!wellFormed.has(shape)) throw brokenMarkers(text, markers);
  const span = (first: Marker["letter"], last: Marker["letter"]): Span | undefined => {
    const start = markers.find((marker) => marker.letter === first);
    const end = markers.find((marker) => marker.letter === last);
    return start && end ? { start: start.at, end: end.at + end.text.length } : undefined;
  };
  return { base: span("B", "b"), issue: span("I", "i"), nested: shape === "BIib" };
}

function brokenMarkers(text: string, markers: readonly Marker[]): AppError {
  const listed = markers
    .slice(0, 8)
    .map((marker) => `${marker.text} in line ${String(text.slice(0, marker.at).split("\n").length)}`)
    .join(", ");
  return new AppError(
    "conflict",
    `The section markers in ${contextFileName} do not form whole pairs: ${listed}${markers.length > 8 ? ", …" : ""}. ` +
      "Nothing was changed. Keep each pair at most once, start before end, or delete these marker lines, and try again.",
  );
}

/** AGENTS.md as it is copied: `after` is undefined where it holds no slot for the issue section. */
export interface BaseText {
  before: string;
  after: string | undefined;
}

/**
 * Prepares the text of AGENTS.md to be copied. Where it holds exactly one well-formed pair of issue markers, that is
 * the slot the issue section is written into. All other markers in it are broken by a space, since only the pairs we
 * write may be found again.
 */
export function prepareBase(text: string): BaseText {
  const bare = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const issueMarkers = markersIn(bare).filter((marker) => marker.letter === "I" || marker.letter === "i");
  const [start, end] = issueMarkers;
  if (issueMarkers.length === 2 && start?.letter === "I" && end?.letter === "i") {
    return {
      before: breakMarkers(bare.slice(0, start.at)),
      after: breakMarkers(bare.slice(end.at + end.text.length)),
    };
  }
  return { before: breakMarkers(bare), after: undefined };
}

function breakMarkers(text: string): string {
  return text.replace(markerPattern, (marker) => marker.replace(":", " "));
}

/** The line ending to write in: that of the first line of the first text that has one. */
export function lineEnding(...texts: readonly (string | undefined)[]): "\n" | "\r\n" {
  for (const text of texts) {
    const newline = text?.indexOf("\n") ?? -1;
    if (text !== undefined && newline >= 0) return text[newline - 1] === "\r" ? "\r\n" : "\n";
  }
  return "\n";
}

/**
 * Puts rendered sections into a file. `issue` is undefined where the base section already holds it. Sections that are
 * there are replaced where they stand; new ones go to the top, where neither a missing newline at the person's end
 * nor a cut by a reader's own limit touches them.
 */
export function placeSections(existing: string, base: string, issue: string | undefined, eol: string): string {
  const found = findSections(existing);
  const own = found.nested ? undefined : found.issue;
  const edits: { span: Span; text: string }[] = [];
  const front = existing.startsWith("\uFEFF") ? 1 : 0;
  const afterBase = issue !== undefined && own === undefined ? eol + issue : "";
  edits.push(
    found.base
      ? { span: found.base, text: base + afterBase }
      : { span: { start: front, end: front }, text: base + afterBase + eol },
  );
  if (own) edits.push(issue === undefined ? { span: wholeLines(existing, own), text: "" } : { span: own, text: issue });
  return apply(existing, edits);
}

/** The file without our sections: exactly the person's own text, as it was before the first write. */
export function removeSections(existing: string): string {
  const found = findSections(existing);
  const spans = [found.base, found.nested ? undefined : found.issue].filter((span) => span !== undefined);
  return apply(
    existing,
    spans.map((span) => ({ span: wholeLines(existing, span), text: "" })),
  );
}

// A section that starts a line owns the newline after its end marker.
function wholeLines(text: string, span: Span): Span {
  const before = text[span.start - 1];
  if (before !== undefined && before !== "\n" && before !== "\uFEFF") return span;
  const newline = text.startsWith("\r\n", span.end) ? 2 : text[span.end] === "\n" ? 1 : 0;
  return { start: span.start, end: span.end + newline };
}

function apply(text: string, edits: readonly { span: Span; text: string }[]): string {
  let result = text;
  // Last first, so that the earlier positions stay right; of two at one place the insertion comes out in front.
  const ordered = edits.toSorted((a, b) => b.span.start - a.span.start || b.span.end - a.span.end);
  for (const { span, text: replacement } of ordered) {
    result = result.slice(0, span.start) + replacement + result.slice(span.end);
  }
  return result;
}
