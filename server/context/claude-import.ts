import { contextFileName, lineEnding } from "./markers.ts";

export const claudeFileName = "CLAUDE.local.md";

const importLine = `@${contextFileName}`;
// Claude Code leaves block comments out of what the model sees; this one tells our line from the person's own.
const markLine = "<!-- aiops wrote the line above -->";
const ours = new RegExp(`^${importLine.replaceAll(".", "\\.")}\\r?\\n${markLine}(?:\\r?\\n|$)`, "m");

/** Adds the line by which Claude Code reads the context; null where the file has one already. */
export function addClaudeImport(existing: string | undefined): string | null {
  const text = existing ?? "";
  if (text.split(/\r?\n/).some((line) => [importLine, `@./${contextFileName}`].includes(line.trim()))) return null;
  const eol = lineEnding(text);
  const front = text.startsWith("\uFEFF") ? 1 : 0;
  return `${text.slice(0, front)}${importLine}${eol}${markLine}${eol}${text.slice(front)}`;
}

/** Takes our line out again; `empty` where nothing else is in the file. Null where the file has no line of ours. */
export function removeClaudeImport(existing: string): { text: string; empty: boolean } | null {
  const bom = existing.startsWith("\uFEFF") ? "\uFEFF" : "";
  const body = existing.slice(bom.length);
  if (!ours.test(body)) return null;
  const text = bom + body.replace(ours, "");
  return { text, empty: text.replace("\uFEFF", "").trim() === "" };
}
