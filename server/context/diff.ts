import { createTwoFilesPatch, formatPatch, type StructuredPatch } from "diff";

// Lines that may differ before the exact search is given up: its time grows with the square of them.
const maxEditLength = 1000;

/**
 * The unified diff of one file, as git shows it; empty where nothing changes.
 * @param before undefined where the file is not there.
 */
export function unifiedDiff(name: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return "";
  const oldName = before === undefined ? "/dev/null" : `a/${name}`;
  const newName = after === undefined ? "/dev/null" : `b/${name}`;
  const options = { context: 3, maxEditLength };
  const patch =
    createTwoFilesPatch(oldName, newName, before ?? "", after ?? "", undefined, undefined, options) ??
    formatPatch(replacement(oldName, newName, before ?? "", after ?? ""));
  return patch.replace(/^={3,}\n/, "");
}

/** All old lines out, all new ones in. */
function replacement(oldName: string, newName: string, before: string, after: string): StructuredPatch {
  const [removed, added] = [diffLines("-", before), diffLines("+", after)];
  const count = (lines: string[]): number => lines.filter((line) => !line.startsWith("\\")).length;
  const hunk = {
    oldStart: 1,
    oldLines: count(removed),
    newStart: 1,
    newLines: count(added),
    lines: [...removed, ...added],
  };
  return { oldFileName: oldName, newFileName: newName, oldHeader: undefined, newHeader: undefined, hunks: [hunk] };
}

function diffLines(sign: string, text: string): string[] {
  if (text === "") return [];
  const lines = text.replace(/\n$/, "").split("\n");
  const marked = lines.map((line) => sign + line);
  return text.endsWith("\n") ? marked : [...marked, "\\ No newline at end of file"];
}
