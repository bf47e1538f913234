import assert from "node:assert/strict";
import { Highlighter } from "../../../server/issues/snippet.ts";

describe("what a search found", () => {
  function marked(typed: string, texts: { title?: string; body?: string; comments?: string[] }) {
    const { title = "", body = "", comments = [] } = texts;
    const found = new Highlighter(typed).snippet({
      title,
      body,
      comments: () => comments.map((text) => ({ body: text })),
    });
    const show = (text: string, marks: readonly { start: number; end: number }[]) =>
      marks.map(({ start, end }) => text.slice(start, end));
    return { title: show(title, found.titleMarks), text: found.text, words: show(found.text, found.marks) };
  }

  for (const [typed, text, expected] of [
    ["storage", "The Storage of storages", ["Storage"]],
    ["stor*", "The Storage of storages", ["Storage", "storages"]],
    ['"durable write"', "durable write, not a write that is durable", ["durable write"]],
    ["groesse grosse", "Größe und GROSSE", ["GROSSE"]],
    ["creme brulee", "Crème Brûlée", ["Crème", "Brûlée"]],
    ["durable-write", "a durable, write", ["durable, write"]],
    ["", "anything", []],
    ["***", "anything", []],
    ["日本", "日本 語", ["日本"]],
  ] as const) {
    it(`marks ${JSON.stringify(typed)} in ${JSON.stringify(text)}`, () => {
      assert.deepEqual(marked(typed, { title: text }).title, expected);
    });
  }

  it("marks the longest of what begins at a word, once for what was typed twice", () => {
    const found = marked('needle "needle in a" needl* needle', { title: "A needle in a haystack, needles" });
    assert.deepEqual(found.title, ["needle in a", "needles"]);
  });

  it("takes about as long for many words as for one", () => {
    const body = "word ".repeat(20_000);
    const cost = (typed: string) => {
      const before = process.cpuUsage();
      for (let round = 0; round < 5; round += 1) marked(typed, { title: "bug", body });
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const least = (typed: string) => Math.min(cost(typed), cost(typed), cost(typed));
    least("bug");
    const one = least("bug");
    assert.ok(least("bug ".repeat(2_000)) < 5 * one, "the same word many times");
    const many = Array.from({ length: 2_000 }, (_, index) => `bug${index}`).join(" ");
    assert.ok(least(many) < 5 * one, "many words");
  });

  it("cuts the text around the first match, on one line", () => {
    const body = `${"before ".repeat(50)}\r\nneedle\n${"after ".repeat(100)}`;
    const { text, words } = marked("needle", { body });
    assert.deepEqual(words, ["needle"]);
    assert.ok(text.length <= 200 && !/[\r\n]/.test(text));
  });

  it("takes the body before the comments, and the first comment that has it", () => {
    const comments = ["nothing", "a needle", "another needle"];
    assert.equal(marked("needle", { body: "needle in the body", comments }).text, "needle in the body");
    assert.equal(marked("needle", { body: "none", comments }).text, "a needle");
    assert.equal(marked("needle", { title: "needle", body: "none" }).text, "");
  });

  it("never halves a character", () => {
    const { text } = marked("needle", { body: `${"\u{1F600}".repeat(60)} needle ${"\u{1F600}".repeat(200)}` });
    assert.equal(text, text.toWellFormed());
  });

  it("gives offsets, so that nothing in the text is ever markup", () => {
    const { text, words } = marked("script", { body: "<script>alert(1)</script>" });
    assert.equal(text, "<script>alert(1)</script>");
    assert.deepEqual(words, ["script", "script"]);
  });
});
