import assert from "node:assert/strict";
import { browserForTests } from "../support/browser.ts";
import { waitFor } from "../support/wait.ts";
import { hostileTexts } from "./hostile-text.ts";
import { comment, issue, loaded, type LoadedState } from "./issue-fixture.ts";
import { openStage, servePanels, type PanelServer, type Stage } from "./stage.ts";

declare global {
  interface Window {
    pwned(): void;
    pwnedTimes: number;
  }
}

// prettier-ignore
const allowedElements = new Set([
  "A", "B", "BLOCKQUOTE", "BR", "CODE", "DD", "DEL", "DETAILS", "DIV", "DL", "DT", "EM", "H3", "H4", "H5", "H6", "HR",
  "I", "INPUT", "INS", "KBD", "LI", "OL", "P", "PRE", "Q", "S", "SAMP", "SPAN", "STRONG", "SUB", "SUMMARY", "SUP",
  "TABLE", "TBODY", "TD", "TFOOT", "TH", "THEAD", "TR", "TT", "UL", "VAR", "BUTTON", "svg", "path", "VSCODE-BUTTON",
]);
// prettier-ignore
const allowedAttributes = new Set([
  "href", "title", "align", "class", "colspan", "rowspan", "start", "open", "dir", "tabindex", "role", "aria-label",
  "type", "disabled", "checked", "aria-hidden", "viewBox", "focusable", "d", "appearance", "current-value",
]);
// prettier-ignore
const ownClasses = new Set([
  "rich-text", "rich-text-piece", "code-block", "icon-button", "copy", "icon", "icon-copy", "icon-image", "icon-check",
  "table-scroller", "image-placeholder", "task",
]);

describe("webviews: text written by others", () => {
  const browser = browserForTests();
  let server: PanelServer;
  let stage: Stage;
  before(async () => {
    server = await servePanels();
  });
  after(async () => server.close());
  afterEach(async () => stage.close());

  async function show(state: Partial<LoadedState> & { body?: string }): Promise<void> {
    const { body = "", ...rest } = state;
    stage = await openStage(browser(), server);
    await stage.page.evaluate(() => {
      window.pwnedTimes = 0;
      window.pwned = () => (window.pwnedTimes += 1);
    });
    stage.page.on("dialog", (dialog) => void dialog.dismiss());
    stage.host.tell("show", { ...loaded, comments: [], issue: { ...issue, body }, ...rest });
    await settled();
  }

  /** Waits until every text is drawn. */
  async function settled(): Promise<void> {
    await stage.page.getByRole("heading", { name: "Comments" }).waitFor();
    await stage.page.waitForFunction(() => document.querySelector("[aria-busy]") === null);
  }

  /** Every element and attribute of the texts that the panel would not have made. */
  async function leftovers(): Promise<string[]> {
    const found = await stage.page.evaluate(() =>
      Array.from(document.querySelectorAll(".rich-text *"), (element) => ({
        name: element.tagName,
        attributes: Array.from(element.attributes, ({ name, value }) => ({ name, value })),
      })),
    );
    return found.flatMap(({ name, attributes }) => [
      ...(allowedElements.has(name) ? [] : [`<${name}>`]),
      ...attributes.filter((attribute) => !attributeAllowed(attribute)).map((one) => `${one.name}="${one.value}"`),
    ]);
  }

  function attributeAllowed({ name, value }: { name: string; value: string }): boolean {
    if (!allowedAttributes.has(name)) return false;
    if (name === "href") return /^(https?:\/\/|mailto:)/.test(value);
    if (name !== "class") return true;
    return value.split(" ").every((one) => ownClasses.has(one) || /^(language-[\w+#.-]+|written-h[1-6])$/.test(one));
  }

  async function assertHarmless(): Promise<void> {
    assert.equal(await stage.page.evaluate(() => window.pwnedTimes), 0, "no script of the text ran");
    assert.deepEqual(await leftovers(), []);
    assert.deepEqual(stage.foreign, [], "nothing was loaded from elsewhere");
    assert.deepEqual(await stage.complaints(), []);
    assert.deepEqual(stage.refused, []);
    assert.equal(stage.page.frames().length, 1);
    assert.equal(new URL(stage.page.url()).origin, server.origin);
  }

  it("can do nothing in a comment", async () => {
    await show({ comments: hostileTexts.map((text, index) => comment(index, text)) });
    await stage.page.getByRole("button", { name: "Show all" }).click();
    await settled();
    assert.equal(await stage.page.getByRole("article").count(), hostileTexts.length);
    await assertHarmless();
  });

  it("can do nothing in a description, all of it in one", async () => {
    await show({
      body: hostileTexts.filter((text) => !/<plaintext|<!--|<template|<xmp|<title/.test(text)).join("\n\n"),
    });
    await assertHarmless();
  });

  it("can do nothing when hovered, clicked and focused", async () => {
    await show({ comments: hostileTexts.map((text, index) => comment(index, text)) });
    await stage.page.getByRole("button", { name: "Show all" }).click();
    await settled();
    await stage.page.evaluate(() => {
      for (const element of document.querySelectorAll<HTMLElement>(".rich-text *")) {
        for (const type of ["pointerover", "mouseover", "mouseenter", "auxclick", "focus", "toggle"]) {
          element.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true }));
        }
        element.click?.();
      }
    });
    await assertHarmless();
    const opened = stage.asked
      .filter(({ name }) => name === "openLink")
      .map(({ input }) => (input as { url: string }).url);
    assert.ok(opened.length > 0);
    assert.ok(
      opened.every((url) => /^(https?:\/\/|mailto:)/.test(url)),
      opened.join("\n"),
    );
  });

  it("stays text in titles, names, labels, milestones, branches and questions", async () => {
    const text = `<img src=x onerror=pwned()><b>bold</b> "'>`;
    const person = { id: "1", name: text };
    await show({
      projectName: text,
      issue: { ...issue, title: text, key: text, author: person, assignees: [person], labels: [text], milestone: text },
      comments: [comment(1, "plain", { author: person })],
      sessions: loaded.sessions.map((one) => ({ ...one, title: text, question: text, branch: text })),
      canWrite: false,
      readOnlyReason: text,
      offlineSince: issue.createdAt,
      trouble: { externalProject: text, words: text, syncedAt: null, help: "sync" },
    });
    assert.equal(await stage.page.locator("#panel :is(img, b, script)").count(), 0);
    assert.ok((await stage.page.getByText("<b>bold</b>").count()) >= 10);
    await assertHarmless();
  });

  it("shows what GitHub's Markdown shows", async () => {
    await show({ body: issue.body });
    const text = stage.page.locator(".description");
    assert.equal(await text.getByRole("heading", { level: 4, name: "To reproduce" }).count(), 1);
    assert.deepEqual(await text.locator("ol > li").allInnerTexts(), [
      "Start work on any issue, tool codex",
      "Before the terminal opens, press it again",
      "git worktree list shows both",
    ]);
    assert.equal(await text.getByRole("cell", { name: "1.2 s" }).getAttribute("align"), "center");
    const tasks = text.getByRole("checkbox");
    assert.equal(await tasks.count(), 3);
    assert.deepEqual(await tasks.evaluateAll((all) => all.map((one) => (one as HTMLInputElement).checked)), [
      true,
      false,
      false,
    ]);
    assert.ok(await tasks.first().isDisabled());
    assert.match(await text.locator("blockquote").innerText(), /should attach to/);
    assert.equal(await text.locator("kbd").count(), 2);
    assert.equal(await text.locator("details summary").innerText(), "Log");
    assert.doesNotMatch((await text.textContent()) ?? "", /please keep the template/);
    assert.equal(await text.getByRole("region", { name: "Code in ts" }).count(), 1);
  });

  it("opens links through the host alone, with the keyboard too, relative ones below the issue", async () => {
    await show({ body: "[a](https://example.org/a) [b](docs/b.md) [c](#c) <ada@example.org> https://example.org/d" });
    const links = stage.page.locator(".description a");
    await links.nth(0).click();
    await links.nth(1).focus();
    await stage.page.keyboard.press("Enter");
    await links.nth(2).click({ button: "middle" });
    await links.nth(3).click({ modifiers: ["Control"] });
    await links.nth(4).click({ modifiers: ["Shift"] });
    await waitFor(() => stage.asked.length === 5, { what: "five links to be asked for" });
    assert.deepEqual(
      stage.asked.map(({ name, input }) => [name, (input as { url: string }).url]),
      [
        ["openLink", "https://example.org/a"],
        ["openLink", "https://github.com/example/aiops/issues/docs/b.md"],
        ["openLink", "https://github.com/example/aiops/issues/12#c"],
        ["openLink", "mailto:ada@example.org"],
        ["openLink", "https://example.org/d"],
      ],
    );
    assert.equal(stage.page.context().pages().length, 1);
    await assertHarmless();
  });

  it("says where a link leads, whatever its text claims", async () => {
    await show({ body: "[https://example.org/safe](https://elsewhere.example/)" });
    const anchor = stage.page.getByRole("link", { name: "https://example.org/safe" });
    assert.equal(await anchor.getAttribute("title"), "https://elsewhere.example/");
  });

  it("offers an image as a link instead of loading it", async () => {
    await show({
      body: "![A plot](https://images.example/plot.png)\n\n[![badge](https://ci.example/b.svg)](https://ci.example/)",
    });
    await stage.page.getByRole("link", { name: "Image: A plot" }).click();
    await stage.page.getByRole("link", { name: "Image: badge" }).click();
    await waitFor(() => stage.asked.length === 2, { what: "two links to be asked for" });
    assert.deepEqual(
      stage.asked.map(({ input }) => input),
      [{ url: "https://images.example/plot.png" }, { url: "https://ci.example/" }],
    );
    await assertHarmless();
  });

  it("copies a code block as it was written", async () => {
    await show({ body: "```sh\necho '<b>'\n\techo two\n```" });
    await stage.page.getByRole("region", { name: "Code in sh" }).hover();
    await stage.page.getByRole("button", { name: "Copy code" }).click();
    await waitFor(() => stage.asked.length > 0, { what: "the copy" });
    assert.deepEqual(stage.asked, [{ name: "copy", input: { text: "echo '<b>'\n\techo two" } }]);
  });

  it("never makes the panel wider than it is", async () => {
    const long = "x".repeat(5000);
    await show({
      body: `${long}\n\n\`${long}\`\n\n\`\`\`\n${long}\n\`\`\`\n\n| ${long} | b |\n| - | - |\n| ${long} | d |\n\nhttps://example.org/${long}`,
      issue: { ...issue, title: long, labels: [long], milestone: long, assignees: [{ id: "1", name: long }] },
    });
    const [content, window] = await stage.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.equal(content, window);
  });
});
