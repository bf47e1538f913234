/**
 * Stands in for Claude's CLI where no account is: draws the same field, footer and question as the captured screens,
 * takes bracketed paste, and answers when Enter is pressed. Every prompt it takes is a line of JSON in $AGENT_LOG.
 */
import { appendFileSync } from "node:fs";

const rule = "─".repeat(60);
const pasteStart = "\u001b[200~";
const pasteEnd = "\u001b[201~";

let field = "";
let state: "idle" | "working" | "asking" = "idle";
let said = "";

function draw(): void {
  const footer = state === "working" ? "esc to interrupt" : "? for shortcuts";
  const input = `${rule}\r\n❯ ${field.replaceAll("\n", "\r\n  ")}\r\n${rule}\r\n  ${footer}`;
  const question = `${rule}\r\n Do you want to proceed?\r\n ❯ 1. Yes\r\n   2. No\r\n\r\n Esc to cancel`;
  process.stdout.write(`\u001b[2J\u001b[HFake agent\r\n${said}\r\n${state === "asking" ? question : input}`);
}

function enter(): void {
  if (state === "asking") {
    said = "answered";
    state = "idle";
    return;
  }
  const prompt = field;
  field = "";
  appendFileSync(process.env["AGENT_LOG"] ?? "/dev/null", `${JSON.stringify(prompt)}\n`);
  if (prompt.includes("ask me")) state = "asking";
  else if (prompt.includes("work")) state = "working";
  else said = `done: ${prompt.length} characters`;
}

function take(chunk: string): void {
  let rest = chunk;
  while (rest !== "") {
    if (rest.startsWith(pasteStart)) {
      const end = rest.indexOf(pasteEnd);
      field += rest.slice(pasteStart.length, end).replaceAll("\r", "\n");
      // As when a tool call that was on its way needs leave just now.
      if (field.includes("meanwhile")) state = "asking";
      rest = rest.slice(end + pasteEnd.length);
    } else {
      const key = rest[0] ?? "";
      if (key === "\u0003") process.exit(130);
      if (key === "\r") enter();
      else field += key;
      rest = rest.slice(1);
    }
  }
  draw();
}

process.stdin.setRawMode(true);
process.stdin.setEncoding("utf8");
// tmux hands a paste over in pieces.
let pending = "";
process.stdin.on("data", (chunk: string) => {
  pending += chunk;
  if (pending.includes(pasteStart) && !pending.includes(pasteEnd)) return;
  take(pending);
  pending = "";
});
process.stdout.write("\u001b[?2004h");
draw();
