import MarkdownIt from "markdown-it";
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
  // Column alignment is a style in markdown-it, and styles are not allowed.
  markdown.core.ruler.push("column-alignment", (state) => {
    for (const token of state.tokens) {
      const alignment = /^text-align:(left|center|right)$/.exec(String(token.attrGet("style") ?? ""))?.[1];
      if (alignment !== undefined) token.attrs = [["align", alignment]];
    }
  });
  markdown.renderer.rules["html_inline"] = (tokens, index) => harmlessHtml(tokens[index]?.content ?? "");
  markdown.renderer.rules["html_block"] = markdown.renderer.rules["html_inline"];
  const image = markdown.renderer.rules["image"];
  markdown.renderer.rules["image"] = (tokens, index, options, env, self) => {
    // An address under another name is never loaded, not even while it is parsed.
    const attributes = tokens[index]?.attrs?.find(([name]) => name === "src");
    if (attributes) attributes[0] = "data-source";
    return image?.(tokens, index, options, env, self) ?? "";
  };
  const sanitize = createSanitizer();
  return (source) => sanitize(markdown.render(source));
}
