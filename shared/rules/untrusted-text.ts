/**
 * Makes text that strangers wrote (issues, comments, names, labels) harmless in a file that AI command line tools read
 * as instructions. The text stays readable; only what a reader of the file could take for structure is changed.
 *
 * Every step is one linear pass: quantifiers are bounded or cannot overlap, because the text may be 1 MB of anything.
 * Everything is idempotent, so text that was already made harmless can be read back and written again.
 */

/** Longest run of backticks or tildes that is kept; it bounds the fence that must be longer. */
const longestRunKept = 64;

const lineBreaks = /\r\n?|[\u0085\u2028\u2029]/g;
// What is drawn as nothing: zero-width characters, bidirectional marks and overrides, variation selectors, tag
// characters (which can spell hidden instructions), interlinear annotation.
const invisible = /\p{Default_Ignorable_Code_Point}|[\uFFF9-\uFFFB]/gu;
// Without the tab and the newline.
const controls = /[^\P{Cc}\t\n]/gu;
const longBackticks = new RegExp("`{" + String(longestRunKept + 1) + ",}", "g");
const longTildes = new RegExp("~{" + String(longestRunKept + 1) + ",}", "g");
// Claude Code takes `@path` after white space or at the start, Gemini CLI likewise; both leave a@b alone. An at sign
// stays only between letters or digits (an e-mail address, user@host, package@1.2).
const importSign = /(?<![\p{L}\p{N}_])@(?=\S)|@(?![\p{L}\p{N}\s])(?=\S)/gu;
const markerWord = /(aiops-base|issue-context|issue-notes):(?=start|end)/gi;

/** What an at sign that could start an import is written as: FULLWIDTH COMMERCIAL AT. */
export const harmlessAtSign = "\uFF20";

/**
 * Markdown of unknown origin without what could end our section, import a file, hide text or drive a terminal:
 * line breaks become `\n`; control characters, and with them ANSI escapes, their visible pictures (U+2400…);
 * invisible and bidirectional characters are removed; HTML comment delimiters and our marker words are broken by a
 * space; at signs of imports and mentions become {@link harmlessAtSign}; runs of over 64 backticks or tildes are cut.
 */
export function neutraliseText(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(lineBreaks, "\n")
      // Before everything that looks for sequences: what is removed here must not join two halves of one afterwards.
      .replace(invisible, "")
      .replace(controls, controlPicture)
      .replaceAll("<!--", "<! --")
      .replaceAll("-->", "-- >")
      .replaceAll("--!>", "-- !>")
      .replace(markerWord, "$1 ")
      .replace(longBackticks, (run) => `${run.slice(0, longestRunKept)}…`)
      .replace(longTildes, (run) => `${run.slice(0, longestRunKept)}…`)
      .replace(importSign, harmlessAtSign)
  );
}

/** Text of any origin for a terminal: control characters are shown as pictures, only line breaks and tabs are kept. */
export function visibleControls(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(controls, controlPicture);
}

/** As {@link neutraliseText}, on one line of at most `maxLength` UTF-16 units; what is longer ends in `…`. */
export function neutraliseLine(text: string, maxLength: number): string {
  // The cut before the work keeps a hostile megabyte cheap; invisible characters in it only make the line shorter.
  const line = neutraliseText(text.slice(0, maxLength * 4))
    .replace(/\s+/g, " ")
    .trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/**
 * A Markdown code fence that none of the texts can close: longer than the longest run of backticks or of tildes in
 * them (CommonMark 0.31, 4.5).
 */
export function fenceFor(texts: readonly string[]): string {
  let longest = 2;
  for (const text of texts) {
    for (const run of text.match(/`+|~+/g) ?? []) longest = Math.max(longest, run.length);
  }
  return "`".repeat(longest + 1);
}

function controlPicture(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 0x7f) return "\u2421";
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\uFFFD";
}
