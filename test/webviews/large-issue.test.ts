import assert from "node:assert/strict";
import { browserForTests } from "../support/browser.ts";
import { waitFor } from "../support/wait.ts";
import { comment, issue, loaded } from "./issue-fixture.ts";
import { openStage, servePanels, type PanelServer, type Stage } from "./stage.ts";

declare global {
  interface Window {
    /** How often the page took a turn while something was still being drawn. */
    turnsWhileBusy: number;
  }
}

const megabyte = 1024 * 1024;
const fill = (unit: string): string => unit.repeat(Math.ceil(megabyte / unit.length)).slice(0, megabyte);

describe("webviews: large issues", () => {
  const browser = browserForTests();
  let server: PanelServer;
  let stage: Stage;
  before(async () => {
    server = await servePanels();
  });
  after(async () => server.close());
  afterEach(async () => {
    assert.deepEqual(await stage.complaints(), []);
    await stage.close();
  });

  async function open(body: string, comments = loaded.comments): Promise<void> {
    stage = await openStage(browser(), server, { state: { ...loaded, issue: { ...issue, body }, comments } });
    await stage.page.getByRole("button", { name: "Refresh" }).waitFor();
    await drawn();
  }

  const drawn = () => stage.page.waitForFunction(() => document.querySelector("[aria-busy]") === null);

  /** Counts the page's turns from the next click until everything is drawn: a page that freezes has none. */
  async function countTurns(): Promise<void> {
    await stage.page.evaluate(() => {
      window.turnsWhileBusy = 0;
      const turn = () => {
        if (document.querySelector("[aria-busy]") === null) return;
        window.turnsWhileBusy += 1;
        setTimeout(turn, 0);
      };
      document.addEventListener("click", () => setTimeout(turn, 0), { once: true });
    });
  }

  const bodies: Record<string, string> = {
    "of prose": fill("Some *emphasised* text with `code` and a [link](https://example.org/x).\n\n"),
    "of one log in a fence": `\`\`\`\n${fill("2026-01-01T00:00:00Z INFO something happened again\n")}\n\`\`\``,
    "of one line": fill("word "),
    "of one word": fill("x"),
    "of brackets": fill("[".repeat(200)),
    "of links that never close": fill("[a](b "),
    "of emphasis that never closes": fill("*a **b _c "),
    "of quotes within quotes": fill(`${">".repeat(60)} x\n`),
    "of tags": fill("<div><b>"),
    "of broken tags": fill('<a href="'),
    "of table rows": `| a | b |\n| - | - |\n${fill("| cell | cell |\n")}`,
    "of backticks": fill("`` ` ``` "),
    "of addresses": fill("https://example.org/a@b.c/?d=e&f "),
  };
  for (const [kind, body] of Object.entries(bodies)) {
    it(`a megabyte ${kind}: its beginning at once, the rest on request without freezing`, async function large() {
      this.timeout(60_000);
      await open(body);
      const pieces = stage.page.locator(".description .rich-text-piece");
      assert.equal(await pieces.count(), 1);
      await countTurns();
      await stage.page.getByRole("button", { name: /^Show all \(1,0\d\d,\d\d\d characters\)$/ }).click();
      await drawn();
      assert.ok((await pieces.count()) > 20);
      // One word is drawn so soon that a quick machine needs no second turn for it.
      const turns = await stage.page.evaluate(() => window.turnsWhileBusy);
      assert.ok(turns > 0 || kind === "of one word", `${turns} turns`);
      const shown = (await stage.page.locator(".description").textContent()) ?? "";
      if (kind === "of one log in a fence") {
        const lines = (text: string) => text.match(/something happened again/g)?.length;
        assert.equal(lines(shown), lines(body));
      }
      await stage.page.getByRole("button", { name: "Refresh" }).click();
      await waitFor(() => stage.asked.length > 0, { what: "an action afterwards" });
    });
  }

  it("2,000 comments: the newest first, older ones in steps, all without freezing", async function many() {
    this.timeout(60_000);
    const text = (index: number) => `Comment **${index}**\n\n- one\n- two\n\n\`\`\`\ncode ${index}\n\`\`\`\n`;
    const comments = Array.from({ length: 2000 }, (_, index) => comment(index, text(index)));
    await open("Many.", comments);
    const articles = stage.page.getByRole("article");
    assert.equal(await articles.count(), 30);
    assert.match(await articles.last().innerText(), /Comment 1999/);
    await stage.page.getByRole("button", { name: "Show 50 older comments" }).click();
    assert.equal(await articles.count(), 80);
    assert.match(await articles.first().innerText(), /Comment 1920/);
    assert.equal(await stage.page.locator(".notices [aria-live]").innerText(), "50 older comments shown");

    await drawn();
    await countTurns();
    await stage.page.getByRole("button", { name: "Show all 2,000" }).click();
    assert.equal(await stage.page.evaluate(() => document.activeElement?.id), "comments-heading");
    // The page takes a click while it draws; the host is asked before the last comment stands.
    await stage.page.getByRole("button", { name: "Refresh" }).click();
    await waitFor(() => stage.asked.length > 0, { what: "an action meanwhile" });
    await drawn();
    assert.equal(await articles.count(), 2000);
    assert.ok((await stage.page.evaluate(() => window.turnsWhileBusy)) > 10);
    assert.match((await articles.first().textContent()) ?? "", /Comment 0/);
    assert.equal(await stage.page.getByRole("button", { name: /^Show/ }).count(), 0);
  });

  it("a comment of a megabyte is cut like a description", async () => {
    await open("Short.", [comment(1, bodies["of prose"] ?? "")]);
    assert.equal(await stage.page.getByRole("article").locator(".rich-text-piece").count(), 1);
    await stage.page.getByRole("article").getByRole("button", { name: "Show all" }).waitFor();
  });
});
