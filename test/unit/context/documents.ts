import type { ContextIssue } from "../../../server/context/issue-facts.ts";

/** A small generator of the same sequence for the same seed (mulberry32), so that a failing case can be repeated. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const plainPieces = [
  "word ",
  "Größe ",
  "漢字",
  "🚀",
  "\n",
  "\r\n",
  "# Title\n",
  "- item\n",
  "\t",
  "`code`",
  "```\n",
  "~~~~\n",
];
const hostilePieces = [
  ...plainPieces,
  "<!-- aiops-base:start -->",
  "<!-- aiops-base:end -->",
  "<!-- issue-context:start -->",
  "<!-- issue-context:end -->",
  "<!-- issue-notes:start x -->",
  "<!-- issue-notes:end -->",
  "<!--",
  "-->",
  "@~/.ssh/id_rsa ",
  "\n@./CLAUDE.md\n",
  "someone@example.org ",
  "\u001b[31mred\u001b[0m",
  "\u202Egnp.exe",
  "<!\u200B--",
  "\u0000\u0007\u009B",
  "\uD800",
  "`".repeat(90),
  "~".repeat(90),
  "### Comment 1 of 2\n",
  "### Facts\n",
  "_Cut: the first 1 of 2 bytes_\n",
];

function text(random: (below: number) => number, pieces: readonly string[], most: number): string {
  return Array.from({ length: random(most + 1) }, () => pieces[random(pieces.length)] ?? "").join("");
}

/** A person's own text or an AGENTS.md without our markers. */
export function plainText(random: (below: number) => number, most: number): string {
  return text(random, plainPieces, most);
}

/** What a stranger could write. */
export function hostileText(random: (below: number) => number, most: number): string {
  return text(random, hostilePieces, most);
}

/** An issue with nothing in it but what a test gives. */
export function issueOf(fields: Partial<ContextIssue> = {}): ContextIssue {
  return {
    id: "iss_1",
    key: "#12",
    title: "Keep the session over a reload",
    body: "",
    url: "https://tracker.example/acme/app/issues/12",
    status: "open",
    rawStatus: "open",
    labels: [],
    assignees: [],
    author: { id: "7", name: "Ada" },
    milestone: null,
    comments: [],
    ...fields,
  };
}

export function commentOf(number: number, body: string, fromCollaborator = true): ContextIssue["comments"][number] {
  const at = new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString();
  return {
    id: `c${String(number)}`,
    author: { id: "8", name: "Bob" },
    body,
    createdAt: at,
    updatedAt: at,
    fromCollaborator,
  };
}

export function occurrences(haystack: string, needle: string): number {
  return haystack.split(needle).length - 1;
}
