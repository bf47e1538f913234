import assert from "node:assert/strict";
import { AppError } from "../../shared/errors.ts";
import type { IssueChoices, PanelWrite } from "../../shared/messages/issue-panel.ts";
import { browserForTests } from "../support/browser.ts";
import { waitFor } from "../support/wait.ts";
import { issue, loaded, type LoadedState } from "./issue-fixture.ts";
import { openStage, servePanels, type PanelServer, type Stage, type StageOptions } from "./stage.ts";

const choices: IssueChoices = {
  labels: ["bug", "docs", "wontfix"],
  assignees: [
    { id: "1", name: "Ada Byron" },
    { id: "9", name: "Charles" },
  ],
  statuses: [{ name: "closed", status: "closed" }],
  stale: false,
};

function write(more: Partial<PanelWrite>): PanelWrite {
  return {
    id: "out_1",
    version: 2,
    createdAt: new Date(Date.now() - 120_000).toISOString(),
    write: { kind: "comment", body: "Written **offline**." },
    status: "queued",
    nextAttemptAt: null,
    error: null,
    conflict: null,
    ...more,
  };
}

/** A picture of one pixel. */
const pixel = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

describe("webviews: editing an issue", () => {
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
    assert.deepEqual(stage.foreign, []);
    await stage.close();
  });

  async function open(options: StageOptions = {}): Promise<void> {
    stage = await openStage(browser(), server, { state: loaded, ...options });
    await stage.page.getByRole("heading", { level: 1 }).or(stage.page.getByLabel("Title")).first().waitFor();
  }
  const button = (name: string) => stage.page.getByRole("button", { name, exact: true });
  const box = (name: string) => stage.page.getByRole("textbox", { name, exact: true });
  const asked = (name: string) => stage.asked.filter((entry) => entry.name === name).map(({ input }) => input);
  const told = (name: string) => waitFor(() => asked(name).at(-1), { what: `the panel to ask for ${name}` });
  const live = () => stage.page.locator(".notices [aria-live]").innerText();

  it("comments with Control+Enter, empties the box, and says that it is saved", async () => {
    await open();
    await box("New comment").fill("Seen on *staging* too.");
    await stage.page.keyboard.press("Control+Enter");
    assert.deepEqual(await told("comment"), { body: "Seen on *staging* too." });
    await waitFor(async () => (await box("New comment").inputValue()) === "", { what: "an empty box" });
    assert.equal(await live(), "Saved");
  });

  it("keeps a comment that could not be sent, and sends none without words", async () => {
    const fail = (): never => {
      throw new AppError("provider_forbidden", "The token may not comment.");
    };
    await open({ handlers: { comment: fail } });
    await box("New comment").fill("  ");
    await stage.page.keyboard.press("Control+Enter");
    await box("New comment").fill("Important.");
    await button("Comment").click();
    await stage.page.getByRole("alert").getByText("The token may not comment.").waitFor();
    assert.equal(await box("New comment").inputValue(), "Important.");
  });

  it("leads the cursor to a new comment, and says why where none may be written", async () => {
    await open();
    await box("New comment").waitFor();
    stage.host.tell("writeComment");
    await waitFor(() => box("New comment").evaluate((element) => element === document.activeElement), {
      what: "the cursor in the comment",
    });
    stage.host.tell("surroundings", { ...loaded, canWrite: false, readOnlyReason: "This folder is not trusted." });
    stage.host.tell("writeComment");
    await stage.page.getByRole("alert").getByText("This folder is not trusted.").waitFor();
  });

  it("says that a write waits while the tracker is out of reach", async () => {
    await open({ handlers: { comment: () => "queued" } });
    await box("New comment").fill("Later.");
    await button("Comment").click();
    await waitFor(async () => /sent as soon as it can be/.test(await live()), { what: "the word" });
  });

  it("previews what is written, made harmless, by the keyboard", async () => {
    await open();
    const attack =
      '<img src=x onerror="window.taken=1"><script>window.taken=1</script>**bold** [x](javascript:alert(1))';
    await box("New comment").fill(attack);
    await stage.page.keyboard.press("Shift+Tab");
    await stage.page.keyboard.press("ArrowRight");
    const preview = stage.page.getByRole("tabpanel", { name: "Preview" });
    await preview.locator("strong", { hasText: "bold" }).waitFor();
    assert.equal(await preview.locator("script, img, [onerror], a[href^='javascript']").count(), 0);
    assert.equal(await stage.page.evaluate(() => Reflect.get(window, "taken")), undefined);
    await stage.page.keyboard.press("ArrowLeft");
    assert.equal(await box("New comment").inputValue(), attack);
  });

  it("edits the title by Enter, and the description", async () => {
    await open();
    await button("Edit title").click();
    await box("Title").fill("Another title");
    await stage.page.keyboard.press("Enter");
    assert.deepEqual(await told("edit"), { ...nothingElse, version: 3, title: "Another title" });
    await button("Edit description").click();
    assert.equal(await box("Description").inputValue(), issue.body);
    await box("Description").fill("New *body*");
    await button("Save").click();
    await waitFor(() => asked("edit").length === 2, { what: "the second edit" });
    assert.deepEqual(asked("edit")[1], { ...nothingElse, version: 3, body: "New *body*" });
    await box("Description").waitFor({ state: "detached" });
  });

  it("leaves an edit by Escape, with the focus where it was", async () => {
    await open();
    await button("Edit description").click();
    await box("Description").fill("Gone");
    await stage.page.keyboard.press("Escape");
    await box("Description").waitFor({ state: "detached" });
    assert.equal(await button("Edit description").evaluate((element) => element === document.activeElement), true);
    assert.deepEqual(asked("edit"), []);
  });

  it("shows both sides where somebody else changed the text meanwhile, and lets the person choose", async () => {
    await open();
    await button("Edit title").click();
    await box("Title").fill("Mine");
    stage.host.tell("show", { ...loaded, issue: { ...issue, title: "Theirs", version: 4 } });
    await stage.page.getByText("Theirs").or(stage.page.getByLabel("Title")).first().waitFor();
    await box("Title").press("Enter");
    const conflict = stage.page.getByRole("group", { name: "Conflict" });
    await conflict.waitFor();
    assert.deepEqual(asked("edit"), []);
    assert.deepEqual(await conflict.locator("pre").allInnerTexts(), ["Mine", "Theirs"]);
    await button("Keep Mine").click();
    assert.deepEqual(await told("edit"), { ...nothingElse, version: 4, title: "Mine" });
  });

  it("keeps drafts over a reload", async () => {
    await open();
    await box("New comment").fill("Half a com");
    await button("Edit description").click();
    await box("Description").fill("Half a body");
    await stage.page.reload();
    await waitFor(async () => (await box("Description").inputValue()) === "Half a body", { what: "the body's draft" });
    assert.equal(await box("New comment").inputValue(), "Half a com");
    await box("Description").press("Escape");
    await box("Description").waitFor({ state: "detached" });
    await stage.page.reload();
    await stage.page.getByRole("article").first().waitFor();
    assert.equal(await box("Description").count(), 0);
  });

  it("chooses labels and assignees with the keyboard", async () => {
    await open({ handlers: { choices: () => choices } });
    await button("Edit labels").click();
    await stage.page.getByRole("checkbox", { name: "bug" }).waitFor();
    await stage.page.keyboard.press("Space");
    await stage.page.getByRole("checkbox", { name: "docs" }).check();
    await stage.page.keyboard.press("Enter");
    assert.deepEqual(await told("edit"), {
      ...nothingElse,
      version: 3,
      labels: ["area: workspaces", "good first issue", "docs"],
    });
    await button("Edit assignees").click();
    await stage.page.getByRole("checkbox", { name: "Charles" }).check();
    await button("Save").click();
    await waitFor(() => asked("edit").length === 2, { what: "the second edit" });
    assert.deepEqual(asked("edit")[1], { ...nothingElse, version: 3, assignees: ["1", "2", "9"] });
  });

  it("closes where there is one step, and asks where the tracker has several", async () => {
    const jira = {
      ...choices,
      statuses: [
        { name: "In Review", status: "open" as const },
        { name: "Done", status: "closed" as const },
      ],
    };
    let offered: IssueChoices = choices;
    await open({ handlers: { choices: () => offered } });
    await button("Close Issue").click();
    assert.deepEqual(await told("edit"), { ...nothingElse, version: 3, status: "closed", rawStatus: "closed" });
    offered = jira;
    stage.host.tell("show", { ...loaded, issue: { ...issue, provider: "jira", rawStatus: "In Progress" } });
    await button("Change State…").click();
    await stage.page.getByRole("radio", { name: "Done (closes the issue)" }).check();
    await button("Save").click();
    await waitFor(() => asked("edit").length === 2, { what: "the second edit" });
    assert.deepEqual(asked("edit")[1], { ...nothingElse, version: 3, status: "closed", rawStatus: "Done" });
  });

  it("offers only what the tracker lets the account do", async () => {
    const none = Object.fromEntries(Object.keys(loaded.abilities).map((name) => [name, false]));
    await open({ state: { ...loaded, abilities: none as LoadedState["abilities"] } });
    await button("Start Work").waitFor();
    for (const name of ["Edit title", "Edit description", "Edit labels", "Edit assignees", "Close Issue", "Comment"]) {
      assert.equal(await button(name).count(), 0, name);
    }
  });

  it("shows what waits to be sent, to be edited, sent and deleted", async () => {
    await open({ state: { ...loaded, pending: [write({})] } });
    const waiting = stage.page.getByRole("region", { name: "Waiting to be sent" });
    assert.match(await waiting.innerText(), /Comment[^]*Queued[^]*Written offline\./);
    await waiting.getByRole("button", { name: "Edit" }).click();
    await box("Waiting text").fill("Written better.");
    await waiting.getByRole("button", { name: "Save" }).click();
    assert.deepEqual(await told("changeWrite"), {
      id: "out_1",
      version: 2,
      body: "Written better.",
      title: undefined,
      keep: undefined,
    });
    await waiting.getByRole("button", { name: "Send Now" }).click();
    assert.deepEqual(await told("retryWrite"), { id: "out_1" });
    await waiting.getByRole("button", { name: "Delete" }).click();
    assert.deepEqual(await told("removeWrite"), { id: "out_1" });
    stage.host.tell("surroundings", { ...loaded, pending: [] });
    await waiting.waitFor({ state: "hidden" });
  });

  it("shows the two sides of a conflict at the tracker, as text, and settles it", async () => {
    const conflict = { mine: { body: "my <b>text</b>" }, theirs: { body: "their text" }, base: { body: "old" } };
    const edit = write({ write: { kind: "update", body: "my <b>text</b>" }, status: "conflict", conflict });
    await open({ state: { ...loaded, pending: [edit] } });
    const group = stage.page.getByRole("group", { name: "Conflict" });
    assert.deepEqual(await group.locator("pre").allInnerTexts(), ["my <b>text</b>", "their text"]);
    await button("Take Theirs").click();
    assert.deepEqual(await told("changeWrite"), {
      id: "out_1",
      version: 2,
      keep: "theirs",
      title: undefined,
      body: undefined,
    });
  });

  it("shows pictures that the host fetched, and nothing that is none", async () => {
    const body = "![one](https://images.example/one.png)\n\n![two](https://images.example/two.svg)";
    const image = ({ url }: { url: string }) => ({
      dataUrl: url.endsWith("one.png") ? pixel : "data:image/svg+xml;base64,PHN2Zy8+",
    });
    await open({ state: { ...loaded, issue: { ...issue, body } }, handlers: { image } });
    const shown = stage.page.getByRole("img", { name: "one" });
    await shown.waitFor({ state: "attached" });
    assert.equal(await shown.getAttribute("src"), pixel);
    await stage.page.getByText("Image: two").waitFor();
    assert.equal(await stage.page.locator(".description img").count(), 1);
  });
});

const nothingElse = {
  title: undefined,
  body: undefined,
  status: undefined,
  rawStatus: undefined,
  labels: undefined,
  assignees: undefined,
};
