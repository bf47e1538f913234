import { AppError } from "../../shared/errors.ts";

const hunkHeader = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

/**
 * What a text becomes by a unified diff of one file (as `diff -u` and git write it).
 * @throws AppError `conflict` where the diff was made from another text
 */
export function applyUnifiedDiff(before: string, diff: string): string {
  const old = before === "" ? [] : splitLines(before);
  const result: string[] = [];
  let position = 0;
  let inHunk = false;
  let previous: string | undefined;
  for (const line of splitLines(diff)) {
    const header = hunkHeader.exec(line);
    if (header !== null) {
      const [, start = "0", count = "1"] = header;
      // An empty range names the line before it.
      const from = count === "0" ? Number(start) : Number(start) - 1;
      result.push(...old.slice(position, from));
      position = from;
      inHunk = true;
      continue;
    }
    if (!inHunk) continue;
    const text = line.slice(1);
    switch (line[0]) {
      case "+":
        result.push(text);
        break;
      case "\\":
        // It speaks of the line above it, which is in the result unless it was removed.
        if (previous !== "-") result.push(withoutEnd(result.pop() ?? ""));
        break;
      case "-":
      case " ":
        if (withoutEnd(old[position] ?? "") !== withoutEnd(text)) throw otherText();
        if (line.startsWith(" ")) result.push(old[position] ?? text);
        position += 1;
        break;
      default:
        throw otherText();
    }
    previous = line[0];
  }
  return [...result, ...old.slice(position)].join("");
}

/**
 * The part of a diff of several files that is about one of them; empty where that one does not change.
 * @param name as it stands behind `b/`
 */
export function diffOfFile(diff: string, name: string): string {
  const part: string[] = [];
  let isOfFile = false;
  // How many lines of the hunk are still to come: they may look like a header themselves.
  let [removed, added] = [0, 0];
  for (const line of splitLines(diff)) {
    const header = hunkHeader.exec(line);
    if (removed > 0 || added > 0) {
      if (!line.startsWith("+") && !line.startsWith("\\")) removed -= 1;
      if (!line.startsWith("-") && !line.startsWith("\\")) added -= 1;
    } else if (header !== null) {
      [removed, added] = [Number(header[2] ?? "1"), Number(header[3] ?? "1")];
    } else if (line.startsWith("--- ")) {
      isOfFile = false;
      continue;
    } else if (line.startsWith("+++ ")) {
      isOfFile = withoutEnd(line) === `+++ b/${name}`;
    }
    if (isOfFile) part.push(line);
  }
  return part.join("");
}

/** Lines with their ends, so that joining them gives the text again. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function withoutEnd(line: string): string {
  return line.replace(/\n$/, "");
}

function otherText(): AppError {
  return new AppError("conflict", "The file changed while its preview was made. Try again.");
}
