import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../shared/errors.ts";
import type { TmuxPane } from "../host/tmux-batch.ts";
import type { Tmux } from "../host/tmux.ts";
import { detect } from "./detectors/index.ts";

/** How long a program may take to show what was pasted; one that shows nothing (a password) is then sent Enter. */
const echoMs = 1_500;
/** How long it may take to react to Enter. */
const reactionMs = 2_000;
const lookEveryMs = 50;
/** Some programs drop an Enter that comes while they are busy drawing. */
const presses = 3;

interface Look {
  pane: TmuxPane;
  text: string;
}

/**
 * Puts text before a tool (null: nothing) and presses Enter, and sees to it that it was taken. Enter is never pressed
 * into a question that came up in between: that would answer it.
 * @param mayAnswer Whether the text may be the answer to what the tool asks already.
 * @throws AppError `session_gone`, `conflict` where the tool began to ask, `unavailable` where it did not react
 */
export async function submit(
  tmux: Tmux,
  session: { tmuxSession: string; tool: string },
  put: ((pane: TmuxPane) => Promise<void>) | null,
  mayAnswer = true,
): Promise<void> {
  const before = await look(tmux, session.tmuxSession);
  const asked = asks(session.tool, before);
  if (asked && !mayAnswer) {
    throw new AppError("conflict", `${session.tool} waits for an answer. Answer it first, then send the prompt again.`);
  }
  await put?.(before.pane);
  let typed = put ? await changeOf(tmux, session.tmuxSession, before, echoMs) : before;
  for (let press = 0; press < presses; press += 1) {
    if (!asked && asks(session.tool, typed)) {
      const message =
        "The tool began to ask something while the text was entered. Answer that first; the text may still stand in its input field.";
      throw new AppError("conflict", message);
    }
    await tmux.press(typed.pane, "Enter");
    const after = await changeOf(tmux, session.tmuxSession, typed, reactionMs);
    if (differs(typed, after)) return;
    typed = after;
  }
  throw new AppError("unavailable", "The tool did not react to Enter. Attach to the session and look at it.");
}

/** @throws AppError `session_gone` */
async function look(tmux: Tmux, name: string): Promise<Look> {
  const seen = await tmux.screen(name);
  if (seen && !seen.pane.dead) return seen;
  throw new AppError("session_gone", `The session ${name} has ended. Start a new one.`);
}

/** What the screen shows once it differs from `before`, or when the time is over; a program that ended has changed. */
async function changeOf(tmux: Tmux, name: string, before: Look, withinMs: number): Promise<Look> {
  for (let waited = 0; ; waited += lookEveryMs) {
    const seen = await tmux.screen(name, before.pane);
    if (seen === null || seen.pane.dead) return { pane: before.pane, text: "" };
    if (differs(before, seen) || waited >= withinMs) return seen;
    await delay(lookEveryMs);
  }
}

function differs(a: Look, b: Look): boolean {
  return a.text !== b.text || a.pane.cursor.x !== b.pane.cursor.x || a.pane.cursor.y !== b.pane.cursor.y;
}

function asks(tool: string, { pane, text }: Look): boolean {
  const seen = { screen: text, title: pane.title, dead: pane.dead, exitStatus: null, foreground: false, quietMs: 0 };
  return detect(tool, seen).status === "waiting";
}
