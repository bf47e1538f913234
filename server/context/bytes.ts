/** Size in UTF-8. */
export function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** The longest beginning of `text` of at most `maxBytes` in UTF-8, never ending inside a code point. */
export function cutToBytes(text: string, maxBytes: number): string {
  if (maxBytes <= 0) return "";
  // A UTF-16 unit takes at least one byte, so nothing beyond this many units can be in the answer.
  const bytes = Buffer.from(text.slice(0, maxBytes + 1), "utf8");
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}
