import MarkdownIt, { type RendererRule, type Token } from "markdown-it";
import { harmlessHtml } from "./harmless-html.ts";
import { createSanitizer } from "./sanitize.ts";

/** Renders untrusted Markdown as elements: harmless HTML first, then sanitised all the same. */
export type RenderMarkdown = (source: string) => DocumentFragment;

/**
 * GitHub's flavour: tables, strike-through, bare addresses, a line's end breaks the line, and a little HTML
 * (harmless-html.ts). Task lists are made afterwards, from elements (rich-text.ts).
 */
export function createMarkdown(): RenderMarkdown {
  const markdown = new MarkdownIt({ html: true, linkify: true, breaks: true });
  // Bare words that look like domains stay words: README.md is a file.
  markdown.linkify.set({ fuzzyLink: false, fuzzyIP: false });
  markdown.core.ruler.push("harmless-attributes", ({ tokens }) => {
    for (const token of tokens) {
      // Column alignment is a style in markdown-it, and styles are not allowed.
      const alignment = /^text-align:(left|center|right)$/.exec(String(token.attrGet("style") ?? ""))?.[1];
      if (alignment !== undefined) token.attrs = [["align", alignment]];
      for (const child of token.children ?? []) if (child.type === "image") hideAddress(child);
    }
  });
  let open: string[] = [];
  const html: RendererRule = (tokens, index) => harmlessHtml(tokens[index]?.content ?? "", open);
  markdown.renderer.rules["html_inline"] = html;
  markdown.renderer.rules["html_block"] = html;
  const sanitize = createSanitizer();
  return (source) => {
    open = [];
    return sanitize(markdown.render(source));
  };
}

/** Renames an image's address: under another name it is never loaded, not even while it is parsed. */
function hideAddress(image: Token): void {
  const source = image.attrs?.find(([name]) => name === "src");
  if (source) source[0] = "data-source";
}
