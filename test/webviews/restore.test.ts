import assert from "node:assert/strict";
import { savedIssuePanel } from "../../shared/messages/issue-panel.ts";
import { browserForTests } from "../support/browser.ts";
import { waitFor } from "../support/wait.ts";
import { comment, issue, loaded } from "./issue-fixture.ts";
import { openStage, servePanels, type PanelServer, type Stage } from "./stage.ts";

describe("webviews: after a reload", () => {
  const browser = browserForTests();
  let server: PanelServer;
  let stage: Stage;
  before(async () => {
    server = await servePanels();
  });
  after(async () => server.close());
  beforeEach(async () => {
    const comments = Array.from({ length: 200 }, (_, index) => comment(index, `Comment ${index}, secret-canary.`));
    stage = await openStage(browser(), server, { state: { ...loaded, comments } });
    await stage.page.getByRole("article").first().waitFor();
  });
  afterEach(async () => {
    assert.deepEqual(await stage.complaints(), []);
    await stage.close();
  });

  const saved = (): Promise<string> => stage.page.evaluate(() => sessionStorage.getItem("state") ?? "");
  const save = (state: string) => stage.page.evaluate((text) => sessionStorage.setItem("state", text), state);
  const scrollTop = () => stage.page.evaluate(() => scrollY);

  it("shows the same comments at the same place", async () => {
    await stage.page.getByRole("button", { name: "Show 50 older comments" }).click();
    await stage.page.mouse.wheel(0, 3000);
    await waitFor(async () => savedIssuePanel(JSON.parse(await saved()), "saved").scrollTop > 2000, {
      what: "the place to be kept",
    });
    const before = await scrollTop();
    await stage.page.reload();
    await stage.page.getByRole("article").first().waitFor();
    await waitFor(async () => (await scrollTop()) === before, { what: "the place to be found again" });
    assert.equal(await stage.page.getByRole("article").count(), 80);
  });

  it("keeps which issue and where, and no text of it", async () => {
    const state: unknown = JSON.parse(await saved());
    assert.deepEqual(savedIssuePanel(state, "saved"), {
      issueId: issue.id,
      scrollTop: 0,
      shownComments: 30,
      drafts: { comment: undefined, title: undefined, body: undefined },
    });
    assert.deepEqual(Object.keys(state as object).sort(), ["drafts", "issueId", "scrollTop", "shownComments"]);
    assert.doesNotMatch(await saved(), /canary|Start Work/);
  });

  it("starts at the top where another issue, or something it does not know, was kept", async () => {
    for (const other of [
      JSON.stringify({ issueId: "iss_other", scrollTop: 3000, shownComments: 150 }),
      JSON.stringify({ issueId: issue.id, scrollTop: "far", shownComments: 150 }),
      JSON.stringify("garbage"),
    ]) {
      await save(other);
      await stage.page.reload();
      await stage.page.getByRole("article").first().waitFor();
      await stage.page.waitForFunction(() => document.querySelector("[aria-busy]") === null);
      assert.equal(await stage.page.getByRole("article").count(), 30);
      assert.equal(await scrollTop(), 0);
    }
  });
});
