import assert from "node:assert/strict";
import { splitMarkdown } from "../../../webviews/ui/split-markdown.ts";

describe("webviews: long Markdown is cut into pieces", () => {
  const paragraphs = Array.from({ length: 100 }, (_, index) => `Paragraph ${index}.`);

  it("leaves short text whole", () => {
    assert.deepEqual(splitMarkdown("a\n\nb", 100), ["a\n\nb"]);
    assert.deepEqual(splitMarkdown("", 100), [""]);
  });

  it("cuts between blocks and loses nothing", () => {
    const pieces = splitMarkdown(paragraphs.join("\n\n"), 100);
    assert.ok(pieces.length > 5);
    assert.ok(pieces.every((piece) => piece.length <= 202));
    assert.deepEqual(
      pieces.flatMap((piece) => piece.split("\n").filter((line) => line !== "")),
      paragraphs,
    );
  });

  it("closes a fence that is cut, and opens it again with its language", () => {
    const log = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    const pieces = splitMarkdown(["Before", "````ts", ...log, "````", "After"].join("\n"), 200);
    assert.ok(pieces.length > 2);
    for (const piece of pieces.slice(0, -1)) assert.match(piece, /````ts\n[^]*\n````$/);
    assert.deepEqual(pieces.join("\n").match(/^line \d+$/gm), log);
    assert.match(pieces.at(-1) ?? "", /````\nAfter\n$/);
  });

  it("cuts within a line where nothing else is possible, never within a character", () => {
    const line = "🙂".repeat(1000);
    const pieces = splitMarkdown(line, 99);
    assert.equal(pieces.join("").trimEnd(), line);
    assert.ok(pieces.every((piece) => piece.length <= 199 && piece.isWellFormed()));
  });
});
