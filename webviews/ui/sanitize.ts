import createDOMPurify from "dompurify";

/** Turns untrusted HTML into elements that can do nothing. */
export type Sanitize = (html: string) => DocumentFragment;

// prettier-ignore
const tags = [
  "a", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5",
  "h6", "hr", "i", "img", "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "samp", "span", "strong", "sub", "summary",
  "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "ul", "var",
];

// No style, id, name or event handler; class is cut to a code block's language below.
const attributes = ["href", "title", "alt", "align", "class", "colspan", "rowspan", "start", "open", "data-source"];

/**
 * The one place where text becomes HTML. The answer is a fragment, never text that is parsed a second time, so that no
 * mutation of the markup can happen after the check. Images have no address but in `data-source`, which loads nothing.
 * Addresses other than http, https, mailto and relative ones are dropped.
 */
export function createSanitizer(): Sanitize {
  const purify = createDOMPurify(window);
  purify.addHook("beforeSanitizeAttributes", (node) => {
    // Texts pass here too.
    if (!(node instanceof Element)) return;
    const language = node.nodeName === "CODE" ? /^language-[\w+#.-]{1,30}$/.exec(node.className)?.[0] : undefined;
    if (language === undefined) node.removeAttribute("class");
  });
  return (html) =>
    purify.sanitize(html, {
      ALLOWED_TAGS: tags,
      ALLOWED_ATTR: attributes,
      ALLOW_DATA_ATTR: false,
      ALLOW_ARIA_ATTR: false,
      ALLOWED_NAMESPACES: ["http://www.w3.org/1999/xhtml"],
      ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
      RETURN_DOM_FRAGMENT: true,
    });
}
