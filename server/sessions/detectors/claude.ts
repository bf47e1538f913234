import { found, starting, unknown, type Detector } from "./observation.ts";
import { isRule, lastMatch, questionAbove, textLines } from "./screen.ts";

/**
 * Claude Code. Seen on 2.1.329 (test/fixtures/screens/claude-*.txt); its title is the same idle and busy, so only the
 * screen tells. Busy: `esc to interrupt` in the footer, a spinner line with seconds above the input field. Waiting: a
 * list with `❯` and no input field below it.
 */
export const detectClaude: Detector = ({ screen }) => {
  const lines = textLines(screen);
  if (lines.length === 0) return starting;
  const selected = lines.findLastIndex((line) => /^❯ \S/u.test(line));
  const inField = selected !== -1 && lines.slice(selected).some(isRule);
  const asks = lastMatch(lines, /\b(?:enter to (?:confirm|select|continue)|esc to (?:cancel|exit|go back))\b/iu, 4);
  if (selected !== -1 && !inField && (asks !== null || isChoice(lines, selected))) {
    return found("waiting", "screen", questionAbove(lines, selected));
  }
  const pressEnter = lastMatch(lines, /^press enter to (?:continue|retry)/iu, 3);
  if (pressEnter !== null) return found("waiting", "screen", pressEnter);
  if (lastMatch(lines, /\besc to interrupt\b/iu, 3) !== null) return found("working", "screen");
  if (lastMatch(lines, /^[·✢✳✶✻✽*∗] \S.*…\s?\(.*\d+s\b/u, 10) !== null) return found("working", "screen");
  if (lines.slice(-8).some((line) => /^[❯>]/u.test(line)) && lines.slice(-8).some(isRule))
    return found("idle", "screen");
  return unknown;
};

/** `❯ 1. Yes` with `2. …` below it, or above where a later choice is marked. */
function isChoice(lines: readonly string[], selected: number): boolean {
  const numbered = /^(?:❯ )?\d+\. \S/u;
  const around = [lines[selected - 1], lines[selected + 1]];
  return numbered.test(lines[selected] ?? "") && around.some((line) => line !== undefined && numbered.test(line));
}
