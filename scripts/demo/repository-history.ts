/** A commit on the demo repository's main branch: the files it adds or changes, with their whole content. */
export interface DemoCommit {
  /** Login of one of the demo's people. */
  author: string;
  at: string;
  message: string;
  files: Readonly<Record<string, string>>;
}

const readme = `# aiops (demo)

A few rules of a control plane for issues, workspaces and AI sessions, small enough to read in a minute and real enough
to work on. There is nothing to install: Node.js 22 or later runs it.

    npm test

| file | what it decides |
| --- | --- |
| \`src/status.ts\` | whether a tracker's status means open or closed |
| \`src/branch-name.ts\` | what the branch of an issue is called |
| \`src/session-state.ts\` | what a session is doing, from what tmux says |
| \`src/send-prompt.ts\` | how a prompt gets into a session |
| \`src/print.ts\` | how a title is printed in a terminal |
`;

const packageJson = `{
  "name": "aiops-demo",
  "private": true,
  "type": "module",
  "scripts": { "test": "node --test \\"test/*.test.ts\\"" },
  "engines": { "node": ">=22.18" }
}
`;

const agents = `# How we work here

- Run \`npm test\` before you say that something is done, and say what you saw.
- A change of behaviour comes with a test that fails without it.
- Rules in \`src/\` are pure functions: no clock, no network, no files.
- Do not add dependencies.
- Commit messages are one imperative sentence. Name the issue: "Keep line feeds in prompts (#14)".
`;

const firstStatus = `const closed = ["closed", "done", "resolved", "fixed"];

/** Whether a tracker's status means that nothing is left to do. */
export function isClosed(status: string): boolean {
  return closed.some((word) => status.toLowerCase().includes(word));
}
`;

const firstStatusTest = `import assert from "node:assert/strict";
import { test } from "node:test";
import { isClosed } from "../src/status.ts";

test("knows the words for closed", () => {
  for (const status of ["Closed", "done", "RESOLVED", "Fixed"]) assert.equal(isClosed(status), true);
});
`;

const status = `const closed = ["closed", "done", "resolved", "fixed", "merged", "shipped", "cancelled"];

/**
 * Whether a tracker's status means that nothing is left to do. Whole words only, so that "Unresolved" is open; what
 * nobody knows is open too: better to see one issue too many than to lose one.
 */
export function isClosed(status: string): boolean {
  const words = status.toLowerCase().split(/[^\\p{L}\\p{N}]+/u);
  return closed.some((word) => words.includes(word));
}
`;

const statusTest = `import assert from "node:assert/strict";
import { test } from "node:test";
import { isClosed } from "../src/status.ts";

test("knows the words for closed", () => {
  for (const status of ["Closed", "done", "RESOLVED", "Fixed in 1.2"]) assert.equal(isClosed(status), true, status);
});

test("takes everything else for open", () => {
  for (const status of ["open", "Unresolved", "Waiting for customer", ""]) assert.equal(isClosed(status), false, status);
});
`;

const branchName = `/**
 * What the branch of an issue is called: issue/14-pasted-prompts-lose-everything.
 *
 * @param key As people say it: #14 or PROJ-14.
 */
export function branchName(key: string, title: string): string {
  const number = key.replace(/^#/, "").toLowerCase();
  const slug = title
    .normalize("NFKD")
    .replace(/\\p{M}/gu, "")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
    .slice(0, 5)
    .join("-");
  return slug === "" ? \`issue/\${number}\` : \`issue/\${number}-\${slug}\`;
}
`;

const branchNameTest = `import assert from "node:assert/strict";
import { test } from "node:test";
import { branchName } from "../src/branch-name.ts";

test("names a branch after key and title", () => {
  assert.equal(branchName("#14", "Pasted prompts lose everything after"), "issue/14-pasted-prompts-lose-everything-after");
  assert.equal(branchName("PROJ-7", "Übersicht lädt 🐢 langsam"), "issue/proj-7-ubersicht-ladt-langsam");
});

test("makes do with the key where a title leaves nothing", () => {
  assert.equal(branchName("#88", "日本語"), "issue/88");
});
`;

const firstSessionState = `export type SessionState = "working" | "idle" | "exited";

/** One line of \`tmux list-panes -a\`, taken apart. */
export interface Pane {
  command: string;
}

/** What a session is doing. A shell at its prompt is idle, anything else is working. */
export function sessionState(pane: Pane): SessionState {
  return /^-?(ba|z|fi)?sh$/.test(pane.command) ? "idle" : "working";
}
`;

const sessionState = `export type SessionState = "working" | "idle" | "exited";

/** One line of \`tmux list-panes -a\`, taken apart. */
export interface Pane {
  command: string;
  /** With remain-on-exit a dead pane keeps its last command and looks alive. */
  dead: boolean;
}

/** What a session is doing. A shell at its prompt is idle, anything else that lives is working. */
export function sessionState(pane: Pane): SessionState {
  if (pane.dead) return "exited";
  return /^-?(ba|z|fi)?sh$/.test(pane.command) ? "idle" : "working";
}
`;

const sessionStateTest = `import assert from "node:assert/strict";
import { test } from "node:test";
import { sessionState } from "../src/session-state.ts";

test("tells idle, working and exited apart", () => {
  assert.equal(sessionState({ command: "bash", dead: false }), "idle");
  assert.equal(sessionState({ command: "codex", dead: false }), "working");
  assert.equal(sessionState({ command: "codex", dead: true }), "exited");
});
`;

const sendPrompt = `/**
 * The tmux commands that type a prompt into a session and submit it.
 *
 * @param target The session's name.
 */
export function sendPrompt(target: string, prompt: string): string[][] {
  return [
    ["send-keys", "-t", target, "-l", prompt],
    ["send-keys", "-t", target, "Enter"],
  ];
}
`;

const sendPromptTest = `import assert from "node:assert/strict";
import { test } from "node:test";
import { sendPrompt } from "../src/send-prompt.ts";

test("types the prompt literally, then submits it", () => {
  assert.deepEqual(sendPrompt("codex-p17", "Fix it; then stop"), [
    ["send-keys", "-t", "codex-p17", "-l", "Fix it; then stop"],
    ["send-keys", "-t", "codex-p17", "Enter"],
  ]);
});
`;

const print = `/** One line of the issue list, as a terminal shows it. */
export function issueLine(key: string, title: string): string {
  return \`\${key.padEnd(8)} \${title}\`;
}
`;

const printTest = `import assert from "node:assert/strict";
import { test } from "node:test";
import { issueLine } from "../src/print.ts";

test("lines titles up behind their keys", () => {
  assert.equal(issueLine("#7", "Tell me when an agent waits"), "#7       Tell me when an agent waits");
});
`;

/** Oldest first. #14 and #31 of the demo's issues can be worked on here: their faults are still in. */
export const history: readonly DemoCommit[] = [
  {
    author: "mira-kovac",
    at: "2025-08-28T08:30:00Z",
    message: "Begin with the status rule",
    files: {
      "README.md": readme,
      "package.json": packageJson,
      ".gitignore": "node_modules/\n",
      "src/status.ts": firstStatus,
      "test/status.test.ts": firstStatusTest,
    },
  },
  {
    author: "tomas-lind",
    at: "2025-09-01T14:05:00Z",
    message: "Read what a session is doing from its pane",
    files: { "src/session-state.ts": firstSessionState },
  },
  {
    author: "mira-kovac",
    at: "2025-09-02T10:12:00Z",
    message: "Match whole words of a status, and count unknown ones as open",
    files: { "src/status.ts": status, "test/status.test.ts": statusTest },
  },
  {
    author: "mira-kovac",
    at: "2025-09-05T15:18:00Z",
    message: "Read pane_dead before the current command (#5)",
    files: { "src/session-state.ts": sessionState, "test/session-state.test.ts": sessionStateTest },
  },
  {
    author: "adaeze-obi",
    at: "2025-09-08T09:40:00Z",
    message: "Send prompts to sessions",
    files: { "src/send-prompt.ts": sendPrompt, "test/send-prompt.test.ts": sendPromptTest },
  },
  {
    author: "tomas-lind",
    at: "2025-09-24T11:29:00Z",
    message: "Name branches after titles in any script (#17)",
    files: { "src/branch-name.ts": branchName, "test/branch-name.test.ts": branchNameTest },
  },
  {
    author: "jonas-weber",
    at: "2025-10-02T08:15:00Z",
    message: "Print the issue list",
    files: { "src/print.ts": print, "test/print.test.ts": printTest },
  },
  {
    author: "mira-kovac",
    at: "2025-10-06T07:50:00Z",
    message: "Tell agents how we work here",
    files: { "AGENTS.md": agents },
  },
];
