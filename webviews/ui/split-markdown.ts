/** Characters of Markdown that are turned into elements in one piece. */
export const pieceSize = 20_000;

interface Fence {
  opener: string;
  marker: string;
}

/**
 * Cuts long Markdown into pieces of about `size` characters that can be rendered one by one: between blocks where there
 * is a blank line, else at a line's end, else within the line; never more than twice `size`. A code fence that is cut is
 * closed and opened again. Joining loses only what spans a cut, as a list's numbering or a link's distant definition.
 */
export function splitMarkdown(source: string, size: number = pieceSize): string[] {
  if (source.length <= size * 2) return [source];
  const pieces: string[] = [];
  let piece = "";
  let fence: Fence | undefined;

  function cut(): void {
    if (piece === "") return;
    const broken = piece.endsWith("\n") ? piece : `${piece}\n`;
    pieces.push(fence ? broken + fence.marker : piece);
    piece = fence ? `${fence.opener}\n` : "";
  }

  for (const line of source.split("\n")) {
    for (const part of cutLine(line, size)) {
      if (piece.length + part.length > size * 2 || (piece.length >= size && part.trim() === "" && !fence)) cut();
      piece += part;
    }
    piece += "\n";
    fence = fenceAfter(line, fence);
  }
  fence = undefined;
  cut();
  return pieces;
}

function cutLine(line: string, size: number): string[] {
  if (line.length <= size) return [line];
  const parts: string[] = [];
  for (let start = 0; start < line.length;) {
    let end = Math.min(start + size, line.length);
    // Not between the two halves of a character outside the basic plane.
    if (end < line.length && /[\uD800-\uDBFF]/.test(line.charAt(end - 1))) end -= 1;
    parts.push(line.slice(start, end));
    start = end;
  }
  return parts;
}

function fenceAfter(line: string, fence: Fence | undefined): Fence | undefined {
  const marker = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
  const run = marker?.[1];
  if (run === undefined) return fence;
  const info = marker?.[2] ?? "";
  if (fence) {
    const closes = run.startsWith(fence.marker) && info.trim() === "";
    return closes ? undefined : fence;
  }
  return run.startsWith("`") && info.includes("`") ? undefined : { opener: line.slice(0, 200), marker: run };
}
