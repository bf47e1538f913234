import { found, starting, unknown, type Detector } from "./observation.ts";
import { lastMatch, questionAbove, textLines } from "./screen.ts";

const confirmation = /\bwaiting for user confirmation\b|^allow execution\b|^apply this change\?/iu;

/**
 * Gemini CLI. Seen on 0.61.0 (test/fixtures/screens/gemini-*.txt). The title says `✋  Action Required`, `✦  Working…`
 * or `◇  Ready`; sign-in and trust questions come under `Ready`, so for that the screen is read. A person can turn the
 * title off: the screen alone suffices then.
 */
export const detectGemini: Detector = ({ screen, title }) => {
  const lines = textLines(screen);
  // The field's edges are drawn only where the terminal has true colour.
  const field = lines.findLastIndex((line) => /^▄{10,}$|^[>!*] /u.test(line));
  const selected = lines.findLastIndex((line) => /^[●❯] \d+\. \S/u.test(line));
  const dialog = selected > field;
  const question = dialog ? questionAbove(lines, selected) : null;
  if (title.startsWith("✋")) return found("waiting", "title", question);
  if (title.startsWith("✦") || title.startsWith("⏲")) return found("working", "title");
  if (lines.length === 0) return starting;
  if (dialog) return found("waiting", "screen", question);
  const asks = lastMatch(lines, confirmation, 12);
  if (asks !== null) return found("waiting", "screen", asks);
  if (lastMatch(lines, /\(esc to cancel\b.*\d+s\)/iu, 10) !== null) return found("working", "screen");
  if (title.startsWith("◇") && field !== -1) return found("idle", "title");
  if (field !== -1) return found("idle", "screen");
  return unknown;
};
