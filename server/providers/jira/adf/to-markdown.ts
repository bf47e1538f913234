import { inlineMarkdown, longestRun, mediaMarkdown } from "./inline-markdown.ts";
import {
  type AdfNode,
  attribute,
  childrenOf,
  type DocumentPlace,
  isNode,
  maxDepth,
  plainText,
  textOf,
} from "./nodes.ts";
import { alertOfPanel } from "./panels.ts";
import { ReadBack } from "./read-back.ts";
import { isLinkable } from "./references.ts";

/**
 * A document of Jira Cloud as markdown. What markdown lacks is written as what is next to it: panels as GitHub's
 * alerts, mentions and media as links, expands as a bold title. Unknown nodes keep their text. Time and memory grow
 * with the document's size.
 *
 * @param document What Jira answered: a document, or null where there is none.
 */
export function adfToMarkdown(document: unknown, place: DocumentPlace): string {
  return isNode(document) ? new BlockWriter(place).blocks(childrenOf(document), 0) : "";
}

/** Lists whose markdown has the same markers. */
const listKinds: ReadonlyMap<string, string> = new Map([
  ["bulletList", "bullet"],
  ["decisionList", "bullet"],
  ["taskList", "bullet"],
  ["orderedList", "ordered"],
]);

const inlineTypes = new Set(["text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard", "mediaInline"]);

class BlockWriter {
  readonly #place: DocumentPlace;
  readonly #readBack = new ReadBack();

  constructor(place: DocumentPlace) {
    this.#place = place;
  }

  blocks(nodes: readonly AdfNode[], depth: number): string {
    const written: string[] = [];
    let previous: { kind: string; flipped: boolean } = { kind: "", flipped: false };
    for (const node of grouped(nodes)) {
      const kind = listKinds.get(node.type) ?? "";
      // Two lists in a row would become one, were their markers the same.
      const flipped = kind !== "" && kind === previous.kind && !previous.flipped;
      const block = this.#block(node, depth, flipped);
      if (block === "") continue;
      written.push(block);
      previous = { kind, flipped };
    }
    return written.join("\n\n");
  }

  #block(node: AdfNode, depth: number, flipped = false): string {
    if (depth >= maxDepth) return this.#inline([{ type: "text", text: plainText(node) }]);
    const inside = () => this.blocks(childrenOf(node), depth + 1);
    switch (node.type) {
      case "paragraph":
        return this.#inline(childrenOf(node));
      case "heading": {
        const level = Math.min(Math.max(Number(attribute(node, "level")) || 1, 1), 6);
        const title = this.#inline(childrenOf(node), true);
        return title === "" ? "" : `${"#".repeat(level)} ${title}`;
      }
      case "bulletList":
      case "decisionList":
        return this.#list(node, depth, () => (flipped ? "* " : "- "));
      case "orderedList": {
        const first = Math.max(Math.trunc(Number(attribute(node, "order")) || 1), 0);
        return this.#list(node, depth, (index) => `${first + index}${flipped ? ")" : "."} `);
      }
      case "taskList":
        return this.#tasks(node, depth, flipped ? "*" : "-");
      case "codeBlock":
        return codeBlock(childrenOf(node).map(plainTextOf).join(""), attribute(node, "language"));
      case "blockquote":
        return quoted(inside());
      case "panel":
        return quoted(`[!${alertOfPanel(attribute(node, "panelType"))}]\n${inside()}`);
      case "expand":
      case "nestedExpand": {
        const title = this.#inline([{ type: "text", text: attribute(node, "title"), marks: [{ type: "strong" }] }]);
        return [title, inside()].filter(Boolean).join("\n\n");
      }
      case "rule":
        return "---";
      case "table":
        return this.#table(node);
      case "media":
        return mediaMarkdown(node, this.#place);
      case "mediaGroup":
        return childrenOf(node)
          .map((media) => this.#block(media, depth + 1))
          .join("\n\n");
      case "blockCard":
      case "embedCard": {
        const url = attribute(node, "url");
        return isLinkable(url) ? this.#inline([{ type: "inlineCard", attrs: { url } }]) : plainText(node);
      }
      default:
        if (inlineTypes.has(node.type)) return this.#inline([node]);
        // doc, mediaSingle with its caption, layouts, extensions, and what Atlassian adds later.
        return inside() || this.#inline([{ type: "text", text: plainText(node) }]);
    }
  }

  #list(list: AdfNode, depth: number, marker: (index: number) => string): string {
    const items = childrenOf(list).map((item, index) => {
      const content = item.type === "listItem" ? childrenOf(item) : [{ ...item, type: "paragraph" }];
      return this.#item(marker(index), content, depth);
    });
    return items.join("\n");
  }

  #tasks(list: AdfNode, depth: number, bullet = "-"): string {
    const items = childrenOf(list).map((item) => {
      if (item.type === "taskList") {
        return depth >= maxDepth ? plainText(item) : indented(this.#tasks(item, depth + 1), "  ", "  ");
      }
      const mark = attribute(item, "state") === "DONE" ? "[x]" : "[ ]";
      if (item.type === "blockTaskItem") return this.#item(`${bullet} ${mark} `, childrenOf(item), depth, "  ");
      return indented(`${mark} ${this.#inline(childrenOf(item))}`, `${bullet} `, "  ");
    });
    return items.join("\n");
  }

  /** @param hang What further lines begin with: as wide as the marker unless told. */
  #item(marker: string, content: AdfNode[], depth: number, hang = " ".repeat(marker.length)): string {
    const blocks = grouped(content).map((node) => ({ node, block: this.#block(node, depth + 1) }));
    let written = "";
    for (const { node, block } of blocks) {
      if (block === "") continue;
      const isList = node.type === "bulletList" || node.type === "orderedList" || node.type === "taskList";
      written += written === "" ? block : `${isList ? "\n" : "\n\n"}${block}`;
    }
    return indented(written, marker, hang);
  }

  /** A table as GitHub's markdown has it: one header row, one line per cell. */
  #table(table: AdfNode): string {
    const rows = childrenOf(table)
      .filter(({ type }) => type === "tableRow")
      .map((row) => childrenOf(row));
    const width = Math.max(0, ...rows.map((row) => row.length));
    if (width === 0) return "";
    const [first = []] = rows;
    const hasHeader = first.some(({ type }) => type === "tableHeader");
    const line = (cells: readonly string[]) =>
      `| ${Array.from({ length: width }, (_, index) => cells[index] ?? "").join(" | ")} |`;
    const written = rows.map((row) => line(row.map((cell) => this.#cell(cell))));
    const header = hasHeader ? written.slice(0, 1) : [line([])];
    const separator = line(Array.from({ length: width }, () => "---"));
    return [...header, separator, ...written.slice(hasHeader ? 1 : 0)].join("\n");
  }

  #cell(cell: AdfNode): string {
    const parts = childrenOf(cell).map((block) =>
      block.type === "paragraph" || block.type === "heading"
        ? this.#inline(childrenOf(block), true, true)
        : this.#inline([{ type: "text", text: plainText(block) }], true, true),
    );
    return parts.filter(Boolean).join(" ");
  }

  #inline(nodes: AdfNode[], oneLine = false, inTable = false): string {
    return inlineMarkdown(nodes, { place: this.#place, oneLine, inTable, readBack: this.#readBack });
  }
}

/** Inline nodes that stand where blocks belong, put into paragraphs. */
function grouped(nodes: readonly AdfNode[]): AdfNode[] {
  const blocks: AdfNode[] = [];
  let open: AdfNode[] | null = null;
  for (const node of nodes) {
    if (!inlineTypes.has(node.type)) {
      open = null;
      blocks.push(node);
    } else if (open === null) {
      open = [node];
      blocks.push({ type: "paragraph", content: open });
    } else {
      open.push(node);
    }
  }
  return blocks;
}

/** A code block's text as it is: spaces count. */
function plainTextOf(node: AdfNode): string {
  return node.type === "hardBreak" ? "\n" : textOf(node);
}

function codeBlock(code: string, language: string): string {
  const fence = "`".repeat(Math.max(longestRun(code), 2) + 1);
  const info = /^[\w+#.-]{1,40}$/.test(language) ? language : "";
  return `${fence}${info}\n${code}${code.endsWith("\n") || code === "" ? "" : "\n"}${fence}`;
}

function quoted(markdown: string): string {
  return markdown
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? ">" : `> ${line}`))
    .join("\n");
}

function indented(markdown: string, first: string, hang: string): string {
  return markdown
    .split("\n")
    .map((line, index) => (index === 0 ? first + line : line === "" ? "" : hang + line))
    .join("\n")
    .trimEnd();
}
