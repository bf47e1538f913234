import assert from "node:assert/strict";
import { wikiFormat } from "../../../server/providers/jira/text-format.ts";

const web = "https://host.example/jira";
const place = {
  profiles: `${web}/secure/ViewProfile.jspa?name=`,
  issueUrl: `${web}/browse/WID-1`,
  attachments: [{ filename: "shot.png", url: `${web}/secure/attachment/7/shot.png`, mimeType: "image/png" }],
};
const read = (wiki: string): string => wikiFormat.toMarkdown(wiki, place);
const write = (markdown: string): unknown => wikiFormat.fromMarkdown(markdown, place);

describe("Jira's wiki markup as markdown", () => {
  const cases: Array<[wiki: string, markdown: string]> = [
    ["h2. Title *b*", "## Title **b**"],
    ["*bold* _em_ -gone- {{code}} +ins+", "**bold** _em_ ~~gone~~ `code` +ins+"],
    ["a*b*c a-b-c snake_case_x 2 - 3 - 4 *open", "a\\*b\\*c a-b-c snake_case_x 2 - 3 - 4 \\*open"],
    ["\\*not\\* \\{code} a\\\\b", "\\*not\\* {code} a\nb"],
    ["{color:red}red{color} text", "red text"],
    [
      "[see|https://a.b/c] [https://d.e] [~bob] [^shot.png] [WID-2]",
      `[see](https://a.b/c) https://d.e [@bob](${place.profiles}bob) ![shot.png](${web}/secure/attachment/7/shot.png) [WID-2]`,
    ],
    ["[click|javascript:alert(1)]", "\\[click|javascript:alert(1)]"],
    [
      "!shot.png|width=300! !https://a.b/c.png! wow! great!",
      `![shot.png](${web}/secure/attachment/7/shot.png) ![image](https://a.b/c.png) wow! great!`,
    ],
    ["* a\n** b\n*# c\n* d\nmore\n\n# one\n# two", "- a\n  - b\n  1. c\n- d\n  more\n\n1. one\n2. two"],
    ["- a\n- b", "- a\n- b"],
    ["*** deep at once", "- - - deep at once"],
    ["{code:java|title=X}\nint *x*;\n\n  y\n{code}\nafter", "```java\nint *x*;\n\n  y\n```\n\nafter"],
    ["{code:title=x.ts|language=ts}a{code} b", "```ts\na\n```\n\nb"],
    ["{noformat}\n{code}\n{noformat}", "```\n{code}\n```"],
    ["{code}\nnever ends", "```\nnever ends\n```"],
    ["{quote}\na\n\n* b\n{quote}", "> a\n>\n> - b"],
    ["bq. said", "> said"],
    ["{panel:title=Look|bgColor=#fff}\ntext\n{panel}", "> [!NOTE]\n> **Look**\n>\n> text"],
    ["||a||b||\n|1|[x|https://a.b]|\n|2|3\\|4|", "| a | b |\n| --- | --- |\n| 1 | [x](https://a.b) |\n| 2 | 3\\|4 |"],
    ["a\n----\nb", "a\n\n---\n\nb"],
    ["line one\nline two\n\nnext", "line one\nline two\n\nnext"],
    ["<b>html</b> & # no\r\n> no", "\\<b>html\\</b> & # no\n\\> no"],
    ["", ""],
  ];
  for (const [wiki, markdown] of cases) it(JSON.stringify(wiki), () => assert.equal(read(wiki), markdown));

  it("is empty where there is none", () => {
    for (const none of [null, undefined, 7, { type: "doc" }]) assert.equal(wikiFormat.toMarkdown(none, place), "");
  });
});

describe("markdown as Jira's wiki markup", () => {
  const texts = [
    "# Title _em_\n\nText **bold** ~~gone~~ `code` [link](https://a.b/c)\nnext line",
    "- a\n  - b\n  1. c\n- d\n\n1. one\n2. two",
    "- [ ] todo\n- [x] done **well**\n  - [ ] sub",
    "> quote\n>\n> - in a list",
    "```ts\nconst a = 1; // {braces} [x] *y*\n\n  b\n```",
    "| a | b |\n| --- | --- |\n| 1 \\| 2 | **x** |",
    "text\n\n---\n\nend https://bare.example/x",
    `Hi [@bob](${place.profiles}bob) there`,
    "a_b *c* {d} [e] !f! h1. x -- - y 5*6 \\*no\\* ~a~ ^b^ +c+",
    "h1. no heading\nbq. no quote",
  ];
  for (const text of texts) {
    it(`comes back as it was: ${JSON.stringify(text.slice(0, 40))}`, () => {
      const once = read(String(write(text)));
      assert.equal(read(String(write(once))), once);
      assert.equal(once.replaceAll(/[\\_*]/g, ""), text.replaceAll(/[\\_*]/g, ""));
    });
  }

  it("writes what Jira's manual says", () => {
    assert.equal(write("## T\n\n**b** _i_ `c`"), "h2. T\n\n*b* _i_ {{c}}");
    assert.equal(write("1. a\n   - b"), "# a\n#* b");
    assert.equal(write("```js\nx\n```"), "{code:js}\nx\n{code}");
    assert.equal(write("{color} [x] *x"), String.raw`\{color\} \[x\] \*x`);
  });
});

describe("hostile wiki markup", () => {
  it("takes no longer than its size allows", () => {
    const units = [
      "*a",
      "*a ",
      "[",
      "[a|",
      "!",
      "!a.b",
      "{{",
      "{code}",
      "{quote}",
      "{color:",
      "|",
      "||",
      "* a\n",
      "# ",
      "\\",
      "_-*",
      "{panel}\n",
      "*a _b -c ",
      "[~",
      "-",
      "h1. ",
      " ",
      "\n",
    ];
    for (const unit of units) {
      const text = unit.repeat(Math.ceil(131_072 / unit.length));
      const began = performance.now();
      read(text);
      const took = performance.now() - began;
      assert.ok(took < 2000, `${JSON.stringify(unit)} took ${took} ms`);
    }
  });
});
