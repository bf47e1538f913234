import assert from "node:assert/strict";
import type { AdfMark, AdfNode } from "../../../server/providers/jira/adf/nodes.ts";
import { adfToMarkdown } from "../../../server/providers/jira/adf/to-markdown.ts";
import { node, para, place, toAdf, toMarkdown, web, words } from "./jira-documents.ts";

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
