/** The elements people write in issues for their looks, each with the attributes it may keep. */
const elements: Record<string, string[]> = {
  a: ["href", "title"],
  b: [],
  blockquote: [],
  br: [],
  code: [],
  dd: [],
  del: [],
  details: ["open"],
  div: ["align"],
  dl: [],
  dt: [],
  em: [],
  h1: ["align"],
  h2: ["align"],
  h3: ["align"],
  h4: ["align"],
  h5: ["align"],
  h6: ["align"],
  hr: [],
  i: [],
  img: ["src", "alt", "title"],
  ins: [],
  kbd: [],
  li: [],
  ol: ["start"],
  p: ["align"],
  pre: [],
  q: [],
  s: [],
  samp: [],
  span: [],
  strong: [],
  sub: [],
  summary: [],
  sup: [],
  table: [],
  tbody: [],
  td: ["align", "colspan", "rowspan"],
  tfoot: [],
  th: ["align", "colspan", "rowspan"],
  thead: [],
  tr: [],
  tt: [],
  ul: [],
  var: [],
};

const withoutContent = new Set(["br", "hr", "img"]);
/** Those a parser ends by itself, which people leave open. */
const closedByParser = new Set(["dd", "dt", "li", "p", "tbody", "td", "tfoot", "th", "thead", "tr"]);

/** Deeper, the time a parser takes grows with the square of the text. */
const deepest = 30;

/**
 * Keeps the harmless elements of untrusted HTML, written anew with few attributes, drops comments, and makes text of the
 * rest, so that a `<T>` or a `<script>` is read instead of lost. What comes out is still sanitised: this is the first of
 * two checks, and it keeps everything that loads, runs or styles away from the parser, where the content security policy
 * would report it although it is inert.
 *
 * `open` are the elements that earlier HTML of the same text has left open, outermost first; it is kept up to date.
 */
export function harmlessHtml(html: string, open: string[]): string {
  let made = "";
  let position = 0;
  while (position < html.length) {
    const next = html.indexOf("<", position);
    if (next === -1) return made + html.slice(position);
    made += html.slice(position, next);
    if (html.startsWith("<!--", next)) {
      const end = html.indexOf("-->", next + 4);
      if (end === -1) return made;
      position = end + 3;
      continue;
    }
    const tag = readTag(html, next);
    const kept = tag !== undefined && nest(tag, open);
    made += kept ? tag.written : "&lt;";
    position = kept ? tag.end : next + 1;
  }
  return made;
}

interface Tag {
  name: string;
  closes: boolean;
  /** The tag anew. */
  written: string;
  /** Where the text goes on. */
  end: number;
}

/** Whether the tag fits where it stands: not too deep, and closing only what is open. */
function nest({ name, closes }: Tag, open: string[]): boolean {
  if (withoutContent.has(name)) return !closes;
  if (closedByParser.has(name)) return true;
  if (closes) {
    const place = open.lastIndexOf(name);
    if (place === -1) return false;
    open.splice(place);
    return true;
  }
  if (open.length >= deepest) return false;
  open.push(name);
  return true;
}

/** Reads the tag that begins at `start`; undefined where there is none that may stay. */
function readTag(html: string, start: number): Tag | undefined {
  const opening = /<(\/?)([a-z][a-z0-9-]*)/iy;
  const attribute = /\s+([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/y;
  const closing = /\s*\/?>/y;
  opening.lastIndex = start;
  const named = opening.exec(html);
  const name = named?.[2]?.toLowerCase() ?? "";
  const allowed = Object.hasOwn(elements, name) ? elements[name] : undefined;
  if (!named || !allowed) return undefined;

  let written = "";
  attribute.lastIndex = opening.lastIndex;
  closing.lastIndex = opening.lastIndex;
  for (let found = attribute.exec(html); found; found = attribute.exec(html)) {
    closing.lastIndex = attribute.lastIndex;
    const key = found[1]?.toLowerCase() ?? "";
    if (allowed.includes(key)) written += writeAttribute(key, found[2] ?? found[3] ?? found[4] ?? "");
  }
  if (!closing.test(html)) return undefined;
  const closes = named[1] === "/";
  return { name, closes, written: closes ? `</${name}>` : `<${name}${written}>`, end: closing.lastIndex };
}

/** Entities in the value stay as they are; an image's address goes where it loads nothing. */
function writeAttribute(name: string, value: string): string {
  const quoted = value.replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return ` ${name === "src" ? "data-source" : name}="${quoted}"`;
}
