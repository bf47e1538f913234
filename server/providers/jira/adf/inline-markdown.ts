import { escapeLineStart, escapeText } from "./escape.ts";
import { type AdfMark, type AdfNode, attribute, type DocumentPlace, plainText, textOf } from "./nodes.ts";
import type { ReadBack } from "./read-back.ts";
import { isLinkable, mediaLink, mentionUrl } from "./references.ts";

/** Marks that markdown has, outermost first; Jira's others (colours, underline, sub- and superscript) are left out. */
const markOrder = ["link", "strong", "em", "strike", "code"] as const;

export interface InlineOptions {
  place: DocumentPlace;
  /** Line breaks become spaces: in headings and tables. */
  oneLine: boolean;
  inTable: boolean;
  readBack: ReadBack;
}

/** Inline nodes as markdown. Their text means itself: see {@link escapeText}. */
export function inlineMarkdown(nodes: readonly AdfNode[], options: InlineOptions): string {
  const written = withEffects(nodes, options);
  if (options.oneLine) return oneLine(written).trim();
  const lines = written.split("\n").map((line) => escapeLineStart(line.trim()));
  return lines.join("\n").trim();
}

/** Characters of one paragraph. markdown-it takes long for very many delimiters; such a paragraph goes without. */
const maxReadBack = 20_000;

/**
 * With bold, emphasis and strike-through where they will be read as such. Delimiters beside letters, punctuation or
 * each other have rules that no look at their neighbours settles: there the result is read back.
 */
function withEffects(nodes: readonly AdfNode[], options: InlineOptions): string {
  const writer = new InlineWriter(options, true);
  const written = writer.write(nodes, 0, "", "");
  if (!writer.isCrowded) return written;
  const plain = new InlineWriter(options, false).write(nodes, 0, "", "");
  const { readBack } = options;
  if (written.length > maxReadBack) return plain;
  return sameText(readBack.text(written), readBack.text(plain)) ? written : plain;
}

function sameText(one: string, other: string): boolean {
  return one.replaceAll(/\s/g, "") === other.replaceAll(/\s/g, "");
}

/** `![label](url)` or `[label](url)`. */
export function mediaMarkdown(media: AdfNode, place: DocumentPlace): string {
  const { url, label, image } = mediaLink(media, place);
  return `${image ? "!" : ""}${linkMarkdown(escapeLabel(label), url)}`;
}

function escapeLabel(label: string): string {
  return escapeText(oneLine(label), { before: " ", after: "", inLink: true, inTable: false });
}

class InlineWriter {
  readonly #options: InlineOptions;
  readonly #effects: boolean;
  /** Whether a delimiter stands right beside something. */
  isCrowded = false;

  constructor(options: InlineOptions, effects: boolean) {
    this.#options = options;
    this.#effects = effects;
  }

  /**
   * @param level The marks before this one in {@link markOrder} are written already.
   * @param before The last character before, empty at the start of a line; `after` likewise.
   */
  write(nodes: readonly AdfNode[], level: number, before: string, after: string, inLink = false): string {
    // Not one growing text: looking at its end, V8 would copy it every time.
    const parts: string[] = [];
    let previous = before;
    for (let from = 0; from < nodes.length;) {
      const first = nodes[from];
      if (!first) break;
      const found = nextMark(first, level);
      let to = from + 1;
      if (found !== null) while (to < nodes.length && hasMark(nodes[to], found.mark)) to += 1;
      const following = nodes[to];
      const next = following ? firstOf(following) : after;
      const part =
        found === null
          ? this.#leaf(first, previous, next, inLink)
          : this.#marked(nodes.slice(from, to), found, previous, next, inLink);
      parts.push(part);
      if (part !== "") previous = lastOf(part);
      from = to;
    }
    return parts.join("");
  }

  #marked(nodes: AdfNode[], found: FoundMark, before: string, after: string, inLink: boolean): string {
    const { mark, level } = found;
    const inner = (edge: string, linked = inLink): string => this.write(nodes, level + 1, edge, edge, linked);
    if (mark.type === "code") return codeMarkdown(nodes.map(textOf).join(""));
    if (mark.type === "link") {
      const href = attribute(mark, "href").trim();
      if (!isLinkable(href)) return this.write(nodes, level + 1, before, after, inLink);
      const label = nodes.map(plainText).join("");
      const bare = label === href && /^https?:\/\/[^\s<>()[\]*_~`\\|&]+[\w/]$/.test(href) && nodes.length === 1;
      if (bare && /^\s?$/.test(before) && /^\s?$/.test(after)) return href;
      const written = oneLine(inner("x", true));
      return written === "" ? "" : linkMarkdown(written, href);
    }
    if (!this.#effects) return this.write(nodes, level + 1, before, after, inLink);
    if (!/^\s?$/.test(before) || !/^\s?$/.test(after)) this.isCrowded = true;
    const written = inner(mark.type === "strike" ? "~" : "*");
    return wrapped(written, mark.type, before, after) ?? this.write(nodes, level + 1, before, after, inLink);
  }

  #leaf(node: AdfNode, before: string, after: string, inLink: boolean): string {
    const { place, inTable } = this.#options;
    const escaped = (value: string) => escapeText(value, { before, after, inLink, inTable });
    switch (node.type) {
      case "text":
        return escapedLines(textOf(node), { before, after, inLink, inTable });
      case "hardBreak":
        return "\n";
      case "mention": {
        const label = `@${(attribute(node, "text") || attribute(node, "id")).replace(/^@/, "")}`;
        return inLink ? escaped(label) : linkMarkdown(escapeLabel(label), mentionUrl(attribute(node, "id"), place));
      }
      case "emoji":
        return escaped(attribute(node, "text") || attribute(node, "shortName"));
      case "date":
        return escaped(dateOf(attribute(node, "timestamp")));
      case "status":
        return codeMarkdown(attribute(node, "text"));
      case "inlineCard": {
        const url = attribute(node, "url");
        if (!isLinkable(url)) return escaped(url || plainText(node));
        return /^https?:\/\/[^\s<>\\|]+$/.test(url) ? `<${url}>` : linkMarkdown(escapeLabel(url), url);
      }
      case "mediaInline":
      case "media":
        return mediaMarkdown(node, place);
      default:
        // placeholder, inlineExtension, and what Atlassian adds later: their text stays.
        return escaped(plainText(node));
    }
  }
}

interface FoundMark {
  mark: AdfMark;
  level: number;
}

function nextMark(node: AdfNode, from: number): FoundMark | null {
  for (let level = from; level < markOrder.length; level += 1) {
    const mark = marksOf(node).find(({ type }) => type === markOrder[level]);
    if (mark) return { mark, level };
  }
  return null;
}

function hasMark(node: AdfNode | undefined, wanted: AdfMark): boolean {
  return (
    node !== undefined &&
    marksOf(node).some((mark) => mark.type === wanted.type && attribute(mark, "href") === attribute(wanted, "href"))
  );
}

/** Code may be linked and nothing else, in Jira as well: so neighbours of code are one piece of code. */
function marksOf(node: AdfNode): AdfMark[] {
  const marks = Array.isArray(node.marks) ? node.marks.filter((mark) => typeof mark === "object" && mark !== null) : [];
  const isCode = marks.some(({ type }) => type === "code");
  return isCode ? marks.filter(({ type }) => type === "code" || type === "link") : marks;
}

const punctuation = /[\p{P}\p{S}]/u;

/**
 * The text between the mark's delimiters, or null where markdown would not take them for such: next to a letter on one
 * side and punctuation on the other (https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis). Text without
 * its emphasis is better than text with stray asterisks.
 */
function wrapped(content: string, type: string, before: string, after: string): string | null {
  const core = content.trim();
  if (core === "") return content;
  const lead = content.slice(0, content.length - content.trimStart().length);
  const trail = content.slice(content.trimEnd().length);
  const outerBefore = lead === "" ? before : " ";
  const outerAfter = trail === "" ? after : " ";
  if (core.includes("\n\n")) return null;
  const tight = (outer: string, inner: string) =>
    !punctuation.test(inner) || /^\s?$/.test(outer) || punctuation.test(outer);
  // Delimiters next to each other count as one: what matters is what they stand beside.
  const [inside, end] = [core.replace(/^\*+/, ""), /(?:^|[^\\*])\*+$/.test(core) ? core.replace(/\*+$/, "") : core];
  if (!tight(outerBefore, inside.charAt(0)) || !tight(outerAfter, lastOf(end))) return null;
  const inWord = /[\p{L}\p{N}_]/u.test(outerBefore) || /[\p{L}\p{N}_]/u.test(outerAfter);
  const delimiter = type === "strong" ? "**" : type === "strike" ? "~~" : inWord ? "*" : "_";
  return `${lead}${delimiter}${core}${delimiter}${trail}`;
}

function escapedLines(value: string, place: Parameters<typeof escapeText>[1]): string {
  const lines = value.split(/\r\n|\r|\n/);
  return lines
    .map((line, index) =>
      escapeText(line, {
        ...place,
        before: index === 0 ? place.before : "",
        after: index === lines.length - 1 ? place.after : "",
      }),
    )
    .join("\n");
}

/** https://spec.commonmark.org/0.31.2/#code-spans */
function codeMarkdown(value: string): string {
  const content = oneLine(value);
  if (content.trim() === "") return content;
  const fence = "`".repeat(longestRun(content) + 1);
  const pad = /^`|`$|^ .* $/.test(content) ? " " : "";
  return `${fence}${pad}${content}${pad}${fence}`;
}

function linkMarkdown(label: string, url: string): string {
  const safe = url.replaceAll(/[\s<>\\]/g, (character) => encodeURIComponent(character));
  return `[${label}](${/[()]/.test(safe) ? `<${safe}>` : safe})`;
}

/** Milliseconds since 1970 as a day, in UTC as Jira means it. */
function dateOf(timestamp: string): string {
  const time = new Date(Number(timestamp));
  return timestamp === "" || Number.isNaN(time.getTime()) ? timestamp : time.toISOString().slice(0, 10);
}

function oneLine(value: string): string {
  if (!/[\r\n]/.test(value)) return value;
  const lines = value.split(/[\r\n]+/);
  return lines.map((line, index) => (index === 0 ? line.trimEnd() : line.trim())).join(" ");
}

/** The length of the longest run of backticks. */
export function longestRun(value: string): number {
  return (value.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}

function firstOf(node: AdfNode): string {
  if (node.type === "hardBreak") return "";
  return node.type === "text" ? textOf(node).charAt(0) : "x";
}

/** Empty at the start of a line. */
function lastOf(written: string): string {
  const last = written.at(-1) ?? "";
  return last === "\n" ? "" : last;
}
