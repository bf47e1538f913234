import assert from "node:assert/strict";
import { AppError } from "../../shared/errors.ts";
import type { Outcome } from "../../shared/messages/panel.ts";
import { browserForTests } from "../support/browser.ts";
import { waitFor } from "../support/wait.ts";
import { comment, issue, loaded, session, type LoadedState } from "./issue-fixture.ts";
import { openStage, servePanels, type PanelServer, type Stage, type StageOptions } from "./stage.ts";

describe("webviews: the issue panel", () => {
  const browser = browserForTests();
  let server: PanelServer;
  let stage: Stage;
  before(async () => {
    server = await servePanels();
  });
  after(async () => server.close());
  afterEach(async () => {
    assert.deepEqual(await stage.complaints(), []);
    assert.deepEqual(stage.refused, []);
    await stage.close();
  });

  async function open(options: StageOptions = {}): Promise<void> {
    stage = await openStage(browser(), server, { state: loaded, ...options });
  }
  const button = (name: string) => stage.page.getByRole("button", { name });
  const live = () => stage.page.locator(".notices [aria-live]").innerText();

  describe("shows", () => {
    it("what the issue is, in landmarks and headings", async () => {
      await open();
      await stage.page.getByRole("heading", { level: 1, name: `${issue.title} #12` }).waitFor();
      const { page } = stage;
      assert.match(await page.getByRole("banner").innerText(), /aiops · GitHub[^]*Open[^]*linus-p opened last week/);
      const details = page.getByRole("complementary", { name: "Sessions and details" });
      const texts = (await details.innerText()).split("\n");
      for (const text of ["Ada Byron", "grace-hopper", "bug", "good first issue", "0.2"])
        assert.ok(texts.includes(text));
      assert.deepEqual(await page.getByRole("main").getByRole("heading", { level: 2 }).allInnerTexts(), [
        "Description",
        "Comments\n3",
      ]);
      const comments = page.getByRole("article");
      assert.equal(await comments.count(), 3);
      assert.match(
        await comments.nth(2).getByRole("heading", { level: 3 }).innerText(),
        /Ada Byron[^]*edited 2 days ago/,
      );
      assert.equal(await comments.nth(1).getByText("Collaborator").count(), 0);
    });

    it("each time with the whole date as its title", async () => {
      await open();
      const time = stage.page.getByRole("banner").locator("time").first();
      assert.equal(await time.getAttribute("datetime"), issue.createdAt);
      const date = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "short" });
      assert.equal(await time.getAttribute("title"), date.format(new Date(issue.createdAt)));
    });

    it("a closed issue with the provider's own word, and what is empty as such", async () => {
      const empty = { labels: [], assignees: [], milestone: null, body: " ", closedAt: issue.updatedAt };
      const closed: LoadedState = {
        ...loaded,
        issue: { ...issue, ...empty, status: "closed", rawStatus: "not_planned" },
        comments: [],
        sessions: [],
      };
      await open({ state: closed });
      await stage.page.getByText("Closed · not_planned").waitFor();
      for (const text of ["No description.", "No comments.", "No sessions yet. Start Work opens one.", "Nobody"]) {
        assert.equal(await stage.page.getByText(text).isVisible(), true, text);
      }
    });

    it("that its tracker can't be read, how old all is, and what helps", async () => {
      const trouble = {
        externalProject: "ada/engine",
        words: "the tracker can't be reached",
        syncedAt: new Date(Date.now() - 20 * 60_000).toISOString(),
        help: "sync",
      } as const;
      await open({ state: { ...loaded, trouble } });
      const banner = stage.page.locator(".trouble");
      const text = /ada\/engine: the tracker can't be reached\. What is shown was read 20 minutes ago\./;
      assert.match(await banner.innerText(), text);
      await button("Sync now").click();
      await waitFor(() => stage.asked.some(({ name }) => name === "refresh"), { what: "the sync asked for" });

      stage.host.tell("surroundings", { ...loaded, trouble: { ...trouble, syncedAt: null, help: "token" } });
      await button("Update token").click();
      await waitFor(() => stage.asked.some(({ name }) => name === "updateToken"), { what: "the token asked for" });
      assert.match(await banner.innerText(), /Its issues were never read\./);
      assert.equal(await button("Sync now").count(), 0);

      stage.host.tell("surroundings", { ...loaded, trouble: { ...trouble, help: "administrator" } });
      await stage.page.getByText("An administrator can give its connection another token.").waitFor();
      assert.equal(await button("Update token").count(), 0);
      stage.host.tell("surroundings", loaded);
      await waitFor(async () => (await banner.innerText()) === "", { what: "the end of the banner" });
    });

    it("no start of work where the project has no repository", async () => {
      await open({ state: { ...loaded, sessions: [], hasRepository: false } });
      await stage.page.getByText("No sessions: the project has no repository to work in.").waitFor();
      assert.equal(await button("Start Work").count(), 0);
      assert.equal(await button("Populate AGENTS.override.md").count(), 0);
      assert.equal(await button("Open in Browser").isVisible(), true);
    });

    it("in the reader's language, with English where a translation is missing", async () => {
      const translations = { "Start Work": "Arbeit beginnen", "Show {0} older comments": "{0} ältere Kommentare" };
      const comments = Array.from({ length: 40 }, (_, index) => comment(index, "text"));
      await open({ state: { ...loaded, comments }, locale: { language: "de", translations } });
      await button("Arbeit beginnen").waitFor();
      await button("10 ältere Kommentare").waitFor();
      await button("Refresh").waitFor();
      assert.match(await stage.page.getByRole("banner").innerText(), /vor 3 Stunden/);
      assert.equal(await stage.page.locator("html").getAttribute("lang"), "de");
    });

    it("a skeleton while it is read, then a failure with a way on", async () => {
      await open({ state: { kind: "loading", issueId: issue.id } });
      await stage.page.locator(".skeleton[aria-busy]").waitFor();
      assert.equal(await stage.page.getByRole("status").getByText("Reading the issue…").count(), 1);
      const message = "The server does not answer. It may be starting: wait a moment and retry.";
      stage.host.tell("show", { kind: "failed", issueId: issue.id, message });
      await stage.page.getByRole("alert").getByText(message).waitFor();
      await button("Retry").click();
      await waitFor(() => stage.asked.length > 0, { what: "the retry" });
      assert.deepEqual(stage.asked, [{ name: "refresh", input: undefined }]);
      stage.host.tell("show", loaded);
      await stage.page.getByRole("heading", { level: 1, name: issue.title }).waitFor();
    });

    it("since when it is offline, and that it may be old", async () => {
      await open();
      await button("Refresh").waitFor();
      const offlineSince = new Date(Date.now() - 10 * 60_000).toISOString();
      stage.host.tell("surroundings", { ...loaded, offlineSince });
      const notice = stage.page.getByRole("status").getByText("cannot be reached");
      await notice.waitFor();
      assert.match(await notice.innerText(), /Last seen 10 minutes ago/);
      stage.host.tell("surroundings", loaded);
      await notice.waitFor({ state: "detached" });
    });
  });

  describe("acts", () => {
    for (const [name, asked] of [
      ["Start Work", "startWork"],
      ["Populate AGENTS.override.md", "populateContext"],
      ["Open in Browser", "openInBrowser"],
      ["Refresh", "refresh"],
    ] as const) {
      it(`${name}: asks for ${asked} and says how it ended`, async () => {
        await open();
        await button(name).click();
        await waitFor(async () => (await live()) === `${name}: done`, { what: "the end of the action" });
        assert.deepEqual(stage.asked, [{ name: asked, input: undefined }]);
      });
    }

    it("once at a time, keeping the focus, and says when it was cancelled", async () => {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      let started = 0;
      await open({
        handlers: {
          startWork: () => {
            started += 1;
            return promise;
          },
        },
      });
      await button("Start Work").focus();
      await stage.page.keyboard.press("Enter");
      await button("Starting work…").waitFor();
      await stage.page.keyboard.press("Enter");
      await stage.page.keyboard.press("Space");
      await button("Refresh").click();
      await waitFor(() => stage.asked.length === 1, { what: "the refresh" });
      assert.equal(started, 1);
      await button("Starting work…").focus();
      resolve("cancelled");
      await button("Start Work").waitFor();
      assert.equal(await live(), "Start Work: cancelled");
      assert.equal(await stage.page.evaluate(() => document.activeElement?.textContent?.trim()), "Start Work");
    });

    it("shows why an action failed, until it is dismissed", async () => {
      const why = "The working tree has changes. Commit or stash them, then start work again.";
      await open({
        handlers: {
          startWork: () => {
            throw new AppError("dirty_tree", why);
          },
        },
      });
      await button("Start Work").click();
      const alert = stage.page.getByRole("alert");
      await alert.getByText(why).waitFor();
      assert.match(await alert.innerText(), /Start Work failed\./);
      await button("Dismiss").click();
      await alert.getByText(why).waitFor({ state: "detached" });
    });

    it("only reads where it may not write, and says why", async () => {
      const readOnlyReason = "This workspace is not trusted, so aiops only reads.";
      await open({ state: { ...loaded, canWrite: false, readOnlyReason } });
      await button("Refresh").waitFor();
      assert.equal(await button("Start Work").isDisabled(), true);
      assert.equal(await button("Populate AGENTS.override.md").isDisabled(), true);
      assert.equal(await button("Open in Browser").isEnabled(), true);
      assert.equal(await stage.page.getByText(readOnlyReason).isVisible(), true);
      stage.host.tell("surroundings", loaded);
      await waitFor(() => button("Start Work").isEnabled(), { what: "the right to write" });
      await button("Start Work").click();
      await waitFor(() => stage.asked.length > 0, { what: "the action" });
    });

    it("attaches a session; those that wait for a person come first, ended ones cannot be attached", async () => {
      await open();
      const rows = stage.page.getByRole("region", { name: "Sessions" }).getByRole("listitem");
      await rows.first().waitFor();
      assert.match(await rows.nth(0).innerText(), /codex[^]*Waiting for you · \d+ minutes ago[^]*Run `npm test`/);
      assert.match(await rows.nth(1).innerText(), /claude[^]*Working/);
      assert.match(await rows.nth(2).innerText(), /shell[^]*Exited/);
      assert.equal(await rows.nth(2).getByRole("button").count(), 0);
      await button("Attach codex, Waiting for you").click();
      await waitFor(() => stage.asked.length > 0, { what: "the attach" });
      assert.deepEqual(stage.asked, [{ name: "attachSession", input: { sessionId: "ses_1" } }]);
    });

    it("follows its sessions live and keeps the focus on the one it is on", async () => {
      await open({ state: { ...loaded, sessions: [session] } });
      await button("Attach codex").focus();
      const other = { ...session, id: "ses_9", tool: "gemini" };
      stage.host.tell("surroundings", { ...loaded, sessions: [{ ...session, status: "working" }, other] });
      await button("Attach gemini, Waiting for you").waitFor();
      const focused = await stage.page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
      assert.equal(focused, "Attach codex, Working");
      stage.host.tell("surroundings", { ...loaded, sessions: [] });
      await stage.page.getByText("No sessions yet").waitFor();
    });
  });

  describe("is used with the keyboard alone", () => {
    it("in the order it is read", async () => {
      await open({ state: { ...loaded, issue: { ...issue, body: "[link](https://example.org)" } } });
      await stage.page.getByRole("link", { name: "link" }).waitFor();
      const order: string[] = [];
      for (let step = 0; step < 10; step += 1) {
        await stage.page.keyboard.press("Tab");
        order.push(
          await stage.page.evaluate(() => {
            const { activeElement: focused } = document;
            return focused?.getAttribute("aria-label") ?? focused?.textContent?.trim() ?? "";
          }),
        );
      }
      assert.deepEqual(order, [
        "Edit title",
        "Start Work",
        "Populate AGENTS.override.md",
        "Open in Browser",
        "Refresh",
        "Close Issue",
        "Attach codex, Waiting for you",
        "Attach claude, Working",
        "Edit assignees",
        "Edit labels",
      ]);
    });

    it("with Enter and with Space", async () => {
      await open();
      await button("Open in Browser").focus();
      await stage.page.keyboard.press("Space");
      await waitFor(() => stage.asked.length === 1, { what: "the action by Space" });
      await waitFor(async () => (await live()) === "Open in Browser: done", { what: "its end" });
      await stage.page.keyboard.press("Enter");
      await waitFor(() => stage.asked.length === 2, { what: "the action by Enter" });
    });
  });

  describe("is told of changes", () => {
    it("keeps what is shown, the focus and the place, and announces new comments", async () => {
      const body = "Long.\n\n".repeat(60) + "[link](https://example.org)";
      const state = { ...loaded, issue: { ...issue, body } };
      await open({ state });
      const link = stage.page.getByRole("link", { name: "link" });
      await link.focus();
      const before = await stage.page.evaluate(() => scrollY);
      assert.ok(before > 0);
      stage.host.tell("show", { kind: "loading", issueId: issue.id });
      const changed = { ...issue, body, title: "Another title", status: "closed" as const };
      const comments = [...loaded.comments, comment(4, "A *new* one.")];
      stage.host.tell("show", { ...state, issue: changed, comments });
      await stage.page.getByRole("heading", { level: 1, name: "Another title" }).waitFor();
      assert.equal(await stage.page.getByRole("article").count(), 4);
      assert.equal(await live(), "1 new comment");
      assert.equal(await link.evaluate((element) => element === document.activeElement), true);
      assert.equal(await stage.page.evaluate(() => scrollY), before);
    });

    it("draws an edited comment anew and drops a deleted one", async () => {
      await open();
      await stage.page.getByText("I take this one.").waitFor();
      const [first, second] = loaded.comments;
      assert.ok(first && second);
      const edited = { ...second, body: "Edited.", updatedAt: new Date().toISOString() };
      stage.host.tell("show", { ...loaded, comments: [first, edited] });
      await stage.page.getByText("Edited.").waitFor();
      assert.equal(await stage.page.getByRole("article").count(), 2);
      assert.equal(await stage.page.getByText("I take this one.").count(), 0);
    });

    it("says that it was sent something it does not know", async () => {
      await open();
      await button("Refresh").waitFor();
      await stage.page.evaluate(() => window.postMessage({ type: "notification", name: "evil" }, "*"));
      await stage.page.getByRole("alert").getByText('no notification named "evil"').waitFor();
      // Reported to the console as any other error, so that it is found in the developer tools.
      assert.equal((await stage.complaints()).length, 1);
      await stage.close();
      await open();
    });
  });

  it("has its own messages refused when they are not of the protocol", async () => {
    await open();
    await button("Refresh").waitFor();
    await stage.page.evaluate(async () => {
      await window.toHost({ type: "request", id: 901, name: "runCommand", input: "rm" });
      await window.toHost({ type: "request", id: 902, name: "openLink", input: { url: "javascript:alert(1)" } });
      await window.toHost({ type: "request", id: 903, name: "attachSession", input: { sessionId: "../../x" } });
      await window.toHost("garbage");
    });
    assert.equal(stage.refused.length, 4);
    assert.deepEqual(stage.asked, []);
    await stage.close();
    await open();
  });
});
