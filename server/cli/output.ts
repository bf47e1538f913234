import { stripVTControlCharacters } from "node:util";

/** Where the CLI writes; tests give their own. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

export const terminal: Output = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

/** Marks, overrides and isolates of writing direction: they would show the rest of a line in another order. */
const directions = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** One line that can't steer a terminal: what trackers and people wrote may hold control sequences. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(directions, "")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
}

/** The same for a text of several lines. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(directions, "")
    .replaceAll("\r\n", "\n")
    .replace(/[^\P{Cc}\n\t]/gu, " ");
}

/** JSON that can't steer a terminal: what JSON leaves as it is of that, is escaped, so that nothing is lost. */
export function printJson(output: Output, value: unknown): void {
  const json = JSON.stringify(value, null, 2).replace(
    /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  output.out(`${json}\n`);
}

/** A table for people: columns as wide as their widest cell, but the last. */
export function printTable(output: Output, headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [headings, ...rows.map((row) => row.map(plain))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  for (const line of lines) {
    const cells = line.map((cell, column) =>
      column === headings.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
    );
    output.out(`${cells.join("  ").trimEnd()}\n`);
  }
}
