/** Text on one line: control characters could not be seen, and would be copied. */
export function plainLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ").trim();
}
