import { type AdfDocument, type AdfNode, attribute, childrenOf, plainText } from "../adf/nodes.ts";

/**
 * A document as Jira's wiki markup, for Data Center. For the documents that `markdownToAdf` makes: what Jira Cloud has
 * beyond that is written as its text.
 */
export function adfToWiki(source: AdfDocument): string {
  return blocks(source.content);
}

function blocks(nodes: readonly AdfNode[]): string {
  return nodes.map(block).filter(Boolean).join("\n\n");
}

function block(node: AdfNode): string {
  switch (node.type) {
    case "paragraph":
      return inlineOf(node);
    case "heading":
      return `h${attribute(node, "level")}. ${oneLine(inlineOf(node))}`;
    case "bulletList":
    case "orderedList":
    case "taskList":
      return list(node, "").join("\n");
    case "codeBlock": {
      const language = attribute(node, "language");
      const code = childrenOf(node).map(plainCode).join("");
      return `{code${/^\w+$/.test(language) ? `:${language}` : ""}}\n${code}\n{code}`;
    }
    case "blockquote":
      return `{quote}\n${blocks(childrenOf(node))}\n{quote}`;
    case "panel":
      return `{panel}\n${blocks(childrenOf(node))}\n{panel}`;
    case "rule":
      return "----";
    case "table":
      return childrenOf(node).map(tableRow).join("\n");
    case "mediaSingle":
      return childrenOf(node).map(media).join("\n");
    default:
      return escaped(plainText(node));
  }
}

/** @param outer The markers of the lists around it. */
function list(node: AdfNode, outer: string): string[] {
  const marker = outer + (node.type === "orderedList" ? "#" : "*");
  return childrenOf(node).flatMap((item) => {
    if (item.type === "taskList") return list(item, marker);
    if (item.type === "taskItem") {
      const mark = attribute(item, "state") === "DONE" ? String.raw`\[x\]` : String.raw`\[ \]`;
      return [`${marker} ${mark} ${oneLine(inlineOf(item))}`];
    }
    const parts = childrenOf(item);
    const nested = parts.filter(({ type }) => isList(type)).flatMap((inner) => list(inner, marker));
    const own = parts.filter(({ type }) => !isList(type)).map(block);
    return [`${marker} ${own.join("\n").replaceAll(/\n{2,}/g, "\n") || " "}`, ...nested];
  });
}

function isList(type: string): boolean {
  return type === "bulletList" || type === "orderedList" || type === "taskList";
}

function tableRow(row: AdfNode): string {
  const cells = childrenOf(row);
  const bar = cells[0]?.type === "tableHeader" ? "||" : "|";
  const written = cells.map((cell) => oneLine(blocks(childrenOf(cell))).replaceAll("|", String.raw`\|`) || " ");
  return bar + written.join(bar) + bar;
}

function inlineOf(node: AdfNode): string {
  return childrenOf(node).map(inline).join("");
}

function inline(node: AdfNode): string {
  switch (node.type) {
    case "text":
      return marked(node);
    case "hardBreak":
      return "\n";
    case "mention":
      return `[~${attribute(node, "id")}]`;
    case "inlineCard":
      return `[${attribute(node, "url")}]`;
    case "media":
      return media(node);
    default:
      return escaped(plainText(node));
  }
}

const signs: ReadonlyMap<string, string> = new Map([
  ["strong", "*"],
  ["em", "_"],
  ["strike", "-"],
]);

function marked(node: AdfNode): string {
  const marks = node.marks ?? [];
  const value = node.text ?? "";
  const content = value.trim();
  if (content === "") return value;
  const isCode = marks.some(({ type }) => type === "code");
  const effects = marks.map(({ type }) => signs.get(type) ?? "").join("");
  const link = marks.find(({ type }) => type === "link");
  let written = isCode ? `{{${content.replaceAll("}}", "} }")}}}` : escaped(content);
  if (link) {
    const href = attribute(link, "href");
    written = content === href ? `[${href}]` : `[${written.replaceAll("|", String.raw`\|`)}|${href}]`;
  }
  const lead = value.slice(0, value.length - value.trimStart().length);
  const trail = value.slice(value.trimEnd().length);
  return `${lead}${effects}${written}${effects.split("").toReversed().join("")}${trail}`;
}

function media(node: AdfNode): string {
  return `!${attribute(node, "url") || attribute(node, "alt")}!`;
}

/** Text that means itself: signs are escaped where Jira would take them for markup. */
function escaped(value: string): string {
  return value
    .replaceAll(/[{}[\]]/g, String.raw`\$&`)
    .replaceAll(/(^|[^\p{L}\p{N}\s\\])([*_+^~-])(?=\S)/gu, String.raw`$1\$2`)
    .replaceAll(/(^|\s)([*_+^~!-])(?=\S)/gu, String.raw`$1\$2`)
    .replaceAll(/^(h[1-6]|bq)\./gm, String.raw`$1\.`)
    .replaceAll(/^([#*-]+)(?=\s)/gm, String.raw`\$1`)
    .replaceAll(/^\|/gm, String.raw`\|`);
}

function plainCode(node: AdfNode): string {
  return (node.text ?? "").replaceAll("{code}", "{ code}");
}

function oneLine(value: string): string {
  return value.replaceAll("\n", " ");
}
