import { type AdfMark, type AdfNode, type DocumentPlace, text } from "../adf/nodes.ts";
import { isLinkable } from "../adf/references.ts";

/** The text effects that markdown has too: https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all */
const effects: ReadonlyMap<string, string> = new Map([
  ["*", "strong"],
  ["_", "em"],
  ["-", "strike"],
]);

/** Beyond it effects in effects stay text. */
const maxEffects = 6;

/** One paragraph of Jira's wiki markup as inline nodes. Effects that markdown lacks (colour, `+inserted+`) lose theirs. */
export function wikiInline(source: string, place: DocumentPlace): AdfNode[] {
  return new InlineReader(source.replaceAll(/\{color(?::[^{}]{0,40})?\}/g, ""), place).read();
}

class InlineReader {
  readonly #source: string;
  readonly #place: DocumentPlace;
  readonly #nodes: AdfNode[] = [];
  readonly #marks: AdfMark[];
  /** Closing characters that were looked for in vain: not again. */
  readonly #missing = new Set<string>();
  #pending = "";
  #at = 0;

  constructor(source: string, place: DocumentPlace, marks: AdfMark[] = []) {
    this.#source = source;
    this.#place = place;
    this.#marks = marks;
  }

  read(): AdfNode[] {
    while (this.#at < this.#source.length) {
      if (!this.#special()) {
        this.#pending += this.#source.charAt(this.#at);
        this.#at += 1;
      }
    }
    this.#flush();
    return this.#nodes;
  }

  /** Reads markup where there is some. */
  #special(): boolean {
    const source = this.#source;
    const character = source.charAt(this.#at);
    switch (character) {
      case "\\":
        return this.#backslash();
      case "\n":
        this.#push({ type: "hardBreak" });
        this.#at += 1;
        return true;
      case "{":
        return source.startsWith("{{", this.#at) && this.#code();
      case "[":
        return this.#link();
      case "!":
        return this.#image();
      default:
        return effects.has(character) && this.#effect(character);
    }
  }

  #backslash(): boolean {
    const next = this.#source.charAt(this.#at + 1);
    if (next === "\\") this.#push({ type: "hardBreak" });
    else if (/[\p{P}\p{S}]/u.test(next)) this.#pending += next;
    else return false;
    this.#at += 2;
    return true;
  }

  #code(): boolean {
    const end = this.#find("}}", this.#at + 2);
    if (end <= this.#at + 2) return false;
    this.#push(text(this.#source.slice(this.#at + 2, end).replaceAll("\n", " "), [{ type: "code" }]));
    this.#at = end + 2;
    return true;
  }

  /** `[text|address]`, `[address]`, `[~person]`, `[^file]`. */
  #link(): boolean {
    const end = this.#find("]", this.#at + 1);
    if (end === -1 || end - this.#at > 4000) return false;
    const inner = this.#source.slice(this.#at + 1, end);
    if (inner.includes("\n") || inner.includes("[")) return false;
    const node = this.#linkNodes(inner);
    if (node === null) return false;
    this.#flush();
    this.#nodes.push(...node);
    this.#at = end + 1;
    return true;
  }

  #linkNodes(inner: string): AdfNode[] | null {
    const person = /^~(?:accountid:)?(\S+)$/.exec(inner)?.[1];
    if (person !== undefined) return [{ type: "mention", attrs: { id: person, text: `@${person}` } }];
    const file = /^\^([^|]+)$/.exec(inner)?.[1];
    if (file !== undefined) return [mediaNode(file)];
    const bar = inner.indexOf("|");
    const label = bar === -1 ? "" : inner.slice(0, bar);
    const [href = ""] = inner.slice(bar + 1).split("|");
    if (!isLinkable(href.trim())) return null;
    const marks = [...this.#marks, { type: "link", attrs: { href: href.trim() } }];
    if (label.trim() === "") return [text(href.trim(), marks)];
    return new InlineReader(label, this.#place, marks).read();
  }

  /** `!file.png!`, `!file.png|width=200!`, `!https://…!`. */
  #image(): boolean {
    const end = this.#find("!", this.#at + 1);
    const [name = ""] = end === -1 ? [] : this.#source.slice(this.#at + 1, end).split("|");
    if (end - this.#at > 1000 || !/^\S.*\.\w{2,5}$|^https?:\/\/\S+$/.test(name)) return false;
    this.#push(mediaNode(name));
    this.#at = end + 1;
    return true;
  }

  #effect(character: string): boolean {
    const source = this.#source;
    const type = effects.get(character);
    const before = this.#at === 0 ? " " : source.charAt(this.#at - 1);
    if (type === undefined || this.#marks.length >= maxEffects || /[\p{L}\p{N}]/u.test(before)) return false;
    if (/^\s?$/.test(source.charAt(this.#at + 1)) || source.charAt(this.#at + 1) === character) return false;
    if (this.#missing.has(character)) return false;
    for (let end = this.#at + 2; end < source.length && source.charAt(end) !== "\n"; end += 1) {
      if (source.charAt(end) !== character || /[\s\\]/.test(source.charAt(end - 1))) continue;
      if (/[\p{L}\p{N}]/u.test(source.charAt(end + 1))) continue;
      this.#flush();
      const inner = new InlineReader(source.slice(this.#at + 1, end), this.#place, [...this.#marks, { type }]);
      this.#nodes.push(...inner.read());
      this.#at = end + 1;
      return true;
    }
    this.#missing.add(character);
    return false;
  }

  /** Where it occurs next; -1 also where an earlier search reached the end without finding it. */
  #find(wanted: string, from: number): number {
    if (this.#missing.has(wanted)) return -1;
    const found = this.#source.indexOf(wanted, from);
    if (found === -1) this.#missing.add(wanted);
    return found;
  }

  #push(node: AdfNode): void {
    this.#flush();
    this.#nodes.push(node);
  }

  #flush(): void {
    if (this.#pending !== "") this.#nodes.push(text(this.#pending, this.#marks));
    this.#pending = "";
  }
}

function mediaNode(name: string): AdfNode {
  return /^https?:\/\//.test(name)
    ? { type: "media", attrs: { type: "external", url: name } }
    : { type: "media", attrs: { type: "file", alt: name } };
}
