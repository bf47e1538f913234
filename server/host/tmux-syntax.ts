import { AppError } from "../../shared/errors.ts";

/**
 * One word of tmux's command language, taken literally: single quotes keep `$`, `;`, `#`, `~` and backslashes as they
 * are. A line end would end the command (and a backslash before it would join lines even in quotes), so it is refused.
 * @throws AppError `invalid_input`
 */
export function tmuxWord(text: string): string {
  if (/[\n\r\0]/u.test(text)) {
    throw new AppError("invalid_input", "A folder, name or argument of a session must not contain line ends.");
  }
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A word that tmux expands as a format (names, folders, status texts), so that `#{…}` and `#(…)` in it stay text. */
export function tmuxFormatWord(text: string): string {
  return tmuxWord(text.replaceAll("#", "##"));
}

/** Matches exactly that session: without `=` and `:`, tmux takes a prefix or a pattern (`ab` would find `abc`). */
export function exactTarget(session: string): string {
  return `=${session}:`;
}

/**
 * Text as it may be pasted into a terminal: line ends become LF; tabs stay; every other control character (escape
 * sequences, the end of a bracketed paste, C1 codes) becomes its visible picture, so it can be read but does nothing.
 */
export function harmlessText(text: string): string {
  return text
    .replaceAll(/\r\n?/gu, "\n")
    .replaceAll(/[\p{Cc}--[\t\n]]/gv, (control) => picture(control.charCodeAt(0)))
    .toWellFormed();
}

function picture(code: number): string {
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}
