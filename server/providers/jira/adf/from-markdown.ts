import MarkdownIt, { type Token } from "markdown-it";
import { fitted } from "./fit.ts";
import {
  type AdfDocument,
  type AdfMark,
  type AdfNode,
  document,
  type DocumentPlace,
  paragraph,
  text,
} from "./nodes.ts";
import { panelOfAlert } from "./panels.ts";
import { isLinkable, mediaOf, mentionOf } from "./references.ts";

/** Beyond it, markdown-it leaves text out: such a text is taken as it stands. */
const maxNesting = 60;

/**
 * Markdown as a document of Jira's: CommonMark with GitHub's tables, task lists, alerts and strike-through; a line
 * break is one, as comments are previewed. HTML stays text. The result obeys the format's rules of what may stand in
 * what, because Jira refuses the whole document otherwise.
 */
export function markdownToAdf(markdown: string, place: Pick<DocumentPlace, "profiles">): AdfDocument {
  const parser = new MarkdownIt({ html: false, linkify: true, maxNesting });
  parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  const tokens = parser.parse(markdown, {});
  if (tokens.some(({ level }) => level >= maxNesting - 2)) return plainDocument(markdown);
  const reader = new TokenReader(place);
  return document(fitted("doc", reader.blocks(treeOf(tokens))));
}

function plainDocument(markdown: string): AdfDocument {
  const lines = markdown.split("\n").filter((line) => line.trim() !== "");
  return document(lines.map((line) => paragraph([text(line)])));
}

/** A token with what stands between its opening and its closing. */
interface TokenTree {
  token: Token;
  children: TokenTree[];
}

function treeOf(tokens: readonly Token[]): TokenTree[] {
  const root: TokenTree[] = [];
  const open = [root];
  for (const token of tokens) {
    if (token.nesting === -1) {
      open.pop();
      continue;
    }
    const tree = { token, children: [] };
    open.at(-1)?.push(tree);
    if (token.nesting === 1) open.push(tree.children);
  }
  return root;
}

class TokenReader {
  readonly #place: Pick<DocumentPlace, "profiles">;
  #tasks = 0;

  constructor(place: Pick<DocumentPlace, "profiles">) {
    this.#place = place;
  }

  blocks(trees: readonly TokenTree[]): AdfNode[] {
    return trees.flatMap((tree) => this.#block(tree));
  }

  #block({ token, children }: TokenTree): AdfNode[] {
    switch (token.type) {
      case "paragraph_open":
        return this.#paragraphs(children);
      case "heading_open": {
        const level = Number(token.tag.slice(1));
        return [{ type: "heading", attrs: { level }, content: this.#inlineOf(children) }];
      }
      case "bullet_list_open":
        return [this.#taskList(children) ?? { type: "bulletList", content: this.#items(children) }];
      case "ordered_list_open": {
        const order = Number(token.attrGet("start") ?? 1);
        return [{ type: "orderedList", attrs: { order }, content: this.#items(children) }];
      }
      case "blockquote_open":
        return [this.#quote(children)];
      case "fence":
      case "code_block":
        return [codeBlock(token)];
      case "hr":
        return [{ type: "rule" }];
      case "table_open":
        return [this.#table(children)];
      case "inline":
        return [paragraph(this.#inline(token))];
      default:
        return this.blocks(children);
    }
  }

  /** A paragraph; images stand on their own in Jira. */
  #paragraphs(children: readonly TokenTree[]): AdfNode[] {
    const blocks: AdfNode[] = [];
    let open: AdfNode[] = [];
    const close = () => {
      const content = trimmed(open);
      if (content.length > 0) blocks.push(paragraph(content));
      open = [];
    };
    for (const node of this.#inlineOf(children)) {
      if (node.type !== "media") {
        open.push(node);
        continue;
      }
      close();
      blocks.push({ type: "mediaSingle", attrs: { layout: "center" }, content: [node] });
    }
    close();
    return blocks;
  }

  #items(children: readonly TokenTree[]): AdfNode[] {
    return children.map((item) => ({ type: "listItem", content: this.blocks(item.children) }));
  }

  /** A list all of whose items are tasks, and simple enough for Jira's task lists; else null. */
  #taskList(children: readonly TokenTree[]): AdfNode | null {
    const isTask = ({ children: [first, second, ...more] }: TokenTree): boolean =>
      first?.token.type === "paragraph_open" &&
      taskMark.test(first.children[0]?.token.content ?? "") &&
      more.length === 0 &&
      (second === undefined || (second.token.type === "bullet_list_open" && second.children.every(isTask)));
    if (!children.every(isTask)) return null;
    const content = children.flatMap(({ children: [first, second] }) => {
      const nested = second ? this.#taskList(second.children) : null;
      const item = this.#task(first?.children[0]?.token);
      return nested ? [item, nested] : [item];
    });
    return { type: "taskList", attrs: { localId: this.#localId() }, content };
  }

  #task(token: Token | undefined): AdfNode {
    const [mark = ""] = taskMark.exec(token?.content ?? "") ?? [];
    const content = withoutStart(token ? this.#inline(token) : [], mark.length).filter(({ type }) => type !== "media");
    const state = mark.startsWith("[ ]") ? "TODO" : "DONE";
    return { type: "taskItem", attrs: { localId: this.#localId(), state }, content };
  }

  /** Distinct within the document, which is all Jira asks for. */
  #localId(): string {
    this.#tasks += 1;
    return `task-${this.#tasks}`;
  }

  #quote(children: readonly TokenTree[]): AdfNode {
    const [first] = children;
    const [mark, alert = ""] = /^\[!([A-Za-z]+)\](?:\n|$)/.exec(first?.children[0]?.token.content ?? "") ?? [];
    const panelType = mark === undefined ? undefined : panelOfAlert(alert);
    const content = this.blocks(children);
    if (mark === undefined || panelType === undefined) return { type: "blockquote", content };
    const [lead, ...rest] = content;
    const inline = withoutStart(lead?.content ?? [], mark.trimEnd().length);
    const kept = trimmed(inline);
    return { type: "panel", attrs: { panelType }, content: kept.length > 0 ? [paragraph(kept), ...rest] : rest };
  }

  #table(parts: readonly TokenTree[]): AdfNode {
    const rows = parts.flatMap((part) => part.children);
    const content = rows.map(({ children }) => ({
      type: "tableRow",
      content: children.map((cell) => ({
        type: cell.token.type === "th_open" ? "tableHeader" : "tableCell",
        content: this.#paragraphs(cell.children),
      })),
    }));
    const [header, ...body] = content;
    const empty = header?.content.every((cell) => cell.content.length === 0) ?? false;
    return { type: "table", content: empty && body.length > 0 ? body : content };
  }

  #inlineOf(children: readonly TokenTree[]): AdfNode[] {
    return children.flatMap(({ token }) => (token.type === "inline" ? this.#inline(token) : []));
  }

  #inline(token: Token): AdfNode[] {
    return this.#nodes(treeOf(token.children ?? []), []);
  }

  #nodes(trees: readonly TokenTree[], marks: AdfMark[]): AdfNode[] {
    return merged(trees.flatMap((tree) => this.#node(tree, marks)));
  }

  #node({ token, children }: TokenTree, marks: AdfMark[]): AdfNode[] {
    switch (token.type) {
      case "text":
      case "text_special":
        return token.content === "" ? [] : [text(token.content, marks)];
      case "softbreak":
      case "hardbreak":
        return [{ type: "hardBreak" }];
      case "code_inline":
        // Jira allows code together with a link only.
        return [text(token.content, [...marks.filter(({ type }) => type === "link"), { type: "code" }])];
      case "strong_open":
        return this.#nodes(children, withMark(marks, { type: "strong" }));
      case "em_open":
        return this.#nodes(children, withMark(marks, { type: "em" }));
      case "s_open":
        return this.#nodes(children, withMark(marks, { type: "strike" }));
      case "link_open":
        return this.#link(token, children, marks);
      case "image":
        return image(token, marks);
      default:
        return token.content === "" ? this.#nodes(children, marks) : [text(token.content, marks)];
    }
  }

  #link(token: Token, children: readonly TokenTree[], marks: AdfMark[]): AdfNode[] {
    const href = String(token.attrGet("href") ?? "");
    const label = labelOf(children);
    if (token.markup === "autolink" && /^https?:/.test(href)) return [{ type: "inlineCard", attrs: { url: href } }];
    const media = mediaOf(href, label);
    if (media) return [media];
    const mention = mentionOf(href, label, this.#place);
    if (mention) return [mention];
    const linked = isLinkable(href) ? withMark(marks, { type: "link", attrs: { href } }) : marks;
    return this.#nodes(children, linked);
  }
}

const taskMark = /^\[[ xX]\](?:\s+|$)/;

function codeBlock(token: Token): AdfNode {
  const [language = ""] = token.info.trim().split(/\s/, 1);
  const code = token.content.replace(/\n$/, "");
  return {
    type: "codeBlock",
    ...(language !== "" && { attrs: { language } }),
    ...(code !== "" && { content: [text(code)] }),
  };
}

function image(token: Token, marks: AdfMark[]): AdfNode[] {
  const src = String(token.attrGet("src") ?? "");
  const media = mediaOf(src, token.content);
  if (media) return [media];
  if (/^https?:\/\//i.test(src)) {
    const alt = token.content === "" ? {} : { alt: token.content };
    return [{ type: "media", attrs: { type: "external", url: src, ...alt } }];
  }
  return token.content === "" ? [] : [text(token.content, marks)];
}

function labelOf(children: readonly TokenTree[]): string {
  return children.map(({ token, children: inner }) => token.content || labelOf(inner)).join("");
}

function withMark(marks: AdfMark[], mark: AdfMark): AdfMark[] {
  return marks.some(({ type }) => type === mark.type) ? marks : [...marks, mark];
}

/** Neighbours of the same marks as one: markdown-it cuts text at every escaped character. */
function merged(nodes: readonly AdfNode[]): AdfNode[] {
  const result: AdfNode[] = [];
  for (const node of nodes) {
    const last = result.at(-1);
    if (node.type === "text" && last?.type === "text" && JSON.stringify(node.marks) === JSON.stringify(last.marks)) {
      result[result.length - 1] = { ...last, text: `${last.text ?? ""}${node.text ?? ""}` };
    } else {
      result.push(node);
    }
  }
  return result;
}

/** Without spaces and line breaks at both ends. */
function trimmed(nodes: readonly AdfNode[]): AdfNode[] {
  const isBlank = (node: AdfNode | undefined) =>
    node?.type === "hardBreak" || (node?.type === "text" && (node.text ?? "").trim() === "");
  let from = 0;
  let to = nodes.length;
  while (from < to && isBlank(nodes[from])) from += 1;
  while (to > from && isBlank(nodes[to - 1])) to -= 1;
  return nodes.slice(from, to);
}

/** Without that many characters at the start, which are known to be plain text. */
function withoutStart(nodes: readonly AdfNode[], characters: number): AdfNode[] {
  const [first, ...rest] = nodes;
  if (first?.type !== "text") return [...nodes];
  const left = (first.text ?? "").slice(characters);
  return left === "" ? rest : [{ ...first, text: left }, ...rest];
}
