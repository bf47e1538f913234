/** Reading rendered terminal screens: what the detectors share. */

const questionLength = 300;
/** How far above the choices of a dialog its question may stand. */
const dialogLines = 15;

/** The lines with anything on them, without box borders and the spaces around. */
export function textLines(screen: string): string[] {
  return screen
    .split("\n")
    .map((line) => line.replace(/^[\s│┃]+/u, "").replace(/[\s│┃]+$/u, ""))
    .filter((line) => line !== "");
}

/** A horizontal rule or the edge of a box or field. */
export function isRule(line: string): boolean {
  return /^[─━╌═▀▄╭╰][─━╌═▀▄╮╯]{3,}$/u.test(line);
}

/** What is asked in front of the choice at `index`: the nearest line above with a question mark, else the nearest. */
export function questionAbove(lines: readonly string[], index: number): string | null {
  const above = lines.slice(Math.max(0, index - dialogLines), index).filter((line) => !isRule(line));
  const question = above.findLast((line) => line.includes("?")) ?? above.at(-1);
  return question === undefined ? null : shortened(question);
}

/** The question or line that `pattern` finds last among the lowest `count` lines; null where it finds none. */
export function lastMatch(lines: readonly string[], pattern: RegExp, count: number): string | null {
  const line = lines.slice(-count).findLast((candidate) => pattern.test(candidate));
  return line === undefined ? null : shortened(line);
}

function shortened(text: string): string {
  return text.length <= questionLength ? text : `${text.slice(0, questionLength - 1)}…`;
}

const linePrompts =
  /(?:\[y\/n\]|\(y\/n\)|\[yes\/no(?:\/\[fingerprint\])?\]|\(yes\/no(?:\/\[fingerprint\])?\))\W*$|\b(?:password|passphrase)\b[^:]*:$/iu;

/** A question of an ordinary program (sudo, ssh, apt, git) on the last line; null where there is none. */
export function linePrompt(screen: string): string | null {
  return lastMatch(textLines(screen), linePrompts, 1);
}
