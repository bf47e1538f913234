import { found, starting, unknown, type Detector } from "./observation.ts";
import { lastMatch, questionAbove, textLines } from "./screen.ts";

const confirmation = /\bpress enter to (?:confirm|continue)\b|^enter continue · esc\b|^allow command\?/iu;

/**
 * Codex. Seen on 0.169.0 (test/fixtures/screens/codex-*.txt): the title starts with a braille spinner while it works
 * and says `Action Required` while it waits; sign-in and trust questions show on the screen alone.
 */
export const detectCodex: Detector = ({ screen, title }) => {
  const lines = textLines(screen);
  const selected = lines.findLastIndex((line) => /^[›>❯] \d+\. \S/u.test(line));
  const question = selected === -1 ? lastMatch(lines, /\?$/u, 10) : questionAbove(lines, selected);
  if (/\bAction Required\b/u.test(title)) return found("waiting", "title", question);
  if (/^[\u2800-\u28ff] /u.test(title)) return found("working", "title");
  if (lines.length === 0) return starting;
  if (lastMatch(lines, confirmation, 5) !== null) return found("waiting", "screen", question);
  if (lastMatch(lines, /\besc to interrupt\b/iu, 8) !== null) return found("working", "screen");
  if (lastMatch(lines, /^›/u, 6) !== null) return found("idle", "screen");
  return unknown;
};
