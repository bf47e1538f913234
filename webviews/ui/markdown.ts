import MarkdownIt from "markdown-it";
import { createSanitizer } from "./sanitize.ts";

/** Renders untrusted Markdown as elements. */
export type RenderMarkdown = (source: string) => DocumentFragment;

/**
 * GitHub's flavour: tables, strike-through, bare addresses, a line's end breaks the line, and the harmless part of HTML
 * (`details`, `kbd`, `sub` …). Task lists are made afterwards, from elements (rich-text.ts).
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
  const sanitize = createSanitizer();
  return (source) => sanitize(markdown.render(source));
}
