import * as vscode from "vscode";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * How long ago something was, for people, in VS Code's language: "5 min. ago".
 * @param at ISO 8601
 * @param now epoch milliseconds
 */
export function ago(at: string, now: number = Date.now()): string {
  const past = Math.max(0, now - Date.parse(at));
  const format = new Intl.RelativeTimeFormat(vscode.env.language, { numeric: "auto", style: "short" });
  if (past < minute) return vscode.l10n.t("just now");
  if (past < hour) return format.format(-Math.floor(past / minute), "minute");
  if (past < day) return format.format(-Math.floor(past / hour), "hour");
  if (past < 30 * day) return format.format(-Math.floor(past / day), "day");
  if (past < 365 * day) return format.format(-Math.floor(past / (30 * day)), "month");
  return format.format(-Math.floor(past / (365 * day)), "year");
}

/** How long something has lasted: "5 min". */
export function lasting(since: string, now: number = Date.now()): string {
  const past = Math.max(0, now - Date.parse(since));
  const unit = (value: number, name: "minute" | "hour" | "day"): string =>
    new Intl.NumberFormat(vscode.env.language, { style: "unit", unit: name, unitDisplay: "short" }).format(
      Math.floor(value),
    );
  if (past < minute) return vscode.l10n.t("now");
  if (past < hour) return unit(past / minute, "minute");
  if (past < day) return unit(past / hour, "hour");
  return unit(past / day, "day");
}

/** A date and time in VS Code's language. */
export function dateTime(at: string): string {
  return new Intl.DateTimeFormat(vscode.env.language, { dateStyle: "medium", timeStyle: "short" }).format(
    Date.parse(at),
  );
}

/** A tooltip that can't run commands or hold HTML: what goes into it comes from trackers. */
export function untrustedMarkdown(): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(undefined, false);
  markdown.isTrusted = false;
  markdown.supportHtml = false;
  return markdown;
}

/** Adds a line of plain text that breaks between words: VS Code's own `appendText` makes all of its spaces hard ones. */
export function appendLine(markdown: vscode.MarkdownString, text: string): void {
  const plain = new vscode.MarkdownString().appendText(oneLine(text).replaceAll(/\s+/g, " ")).value;
  markdown.appendMarkdown(plain.replaceAll("&nbsp;", " "));
}

/** Adds `**label:** value` as a paragraph, the value as plain text. */
export function appendFact(markdown: vscode.MarkdownString, label: string, value: string): void {
  markdown.appendMarkdown(`\n\n**${label}:** `);
  appendLine(markdown, value);
}

/** Text from elsewhere on one line, without what could reorder or hide what people read. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(/[\u202A-\u202E\u2066-\u2069]/g, "")
    .trim();
}

/** A name cut so that what stands behind it is still in sight. */
export function shortened(text: string, limit: number): string {
  const characters = Array.from(new Intl.Segmenter().segment(oneLine(text)), ({ segment }) => segment);
  return characters.length <= limit
    ? characters.join("")
    : `${characters
        .slice(0, limit - 1)
        .join("")
        .trimEnd()}…`;
}

/** The first lines of a longer text, at most `limit` characters. */
export function beginning(text: string, lines: number, limit: number): string {
  const kept = text
    .split(/\r?\n/)
    .map((line) => oneLine(line))
    .filter((line) => line !== "")
    .slice(0, lines)
    .join("\n");
  return kept.length > limit ? `${kept.slice(0, limit)}…` : kept;
}
