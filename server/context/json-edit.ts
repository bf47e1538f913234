/** Where a member stands in the text of a JSON object. */
export interface Member {
  /** Index of the opening quote of its name. */
  start: number;
  valueStart: number;
  valueEnd: number;
}

const stringLiteral = /"(?:[^"\\]|\\.)*"/y;
const scalar = /[^\s,\]}]+/y;

/**
 * JSON with `//` and block comments blanked out, so that every position stays where it was. Comments inside strings
 * are text.
 */
export function blankComments(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, (match) =>
    match.startsWith('"') ? match : match.replace(/[^\r\n]/g, " "),
  );
}

/**
 * Finds a member of the object that opens at `open`.
 * @param json Valid JSON; comments blanked out.
 * @returns undefined where the object has no such member.
 */
export function findMember(json: string, open: number, name: string): Member | undefined {
  let at = skipSpace(json, open + 1);
  while (json[at] === '"') {
    const start = at;
    const nameEnd = matchEnd(stringLiteral, json, at);
    const valueStart = skipSpace(json, skipSpace(json, nameEnd) + 1);
    const valueEnd = skipValue(json, valueStart);
    if (JSON.parse(json.slice(start, nameEnd)) === name) return { start, valueStart, valueEnd };
    at = skipSpace(json, valueEnd);
    if (json[at] === ",") at = skipSpace(json, at + 1);
  }
  return undefined;
}

/** Puts a member in front of the others of the object that opens at `open`, in the way the object is laid out. */
export function insertFirstMember(text: string, json: string, open: number, member: string): string {
  const next = skipSpace(json, open + 1);
  const gap = json.slice(open + 1, next);
  const empty = json[next] === "}";
  const lineStart = open + 1 + gap.lastIndexOf("\n") + 1;
  // Of the text itself: in `json` a comment on that line looks like more indentation.
  const indent = /^[ \t]*/.exec(text.slice(lineStart, next))?.[0] ?? "";
  const newline = gap.includes("\r\n") ? "\r\n" : "\n";
  const lead = gap.includes("\n") && !empty ? newline + indent : " ";
  return `${text.slice(0, open + 1)}${lead}${member}${empty ? (gap === "" ? " " : "") : ","}${text.slice(open + 1)}`;
}

/** Takes a member out, with its comma; the reverse of {@link insertFirstMember} for a first one. */
export function removeMember(text: string, json: string, open: number, member: Member): string {
  const after = skipSpace(json, member.valueEnd);
  if (json[after] === ",") {
    const from = json.slice(open + 1, member.start).trim() === "" ? open + 1 : member.start;
    const to = from === open + 1 ? after + 1 : skipSpace(json, after + 1);
    return text.slice(0, from) + text.slice(to);
  }
  const comma = json.lastIndexOf(",", member.start);
  const from = comma > open && json.slice(comma + 1, member.start).trim() === "" ? comma : open + 1;
  return text.slice(0, from) + text.slice(member.valueEnd);
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (at < json.length && " \t\r\n".includes(json[at] ?? "")) at += 1;
  return at;
}

function skipValue(json: string, from: number): number {
  const opening = json[from];
  if (opening === '"') return matchEnd(stringLiteral, json, from);
  if (opening !== "{" && opening !== "[") return matchEnd(scalar, json, from);
  let depth = 0;
  let at = from;
  while (at < json.length) {
    const character = json[at];
    if (character === '"') {
      at = matchEnd(stringLiteral, json, at);
      continue;
    }
    if (character === "{" || character === "[") depth += 1;
    if (character === "}" || character === "]") depth -= 1;
    at += 1;
    if (depth === 0) break;
  }
  return at;
}

function matchEnd(pattern: RegExp, json: string, from: number): number {
  pattern.lastIndex = from;
  const match = pattern.exec(json);
  return match ? from + match[0].length : from + 1;
}
