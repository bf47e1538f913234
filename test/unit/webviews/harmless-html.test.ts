import assert from "node:assert/strict";
import { harmlessHtml } from "../../../webviews/ui/harmless-html.ts";

describe("webviews: the harmless part of HTML", () => {
  for (const [html, expected] of [
    ["<details open><summary>x</summary>y</details>", '<details open=""><summary>x</summary>y</details>'],
    ["a<br/>b<hr>c</br>", "a<br>b<hr>c&lt;/br>"],
    ["<KBD class=x onclick='y()'>Ctrl</KBD>", "<kbd>Ctrl</kbd>"],
    [
      `<a href='https://x.example/?a=1&amp;b="2"' style="x">x</a>`,
      '<a href="https://x.example/?a=1&amp;b=&quot;2&quot;">x</a>',
    ],
    ["<img src=x.png alt='a > b' onerror=y() srcset=z>", '<img data-source="x.png" alt="a &gt; b">'],
    ["<script>x()</script>", "&lt;script>x()&lt;/script>"],
    ["Vec<T> and a < b", "Vec&lt;T> and a &lt; b"],
    ["before<!-- hidden <b> -->after", "beforeafter"],
    ["before<!-- never closed <b>", "before"],
    ["<b", "&lt;b"],
    ['<b title="never closed>x', '&lt;b title="never closed>x'],
    ["<svg/onload=x()><style>x</style><iframe>", "&lt;svg/onload=x()>&lt;style>x&lt;/style>&lt;iframe>"],
    ["<constructor><__proto__>", "&lt;constructor>&lt;__proto__>"],
    ["</div>x", "&lt;/div>x"],
    ["<p>one<p>two<li>three", "<p>one<p>two<li>three"],
    ["<![CDATA[x]]><?php x ?><!DOCTYPE html>", "&lt;![CDATA[x]]>&lt;?php x ?>&lt;!DOCTYPE html>"],
  ] as const) {
    it(`of ${html}`, () => {
      assert.equal(harmlessHtml(html, []), expected);
    });
  }

  it("nests as deep as people write, not as deep as attackers", () => {
    const written = harmlessHtml("<div><b>".repeat(1000), []);
    assert.equal(written.match(/<(?:div|b)>/g)?.length, 30);
  });

  it("knows across calls what is open", () => {
    const open: string[] = [];
    harmlessHtml("<details><b>", open);
    assert.deepEqual(open, ["details", "b"]);
    assert.equal(harmlessHtml("</details>", open), "</details>");
    assert.deepEqual(open, []);
  });
});
