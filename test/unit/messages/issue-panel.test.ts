import assert from "node:assert/strict";
import { savedIssuePanel, toIssueHost } from "../../../shared/messages/issue-panel.ts";
import { panelHtml } from "../../../shared/messages/panel-html.ts";

describe("messages: what the issue panel may ask", () => {
  const open = (url: unknown) => toIssueHost.openLink.input({ url }, "openLink");

  it("opens http, https and mailto addresses", () => {
    assert.deepEqual(open("https://example.org/a?b=c#d"), { url: "https://example.org/a?b=c#d" });
    assert.deepEqual(open("http://example.org"), { url: "http://example.org/" });
    assert.deepEqual(open("mailto:ada@example.org"), { url: "mailto:ada@example.org" });
  });

  for (const url of [
    "javascript:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "command:workbench.action.terminal.new",
    "vscode://aiops/issue/1",
    "//example.org",
    "/etc/passwd",
    "https://person:secret@example.org/",
    `https://example.org/${"a".repeat(5000)}`,
    "",
    12,
    null,
  ]) {
    it(`refuses to open ${JSON.stringify(url).slice(0, 60)}`, () => {
      assert.throws(() => open(url), { code: "invalid_input" });
    });
  }

  it("attaches sessions by id only", () => {
    assert.deepEqual(toIssueHost.attachSession.input({ sessionId: "s_1-a" }, "x"), { sessionId: "s_1-a" });
    for (const sessionId of ["", "../s", "a b", 4, undefined]) {
      assert.throws(() => toIssueHost.attachSession.input({ sessionId }, "x"), { code: "invalid_input" });
    }
  });

  it("reads back what the panel saved and nothing else", () => {
    const draft = { text: "A text", base: 7 };
    const drafts = { comment: "Not sent yet", title: draft, body: draft };
    const saved = { issueId: "i1", scrollTop: 10, shownComments: 40, drafts };
    assert.deepEqual(savedIssuePanel({ ...saved, more: "x" }, "saved"), saved);
    assert.throws(() => savedIssuePanel(undefined, "saved"), { code: "invalid_input" });
    assert.throws(() => savedIssuePanel({ ...saved, scrollTop: -1 }, "saved"), { code: "invalid_input" });
  });
});

describe("messages: the panel's page", () => {
  const page = panelHtml({
    scriptUri: "https://res.example/panel.js?a=1&b=2",
    styleUri: "https://res.example/panel.css",
    cspSource: "'self' https://res.example",
    nonce: "bm9uY2U",
    title: `#1 "><script>alert(1)</script>`,
  });

  it("holds the strict policy", () => {
    assert.match(page, /default-src 'none'; script-src 'nonce-bm9uY2U'; style-src 'self' https:\/\/res\.example '/);
    assert.doesNotMatch(page, /unsafe|\*/);
  });

  it("escapes what it is given", () => {
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.match(page, /panel\.js\?a=1&amp;b=2/);
  });
});
