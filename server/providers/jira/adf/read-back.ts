import MarkdownIt, { type Token } from "markdown-it";

/** Reads inline markdown as its readers will, to see whether its delimiters are taken for such. */
export class ReadBack {
  #parser: InstanceType<typeof MarkdownIt> | null = null;

  /** The text that is left when the markup is taken away. */
  text(markdown: string): string {
    this.#parser ??= new MarkdownIt({ html: false });
    return textOf(this.#parser.parseInline(markdown, {}));
  }
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map((token) => (token.children ? textOf(token.children) : token.content || "\n")).join("");
}
