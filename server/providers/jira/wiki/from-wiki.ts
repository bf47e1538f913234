import { type AdfDocument, type AdfNode, document, type DocumentPlace, paragraph, text } from "../adf/nodes.ts";
import { wikiInline } from "./inline.ts";

/**
 * Jira's wiki markup, which Data Center keeps texts in, as a document: headings, lists, tables, code, quotes, panels,
 * links, images, mentions and the text effects that markdown has. Other markup stays as it is written.
 */
export function wikiToAdf(source: string, place: DocumentPlace): AdfDocument {
  return document(new BlockReader(source.split(/\r\n|\r|\n/), place).read());
}

class BlockReader {
  readonly #lines: string[];
  readonly #place: DocumentPlace;
  #at = 0;

  constructor(lines: string[], place: DocumentPlace) {
    this.#lines = lines;
    this.#place = place;
  }

  read(): AdfNode[] {
    const blocks: AdfNode[] = [];
    while (this.#at < this.#lines.length) {
      const block = this.#block();
      if (block) blocks.push(block);
    }
    return blocks;
  }

  #block(): AdfNode | null {
    const line = this.#line().trim();
    if (line === "") {
      this.#at += 1;
      return null;
    }
    const [, macro = "", parameters = ""] = /^\{(code|noformat|quote|panel)(?::([^{}]{0,300}))?\}/.exec(line) ?? [];
    if (macro !== "") return this.#macro(macro, parameters);
    const [heading, level = ""] = /^h([1-6])\.\s*/.exec(line) ?? [];
    if (heading !== undefined) {
      this.#at += 1;
      return { type: "heading", attrs: { level: Number(level) }, content: this.#inline(line.slice(heading.length)) };
    }
    if (/^-{4,}$/.test(line)) {
      this.#at += 1;
      return { type: "rule" };
    }
    if (line.startsWith("bq. ")) {
      this.#at += 1;
      return { type: "blockquote", content: [paragraph(this.#inline(line.slice(4)))] };
    }
    if (listMarker.test(line)) return this.#list();
    return line.startsWith("|") ? this.#table() : this.#paragraph();
  }

  /** From `{code}` to the next `{code}`, or to the end of the text. */
  #macro(name: string, parameters: string): AdfNode {
    const end = `{${name}}`;
    const body: string[] = [];
    let rest: string | null = this.#line().trimStart();
    rest = rest.slice(rest.indexOf("}") + 1);
    for (; rest !== null; rest = this.#at < this.#lines.length ? this.#line() : null) {
      const closes = rest.indexOf(end);
      this.#at += 1;
      if (closes === -1) {
        body.push(rest);
        continue;
      }
      body.push(rest.slice(0, closes));
      const after = rest.slice(closes + end.length);
      if (after.trim() !== "") {
        this.#at -= 1;
        this.#lines[this.#at] = after;
      }
      break;
    }
    if (body[0]?.trim() === "") body.shift();
    if (body.at(-1)?.trim() === "") body.pop();
    if (name === "code" || name === "noformat") return codeBlock(body.join("\n"), parameters);
    const content = new BlockReader(body.map(withoutMacros), this.#place).read();
    if (name === "quote") return { type: "blockquote", content };
    const title = /(?:^|\|)title=([^|]*)/.exec(parameters)?.[1] ?? "";
    const lead = title === "" ? [] : [paragraph([text(title, [{ type: "strong" }])])];
    return { type: "panel", attrs: { panelType: "info" }, content: [...lead, ...content] };
  }

  #list(): AdfNode {
    /** The open lists from the outermost, each with its kind. */
    const open: { kind: string; items: AdfNode[] }[] = [];
    let first: AdfNode | null = null;
    while (this.#at < this.#lines.length) {
      const line = this.#line().trim();
      const [whole, marker = ""] = listMarker.exec(line) ?? [];
      if (whole === undefined) break;
      const kinds = marker
        .slice(0, maxListDepth)
        .split("")
        .map((character) => (character === "#" ? "orderedList" : "bulletList"));
      if (first !== null && first.type !== kinds[0]) break;
      while (open.length > kinds.length || open.some(({ kind }, index) => kind !== kinds[index])) open.pop();
      while (open.length < kinds.length) {
        const items: AdfNode[] = [];
        const list: AdfNode = { type: kinds[open.length] ?? "bulletList", content: items };
        const parent = open.at(-1);
        if (!parent) first ??= list;
        else this.#lastItem(parent.items).push(list);
        open.push({ kind: list.type, items });
      }
      this.#at += 1;
      open.at(-1)?.items.push({
        type: "listItem",
        content: [paragraph(this.#inline(this.#itemText(line.slice(whole.length))))],
      });
    }
    return first === null ? paragraph([]) : withTasks(first);
  }

  /** An item's text goes on in the lines below it, until an empty one or the next item. */
  #itemText(start: string): string {
    const lines = [start];
    while (this.#at < this.#lines.length && isPlain(this.#line())) {
      lines.push(this.#line().trim());
      this.#at += 1;
    }
    return lines.join("\n");
  }

  #lastItem(items: AdfNode[]): AdfNode[] {
    const last = items.at(-1);
    if (last?.content) return last.content;
    const content: AdfNode[] = [paragraph([])];
    items.push({ type: "listItem", content });
    return content;
  }

  #table(): AdfNode {
    const rows: AdfNode[] = [];
    while (this.#at < this.#lines.length && this.#line().trim().startsWith("|")) {
      const line = this.#line().trim();
      const type = line.startsWith("||") ? "tableHeader" : "tableCell";
      const cells = line.replaceAll("||", "|").replace(/^\|/, "").replace(/\|$/, "");
      const content = splitCells(cells).map((cell) => ({ type, content: [paragraph(this.#inline(cell.trim()))] }));
      rows.push({ type: "tableRow", content });
      this.#at += 1;
    }
    return { type: "table", content: rows };
  }

  #paragraph(): AdfNode {
    const lines: string[] = [];
    do {
      lines.push(this.#line().trim());
      this.#at += 1;
    } while (this.#at < this.#lines.length && isPlain(this.#line()));
    return paragraph(this.#inline(lines.join("\n")));
  }

  #inline(source: string): AdfNode[] {
    return wikiInline(source, this.#place);
  }

  #line(): string {
    return this.#lines[this.#at] ?? "";
  }
}

const taskMark = /^\[[ x]\] /;

/** A list whose items all begin with `[ ]` or `[x]`, as `adfToWiki` writes tasks, is a task list. */
function withTasks(list: AdfNode): AdfNode {
  const items = (list.content ?? []).map((item) => {
    const [lead, ...rest] = item.content ?? [];
    const nested = rest.map((node) => (isList(node) ? withTasks(node) : node));
    return { ...item, content: lead ? [lead, ...nested] : nested };
  });
  const isTask = ({ content: [lead, ...nested] }: (typeof items)[number]) =>
    taskMark.test(lead?.content?.[0]?.text ?? "") && nested.every(({ type }) => type === "taskList");
  if (list.type !== "bulletList" || !items.every(isTask)) return { ...list, content: items };
  const content = items.flatMap(({ content: [lead, ...nested] }): AdfNode[] => {
    const [first, ...rest] = lead?.content ?? [];
    const state = first?.text?.startsWith("[x]") ? "DONE" : "TODO";
    const words = first?.text?.slice(4) ?? "";
    const inline = words === "" ? rest : [{ ...first, type: "text", text: words }, ...rest];
    return [{ type: "taskItem", attrs: { state }, content: inline }, ...nested];
  });
  return { type: "taskList", content };
}

function isList({ type }: AdfNode): boolean {
  return type === "bulletList" || type === "orderedList";
}

const listMarker = /^([*#]+|-)\s+(?=\S)/;
const maxListDepth = 10;

/** A line that goes on with the paragraph before it. */
function isPlain(line: string): boolean {
  const start = line.trim();
  return (
    start !== "" &&
    !listMarker.test(start) &&
    !/^(?:h[1-6]\.|bq\. |\||-{4,}$|\{(?:code|noformat|quote|panel)[:}])/.test(start)
  );
}

/** Quotes and panels in quotes and panels lose their frame: Jira's own renderer mixes them up as well. */
function withoutMacros(line: string): string {
  return line.replaceAll(/\{(?:quote|panel)(?::[^{}]{0,300})?\}/g, "");
}

function codeBlock(code: string, parameters: string): AdfNode {
  const [first = ""] = parameters.split("|");
  const language = first.includes("=") ? (/(?:^|\|)language=(\w+)/.exec(parameters)?.[1] ?? "") : first;
  return {
    type: "codeBlock",
    ...(language !== "" && { attrs: { language } }),
    ...(code !== "" && { content: [text(code)] }),
  };
}

/** At the bars that are not within a link or a macro. */
function splitCells(row: string): string[] {
  const cells: string[] = [];
  let depth = 0;
  let cell = "";
  let previous = "";
  for (const character of row) {
    const isEscaped = previous === "\\";
    previous = isEscaped ? "" : character;
    if (isEscaped) {
      cell += character;
      continue;
    }
    if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth = Math.max(depth - 1, 0);
    if (character === "|" && depth === 0) {
      cells.push(cell);
      cell = "";
    } else {
      cell += character;
    }
  }
  return [...cells, cell];
}
