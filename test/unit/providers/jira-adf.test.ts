import assert from "node:assert/strict";
import { markdownToAdf } from "../../../server/providers/jira/adf/from-markdown.ts";
import type { AdfMark, AdfNode } from "../../../server/providers/jira/adf/nodes.ts";
import { adfToMarkdown } from "../../../server/providers/jira/adf/to-markdown.ts";

const web = "https://x.atlassian.net";
const place = {
  profiles: `${web}/jira/people/`,
  issueUrl: `${web}/browse/WID-1`,
  attachments: [
    { filename: "shot.png", url: `${web}/rest/api/3/attachment/content/7`, mimeType: "image/png" },
    { filename: "log.txt", url: `${web}/rest/api/3/attachment/content/8`, mimeType: "text/plain" },
  ],
};

const doc = (...content: AdfNode[]): AdfNode => ({ type: "doc", content });
const node = (type: string, content?: AdfNode[], attrs?: AdfNode["attrs"]): AdfNode => ({
  type,
  ...(content && { content }),
  ...(attrs && { attrs }),
});
const words = (text: string, ...marks: (string | AdfMark)[]): AdfNode => ({
  type: "text",
  text,
  ...(marks.length > 0 && { marks: marks.map((mark) => (typeof mark === "string" ? { type: mark } : mark)) }),
});
const para = (...content: (AdfNode | string)[]): AdfNode =>
  node(
    "paragraph",
    content.map((each) => (typeof each === "string" ? words(each) : each)),
  );
const toMarkdown = (...content: AdfNode[]): string => adfToMarkdown(doc(...content), place);
const toAdf = (markdown: string): AdfNode[] => markdownToAdf(markdown, place).content;

describe("documents of Jira as markdown", () => {
  const link = (href: string): AdfMark => ({ type: "link", attrs: { href } });
  const cases: Array<[what: string, nodes: AdfNode[], markdown: string]> = [
    ["headings", [node("heading", [words("Title")], { level: 3 })], "### Title"],
    [
      "a heading with a line break",
      [node("heading", [words("a"), node("hardBreak"), words("b")], { level: 1 })],
      "# a b",
    ],
    ["text effects", [para(words("b", "strong"), " ", words("i", "em"), " ", words("s", "strike"))], "**b** _i_ ~~s~~"],
    ["effects in effects", [para(words("a", "strong"), words("b", "em", "strong"), "c")], "**a*b***c"],
    ["effects with spaces at their ends", [para("a", words(" b ", "strong"), "c")], "a **b** c"],
    ["effects within words", [para("un", words("believ", "em"), "able")], "un*believ*able"],
    ["effects that markdown could not read", [para(words("a:", "strong"), "b")], "a:b"],
    ["effects that markdown lacks", [para(words("u", "underline"), words("c", "textColor"))], "uc"],
    [
      "code",
      [para(words("a`b", "code"), " ", words("`", "code"), " ", words("x", "code", "strong"))],
      "``a`b`` `` ` `` `x`",
    ],
    ["links", [para(words("see", link("https://a.b/c d(e)")))], "[see](<https://a.b/c%20d(e)>)"],
    [
      "links that show their address",
      [para("at ", words("https://a.b/c", link("https://a.b/c")), " ok")],
      "at https://a.b/c ok",
    ],
    [
      "links with effects",
      [para(words("b", "strong", link("https://a.b")), words("[x]", link("https://a.b")))],
      String.raw`[**b**\[x\]](https://a.b)`,
    ],
    ["links that lead to scripts", [para(words("click", link("javascript:alert(1)")))], "click"],
    [
      "mentions",
      [para(node("mention", undefined, { id: "5b:1", text: "@Bob [x]" }))],
      String.raw`[@Bob \[x\]](https://x.atlassian.net/jira/people/5b%3A1)`,
    ],
    [
      "emoji",
      [
        para(
          node("emoji", undefined, { shortName: ":smile:", text: "😄" }),
          node("emoji", undefined, { shortName: ":own:" }),
        ),
      ],
      "😄:own:",
    ],
    ["dates", [para(node("date", undefined, { timestamp: "1704067200000" }))], "2024-01-01"],
    ["statuses", [para(node("status", undefined, { text: "IN REVIEW", color: "blue" }))], "`IN REVIEW`"],
    [
      "cards",
      [
        para(node("inlineCard", undefined, { url: "https://a.b/c" })),
        node("blockCard", undefined, { url: "https://d.e" }),
      ],
      "<https://a.b/c>\n\n<https://d.e>",
    ],
    ["quotes", [node("blockquote", [para("a"), para("b")])], "> a\n>\n> b"],
    ["panels", [node("panel", [para("careful")], { panelType: "error" })], "> [!CAUTION]\n> careful"],
    ["panels of other colours", [node("panel", [para("x")], { panelType: "custom" })], "> [!NOTE]\n> x"],
    ["rules", [para("a"), node("rule"), para("b")], "a\n\n---\n\nb"],
    ["code blocks", [node("codeBlock", [words("a\n```\n  b")], { language: "ts" })], "````ts\na\n```\n  b\n````"],
    ["empty code blocks", [node("codeBlock", [], { language: "bad lang`" })], "```\n```"],
    [
      "nested lists",
      [
        node("bulletList", [
          node("listItem", [
            para("a"),
            node("orderedList", [node("listItem", [para("b"), node("codeBlock", [words("c")])])], { order: 9 }),
          ]),
          node("listItem", [para("d"), para("e")]),
        ]),
      ],
      "- a\n  9. b\n\n     ```\n     c\n     ```\n- d\n\n  e",
    ],
    [
      "lists that follow each other",
      [node("bulletList", [node("listItem", [para("a")])]), node("bulletList", [node("listItem", [para("b")])])],
      "- a\n\n* b",
    ],
    [
      "tasks",
      [
        node("taskList", [
          node("taskItem", [words("a")], { state: "TODO" }),
          node("taskItem", [words("b")], { state: "DONE" }),
          node("taskList", [node("taskItem", [words("c")], { state: "TODO" })]),
        ]),
      ],
      "- [ ] a\n- [x] b\n  - [ ] c",
    ],
    ["decisions", [node("decisionList", [node("decisionItem", [words("yes")], { state: "DECIDED" })])], "- yes"],
    ["expands", [node("expand", [para("inside")], { title: "More" })], "**More**\n\ninside"],
    [
      "tables",
      [
        node("table", [
          node("tableRow", [node("tableHeader", [para("a")]), node("tableHeader", [para("b")])]),
          node("tableRow", [
            node("tableCell", [para("1|2"), para("3")]),
            node("tableCell", [node("bulletList", [node("listItem", [para("x")])])]),
          ]),
        ]),
      ],
      String.raw`| a | b |
| --- | --- |
| 1\|2 3 | x |`,
    ],
    [
      "tables without a header, of rows of different length",
      [
        node("table", [
          node("tableRow", [node("tableCell", [para("a")])]),
          node("tableRow", [node("tableCell", [para("b")]), node("tableCell", [])]),
        ]),
      ],
      "|  |  |\n| --- | --- |\n| a |  |\n| b |  |",
    ],
    [
      "pictures",
      [
        node("mediaSingle", [
          node("media", undefined, { type: "file", id: "ab-c", collection: "", alt: "shot.png" }),
          node("caption", [words("Look")]),
        ]),
      ],
      `![shot.png](${web}/rest/api/3/attachment/content/7#media=ab-c/)\n\nLook`,
    ],
    [
      "files, known and unknown",
      [
        node("mediaGroup", [
          node("media", undefined, { type: "file", id: "d", collection: "x", alt: "log.txt" }),
          node("media", undefined, { type: "file", id: "e" }),
        ]),
      ],
      `[log.txt](${web}/rest/api/3/attachment/content/8#media=d/x)\n\n[attachment](${web}/browse/WID-1#media=e/)`,
    ],
    [
      "pictures from elsewhere",
      [node("mediaSingle", [node("media", undefined, { type: "external", url: "https://a.b/c.png" })])],
      "![image](https://a.b/c.png)",
    ],
    [
      "unknown nodes",
      [
        node("newBlock", [para("kept")]),
        para(node("newInline", [words("also")])),
        node("extension", undefined, { text: "macro" }),
      ],
      "kept\n\nalso\n\nmacro",
    ],
    [
      "layouts",
      [node("layoutSection", [node("layoutColumn", [para("l")]), node("layoutColumn", [para("r")])])],
      "l\n\nr",
    ],
    ["inline nodes where blocks belong", [words("a"), words("b", "strong"), para("c")], "a**b**\n\nc"],
    ["empty paragraphs", [para(), para("a"), para()], "a"],
  ];
  for (const [what, nodes, markdown] of cases) it(what, () => assert.equal(toMarkdown(...nodes), markdown));

  it("is empty where there is none", () => {
    for (const none of [
      null,
      undefined,
      "text",
      7,
      [],
      {},
      { type: 1 },
      { type: "doc" },
      { type: "doc", content: "x" },
    ]) {
      assert.equal(adfToMarkdown(none, place), "");
    }
  });

  it("takes what is not as described for what it is worth", () => {
    const odd = {
      type: "doc",
      content: [
        null,
        7,
        { type: "paragraph", content: [{ type: "text", text: 5, marks: "x" }, words("ok")] },
        { type: "heading", attrs: null, content: [words("h")] },
      ],
    };
    assert.equal(adfToMarkdown(odd, place), "ok\n\n# h");
  });
});

describe("plain text of Jira in markdown", () => {
  const texts = [
    "*not* _em_ **nor** __strong__ ~~strike~~ `code`",
    "# no heading",
    "- no list\n+ none\n* none\n1. none\n2) none",
    "> no quote",
    "[no](https://link.example) ![no](https://image.example) [ref]: https://x.y",
    "[x] no task",
    "<b>no html</b> <!-- no comment --> &amp; &#60; <https://no.autolink>",
    "a\n---\nb\n===\nc",
    "a | b\n--- | ---\n1 | 2",
    "| a |\n|---|",
    "```\nno fence\n~~~",
    "back\\slash \\* and \\\\ end\\",
    "snake_case_name 2 * 3 * 4 a*b*c",
    "[!NOTE]\nno alert",
    "ends with *",
    "    four spaces",
    "https://a.b/under_score_ and (https://c.d/e)",
    "[a](b) ](c) [",
    "<",
    "_a_b_ _",
    "مرحبا *עברית* 日本語**強調**です 👩‍👩‍👧",
  ];
  for (const text of texts) {
    it(`means itself: ${JSON.stringify(text)}`, () => {
      const lines = text.split("\n");
      const nodes = lines.flatMap((line, index) => (index === 0 ? [words(line)] : [node("hardBreak"), words(line)]));
      const [block, ...more] = toAdf(toMarkdown(node("paragraph", nodes)));
      assert.deepEqual([block?.type, more], ["paragraph", []]);
      const back = (block?.content ?? []).map((part) => (part.type === "hardBreak" ? "\n" : part.text)).join("");
      assert.equal(back, lines.map((line) => line.trim()).join("\n"));
      const marks = (block?.content ?? []).flatMap((part) => part.marks ?? []).filter(({ type }) => type !== "link");
      assert.deepEqual(marks, []);
    });
  }

  it("stays whatever the effects are, and in what order", () => {
    // Numbers that look random and are the same in every run: https://en.wikipedia.org/wiki/Linear_congruential_generator
    let state = 7;
    const random = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * below);
    };
    const pieces = [
      "a",
      "word",
      " ",
      "b c",
      "(",
      "x)",
      "*",
      "_",
      "!",
      "[",
      "]",
      "日本",
      "`",
      "a.",
      ": ",
      "~",
      "_a_",
      "<b",
    ];
    const kinds = ["strong", "em", "strike", "code"];
    for (let round = 0; round < 3000; round += 1) {
      const nodes = Array.from({ length: 1 + random(6) }, () =>
        words(pieces[random(pieces.length)] ?? "", ...kinds.filter(() => random(3) === 0)),
      );
      const markdown = toMarkdown(node("paragraph", nodes));
      const back = toAdf(markdown).flatMap((block) => block.content ?? []);
      const text = (all: AdfNode[]) =>
        all
          .map((each) => each.text ?? "")
          .join("")
          .trim()
          .replaceAll(/\s+/g, " ");
      assert.equal(text(back), text(nodes), `${JSON.stringify(nodes)} as ${markdown}`);
    }
  });

  it("stays readable: nothing is escaped that need not be", () => {
    for (const text of [
      "snake_case_name",
      "2 * 3 = 6",
      "a < b & c > d",
      "array[0] = x",
      "C:\\dir and #7, - and 3.5!",
      "~5 | 6",
    ]) {
      assert.equal(toMarkdown(para(text)), text);
    }
  });
});

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
