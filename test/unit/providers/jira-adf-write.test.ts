import assert from "node:assert/strict";
import { markdownToAdf } from "../../../server/providers/jira/adf/from-markdown.ts";
import type { AdfNode } from "../../../server/providers/jira/adf/nodes.ts";
import { adfToMarkdown } from "../../../server/providers/jira/adf/to-markdown.ts";
import { node, para, place, toAdf, toMarkdown, web, words } from "./jira-documents.ts";

describe("markdown as documents of Jira", () => {
  const texts = [
    "# Title _em_\n\nText **bold** ~~gone~~ `code`\nnext line",
    "- a\n  - b\n\n    c\n- d\n\n1. one\n2. two",
    "- [ ] todo\n- [x] done **well**\n  - [ ] sub",
    "> quote\n>\n> - in a list",
    "> [!TIP]\n> **Look**\n>\n> - a",
    "```ts\nconst a = 1;\n\n  b\n```",
    "| a | b |\n| --- | --- |\n| 1 \\| 2 | **x** |",
    "[link](https://a.b/c) https://bare.example/x <https://card.example>",
    `Hi [@Bob](${web}/jira/people/5b%3A1) there`,
    `![shot.png](${web}/rest/api/3/attachment/content/7#media=ab-c/)`,
    "![pic](https://a.b/c.png)\n\n---\n\nend",
    "- a\n\n* b\n\n1. c\n\n1) d",
  ];
  for (const text of texts) {
    it(`comes back as it was: ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.equal(adfToMarkdown(markdownToAdf(text, place), place), text);
    });
  }

  it("keeps mentions and media what they were", () => {
    const media = { type: "media", attrs: { type: "file", id: "ab-c", collection: "", alt: "shot.png" } };
    const nodes = [
      para("Hi ", node("mention", undefined, { id: "5b:1", text: "@Bob" })),
      node("mediaSingle", [media], { layout: "center" }),
    ];
    assert.deepEqual(toAdf(toMarkdown(...nodes)), nodes);
  });

  it("does not take a link for a mention that leads elsewhere", () => {
    const [block] = toAdf("[@Bob](https://evil.example/jira/people/5b) [Bob](https://x.atlassian.net/jira/people/5b)");
    assert.ok(block?.content?.every(({ type }) => type === "text"));
  });

  it("leaves HTML as text, and links to scripts unlinked", () => {
    const [block] = toAdf("<img src=x onerror=alert(1)> [a](javascript:alert(1)) ![b](data:text/html,x)");
    assert.ok(block?.content?.every(({ type, marks }) => type === "text" && marks === undefined));
  });

  it("puts nothing where Jira does not allow it", () => {
    const mixed = [
      "> # heading in a quote\n> > quote in it\n>\n> | a |\n> | --- |\n> | b |\n>\n> - [ ] task\n>\n> ---",
      "- # heading in a list\n- > quote in a list\n-\n- ---\n- | a |\n  | --- |\n  | b |\n- [ ] half a task\n- - nested at once",
      "> [!NOTE]\n> > quote in a panel\n>\n> | a |\n> | --- |\n> | b |",
      "> [!NOTE]",
      "- [ ] task ![x](https://a.b/c.png)\n- [x]\n  > quote",
      "# ![x](https://a.b/c.png) title",
      "| ![x](https://a.b/c.png) | `a` |\n| --- | --- |\n| [x](https://a.b) |  |",
      "**`code` in bold** [`code` in link](https://a.b)",
      "",
    ];
    for (const markdown of mixed) {
      const document = markdownToAdf(markdown, place);
      assert.deepEqual(misplaced(document), [], markdown);
    }
    assert.match(JSON.stringify(toAdf(mixed[0] ?? "")), /heading in a quote.*quote in it.*"text":"b".*task/);
  });
});

describe("hostile texts", () => {
  const size = 32_767;
  const fill = (unit: string) => unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
  const units = [
    "*a",
    "**a ",
    "_",
    "`",
    "[",
    "![",
    "](",
    "[a](",
    "<",
    "&",
    "> ",
    "- ",
    "1. ",
    "|",
    "|-",
    "~",
    "\\",
    " ",
    "a\n",
    "- a\n",
    "\n",
    "@",
    "http://",
    "*_~`",
    "[x] ",
    "{",
    "a **b",
    "\t",
  ];

  it("take no longer than their size allows, as markdown and as text of a document", () => {
    for (const unit of units) {
      const text = fill(unit);
      const began = performance.now();
      markdownToAdf(text, place);
      toMarkdown(para(text));
      toMarkdown(
        node("heading", [words(text)]),
        node("codeBlock", [words(text)]),
        para(words(text, "strong", "em", "code")),
      );
      const took = performance.now() - began;
      assert.ok(took < 2000, `${JSON.stringify(unit)} took ${took} ms`);
    }
  });

  it("are read in time that grows with their number of nodes", () => {
    const many = Array.from({ length: 20_000 }, (_, index) =>
      words(index % 2 ? "a " : "b", index % 3 ? "strong" : "em"),
    );
    const began = performance.now();
    toMarkdown(node("paragraph", many));
    toMarkdown(
      node(
        "bulletList",
        many.map((each) => node("listItem", [para(each)])),
      ),
    );
    assert.ok(performance.now() - began < 3000);
  });

  it("keep their text however deep they are nested", () => {
    for (const type of [
      "blockquote",
      "bulletList",
      "listItem",
      "panel",
      "taskList",
      "unheardOf",
      "expand",
      "tableCell",
    ]) {
      let nested: AdfNode = para("deep");
      for (let depth = 0; depth < 50_000; depth += 1) nested = { type, content: [nested] };
      assert.match(toMarkdown(nested), /deep/, type);
    }
    for (const text of [`${">".repeat(3000)} deep`, `${"- ".repeat(3000)}deep`]) {
      assert.match(JSON.stringify(markdownToAdf(text, place)), /deep/);
    }
  });
});

/** The rules of the format that a whole document is refused for. */
function misplaced(root: AdfNode): string[] {
  const blocks = "paragraph bulletList orderedList codeBlock mediaSingle";
  const allowed: Record<string, string> = {
    doc: `${blocks} heading blockquote panel rule table taskList`,
    blockquote: blocks,
    panel: `${blocks} heading rule taskList`,
    listItem: blocks,
    bulletList: "listItem",
    orderedList: "listItem",
    taskList: "taskItem taskList",
    taskItem: "text hardBreak mention inlineCard",
    table: "tableRow",
    tableRow: "tableHeader tableCell",
    tableHeader: "paragraph mediaSingle",
    tableCell: "paragraph mediaSingle",
    mediaSingle: "media",
    paragraph: "text hardBreak mention inlineCard",
    heading: "text hardBreak mention inlineCard",
    codeBlock: "text",
  };
  const mayBeEmpty = new Set(["doc", "paragraph", "heading", "codeBlock", "taskItem"]);
  const problems: string[] = [];
  const visit = (parent: AdfNode): void => {
    const children = parent.content ?? [];
    if (children.length === 0 && parent.type in allowed && !mayBeEmpty.has(parent.type))
      problems.push(`${parent.type} is empty`);
    if (parent.type === "text" && !parent.text) problems.push("empty text");
    const marks = (parent.marks ?? []).map(({ type }) => type);
    if (marks.includes("code") && marks.some((mark) => mark !== "code" && mark !== "link"))
      problems.push("code with marks");
    for (const child of children) {
      if (!allowed[parent.type]?.split(" ").includes(child.type)) problems.push(`${child.type} in ${parent.type}`);
      visit(child);
    }
  };
  visit(root);
  return problems;
}
