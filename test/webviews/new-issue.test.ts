import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../scripts/setup/places.mjs";
import { AppError } from "../../shared/errors.ts";
import type { PanelWrite } from "../../shared/messages/issue-panel.ts";
import { savedNewIssue } from "../../shared/messages/new-issue.ts";
import { browserForTests } from "../support/browser.ts";
import { waitFor } from "../support/wait.ts";
import { contrasts } from "./contrasts.ts";
import { choices, form, openNewIssue, type NewIssueStage, type NewIssueStageOptions } from "./new-issue-stage.ts";
import { servePanels, type PanelServer } from "./stage.ts";
import { themes } from "./themes.ts";

const pictures = join(root, "out", "screenshots", "new-issue");
const engine = form.projects.slice(0, 1);

const write: PanelWrite = {
  id: "out_1",
  version: 1,
  createdAt: new Date().toISOString(),
  write: { kind: "create", title: "The belt slips", body: "Since **today**.", labels: ["bug"], assignees: [] },
  status: "queued",
  nextAttemptAt: null,
  error: { code: "provider_failed", message: "The tracker does not answer." },
  conflict: null,
};
const { canWrite, readOnlyReason, offlineSince } = form;
const waiting = { kind: "waiting", write, projectName: "Engine", canWrite, readOnlyReason, offlineSince } as const;

describe("webviews: a new issue", () => {
  const browser = browserForTests();
  let server: PanelServer;
  let stage: NewIssueStage;
  before(async () => {
    server = await servePanels();
    await mkdir(pictures, { recursive: true });
  });
  after(async () => server.close());
  afterEach(async () => {
    assert.deepEqual(await stage.complaints(), []);
    assert.deepEqual(stage.refused, []);
    assert.deepEqual(stage.foreign, []);
    await stage.close();
  });

  async function open(options: NewIssueStageOptions = {}): Promise<void> {
    stage = await openNewIssue(browser(), server, options);
  }
  const asked = (name: string) => stage.asked.filter((one) => one.name === name).map(({ input }) => input);
  async function inputOf(name: string): Promise<unknown> {
    await waitFor(() => asked(name).length > 0, { what: `${name} to be asked` });
    return asked(name).at(-1);
  }
  const focused = () => stage.page.locator(":focus").getAttribute("id");
  const edit = (name: string) => stage.page.getByRole("button", { name, exact: true });

  it("asks for title, text, labels and people, by the keyboard alone, and sends them", async () => {
    await open({ state: { ...form, projects: engine } });
    await stage.field("Title").waitFor();
    assert.equal(await focused(), "new-title");
    assert.equal(await stage.field("Project").isVisible(), false, "where there is one");
    assert.equal(await stage.field("Tracker").isVisible(), false);
    await stage.page.keyboard.type(" The belt slips ");
    await edit("Choose labels").focus();
    await stage.page.keyboard.press("Enter");
    await stage.page.getByRole("checkbox", { name: "bug" }).press("Space");
    await stage.page.keyboard.press("Enter");
    await stage.page.locator(".chip", { hasText: "bug" }).waitFor();
    assert.equal(await stage.page.locator(":focus").getAttribute("aria-label"), "Choose labels");
    await edit("Choose assignees").click();
    await stage.page.getByRole("checkbox", { name: "grace" }).check();
    await stage.button("Done").click();
    await stage.page.locator("#new-body-text").fill("Since **today**.");
    await stage.page.keyboard.press("Control+Enter");
    assert.deepEqual(await inputOf("create"), {
      projectId: "pro_engine",
      linkId: "lnk_engine",
      title: "The belt slips",
      body: "Since **today**.",
      labels: ["bug"],
      assignees: ["2"],
    });
    assert.equal(asked("create").length, 1);
  });

  it("previews the text, made harmless", async () => {
    await open();
    const attack =
      '<img src=x onerror="window.taken=1">**bold** [x](javascript:alert(1)) ![p](https://x.example/p.png)';
    await stage.page.locator("#new-body-text").fill(attack);
    await stage.page.getByRole("tab", { name: "Preview" }).click();
    await stage.page.locator(".preview strong", { hasText: "bold" }).waitFor();
    assert.equal(await stage.page.locator(".preview").locator("script, img, [onerror], a[href^='java']").count(), 0);
    assert.equal(await stage.page.evaluate(() => Reflect.get(window, "taken")), undefined);
  });

  it("says beside the field what is wrong, before and after the server was asked, and keeps what was typed", async () => {
    await open({
      handlers: {
        create: () => {
          const errors = [{ path: "body", message: "is too long for this tracker" }];
          throw new AppError("invalid_input", "The tracker refused it.", { errors });
        },
      },
    });
    await stage.button("Create Issue").click();
    await stage.page.getByText("An issue needs a title.").waitFor();
    assert.equal(await stage.field("Title").getAttribute("aria-invalid"), "true");
    assert.equal(await focused(), "new-title");
    await stage.field("Title").fill("Too much");
    await stage.button("Create Issue").click();
    const error = stage.page.locator("#new-body-error");
    await error.getByText("is too long for this tracker").waitFor();
    assert.equal(await stage.page.locator("#new-body-text").getAttribute("aria-describedby"), "new-body-error");
    assert.equal(await stage.field("Title").inputValue(), "Too much");
  });

  it("offers what each tracker offers, and asks for nothing it does not let the account do", async () => {
    const places: unknown[] = [];
    await open({
      handlers: {
        choices: (place) => {
          places.push(place);
          if (place.linkId !== "lnk_jira") return choices;
          const abilities = { ...choices.abilities, label: false, severalAssignees: false };
          return { ...choices, assignees: [{ id: "2", name: "grace" }], abilities };
        },
      },
    });
    await stage.field("Project").selectOption("Mill");
    await stage.field("Tracker").waitFor();
    await edit("Choose labels").click();
    await stage.page.getByRole("checkbox", { name: "bug" }).check();
    await stage.button("Done").click();
    await edit("Choose assignees").click();
    await stage.page.getByRole("checkbox", { name: "ada" }).check();
    await stage.button("Done").click();
    await stage.field("Tracker").selectOption("MILL");
    await edit("Choose labels").waitFor({ state: "hidden" });
    await edit("Choose assignees").click();
    assert.deepEqual(await stage.page.getByRole("radio").count(), 2, "nobody and grace; ada is not there");
    await stage.page.getByRole("radio", { name: "grace" }).check();
    await stage.page.keyboard.press("Enter");
    await stage.field("Title").fill("At Jira");
    await stage.button("Create Issue").click();
    assert.deepEqual(await inputOf("create"), {
      projectId: "pro_mill",
      linkId: "lnk_jira",
      title: "At Jira",
      body: "",
      labels: [],
      assignees: ["2"],
    });
    assert.deepEqual(places.at(-1), { projectId: "pro_mill", linkId: "lnk_jira" });
  });

  it("says why nothing can be made where that is so", async () => {
    await open({
      handlers: { choices: () => ({ ...choices, abilities: { ...choices.abilities, create: false } }) },
    });
    await stage.page.getByText("does not let this connection's account create issues").waitFor();
    assert.equal(await stage.button("Create Issue").isDisabled(), true);
    stage.show({ ...form, projects: [{ id: "pro_bare", name: "Bare", links: [] }] });
    await stage.page.getByText("This project has no tracker.").waitFor();
    stage.show({ ...form, projects: [] });
    await stage.page.getByText("There is no project yet.").waitFor();
  });

  it("keeps what is written over a reload", async () => {
    await open();
    await stage.field("Project").selectOption("Mill");
    await stage.field("Tracker").selectOption("MILL");
    await stage.field("Title").fill("Half a ti");
    await stage.page.locator("#new-body-text").fill("Half a te");
    await edit("Choose labels").click();
    await stage.page.getByRole("checkbox", { name: "docs" }).check();
    await stage.button("Done").click();
    const state: unknown = JSON.parse(await stage.saved());
    assert.deepEqual(savedNewIssue(state, "saved"), state);
    await stage.page.reload();
    await waitFor(async () => (await stage.field("Title").inputValue()) === "Half a ti", { what: "the title" });
    assert.equal(await stage.page.locator("#new-body-text").inputValue(), "Half a te");
    assert.equal(await stage.field("Project").inputValue(), "pro_mill");
    assert.equal(await stage.field("Tracker").inputValue(), "lnk_jira");
    await stage.page.locator(".chip", { hasText: "docs" }).waitFor();
  });

  it("takes a quotation below what is written, and the project it comes from", async () => {
    await open();
    await stage.page.locator("#new-body-text").fill("See:");
    stage.host.tell("add", { projectId: "pro_mill", quote: "`mill.ts:2`\n\n```ts\nconst b = 2;\n```" });
    await waitFor(async () => (await stage.page.locator("#new-body-text").inputValue()).includes("const b"), {
      what: "the quotation",
    });
    assert.match(await stage.page.locator("#new-body-text").inputValue(), /^See:\n\n`mill\.ts:2`/);
    assert.equal(await stage.field("Project").inputValue(), "pro_mill");
    assert.match(await stage.saved(), /mill\.ts:2/);
  });

  it("shows what waits for the tracker, to be edited, sent and deleted, also after a reload", async () => {
    await open({ state: waiting });
    await stage.page.getByRole("heading", { level: 1, name: "The belt slips" }).waitFor();
    await stage.page.getByText("The tracker does not answer.").waitFor();
    await stage.button("Edit").click();
    await stage.page.getByRole("textbox", { name: "Waiting text" }).fill("Since *yesterday*.");
    await stage.field("Title").fill(" ");
    await stage.button("Save").click();
    await stage.page.getByText("An issue needs a title.").waitFor();
    assert.deepEqual(asked("changeWrite"), []);
    await stage.field("Title").fill("The belt slips off");
    await stage.button("Save").click();
    assert.deepEqual(await inputOf("changeWrite"), {
      id: "out_1",
      version: 1,
      body: "Since *yesterday*.",
      title: "The belt slips off",
      keep: undefined,
    });
    await stage.button("Send Now").click();
    assert.deepEqual(await inputOf("retryWrite"), { id: "out_1" });
    await stage.button("Delete").click();
    assert.deepEqual(await inputOf("removeWrite"), { id: "out_1" });
    assert.match(await stage.saved(), /"writeId":"out_1"/);
  });

  it("closes on Cancel", async () => {
    await open();
    await stage.button("Cancel").click();
    await inputOf("close");
  });

  for (const [name, theme] of Object.entries(themes)) {
    it(`${name}: every text can be read`, async () => {
      await open({ theme, state: { ...form, offlineSince: new Date().toISOString() } });
      await edit("Choose assignees").waitFor();
      await stage.button("Create Issue").click();
      await stage.page.locator("#new-body-text").fill("What is **wrong**\n\n- the belt\n- the wheel");
      await edit("Choose labels").click();
      const parts = [
        ".title",
        ".field label",
        ".field-error",
        ".facts dt",
        ".hint",
        ".tab",
        ".picker-row",
        ".notice p",
      ];
      const ratios = await stage.page.evaluate(contrasts, parts);
      assert.equal(ratios.length, parts.length);
      assert.deepEqual(
        ratios.filter(({ ratio }) => ratio < 4.5),
        [],
      );
      await stage.page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
      stage.show({ ...waiting, write: { ...write, status: "failed" } });
      await stage.button("Send Now").waitFor();
      await stage.page.screenshot({ path: join(pictures, `waiting-${name}.png`), fullPage: true });
    });
  }

  it("fits a narrow column, and names that are long", async () => {
    const long = "averylongnamewithoutanyspacesatall".repeat(8);
    await open({
      context: { viewport: { width: 380, height: 800 } },
      state: { ...form, projects: form.projects.map((project) => ({ ...project, name: long })) },
      handlers: { choices: () => ({ ...choices, labels: [long] }) },
    });
    await edit("Choose labels").click();
    await stage.page.getByRole("checkbox").first().check();
    await stage.button("Done").click();
    await stage.field("Title").fill(long);
    const fits = () => stage.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    await stage.page.screenshot({ path: join(pictures, "narrow.png"), fullPage: true });
    assert.equal(await fits(), true);
    const width = async (name: string) => (await stage.field(name).boundingBox())?.width;
    assert.deepEqual([await width("Title"), await width("Project")], [348, 348]);
  });
});
