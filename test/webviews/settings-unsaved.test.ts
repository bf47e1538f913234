import assert from "node:assert/strict";
import { AppError } from "../../shared/errors.ts";
import { savedSettings } from "../../shared/messages/settings-panel.ts";
import { browserForTests } from "../support/browser.ts";
import { waitFor } from "../support/wait.ts";
import { gitHub, jira, loaded, openSettings, type SettingsStage, type SettingsStageOptions } from "./settings-stage.ts";
import { servePanels, type PanelServer } from "./stage.ts";

const canary = "ghp_canary_in_the_page";

describe("webviews: what is typed in the settings and not saved", () => {
  const browser = browserForTests();
  let server: PanelServer;
  let stage: SettingsStage;
  before(async () => {
    server = await servePanels();
  });
  after(async () => server.close());
  afterEach(async () => {
    assert.deepEqual(await stage.complaints(), []);
    assert.deepEqual(stage.refused, []);
    await stage.close();
  });

  const heading = (name: string) => stage.page.getByRole("heading", { level: 1, name, exact: true });
  const dialog = () => stage.page.getByRole("alertdialog");
  const conflict = () => stage.page.getByRole("alert").filter({ hasText: "Somebody changed this connection" });
  const rows = async () => (await conflict().getByRole("row").allInnerTexts()).slice(1).map((row) => row.split("\t"));
  async function openConnection(name: string, options: SettingsStageOptions = {}): Promise<void> {
    stage = await openSettings(browser(), server, options);
    await stage.button(name).click();
    await heading(name).waitFor();
  }
  /** As another administrator's change arrives. */
  function changedElsewhere(change: Partial<typeof gitHub>): void {
    const next = { ...gitHub, version: 4, ...change };
    stage.show({ ...loaded, connections: [next, jira] });
  }

  describe("is guarded", () => {
    it("when another view is chosen: kept on no, lost on yes", async () => {
      await openConnection(gitHub.name);
      await stage.field("Name").fill("Other");
      await stage.button("All connections").click();
      await dialog().getByText("What was typed here is lost.").waitFor();
      await dialog().getByRole("button", { name: "Cancel" }).click();
      assert.equal(await stage.field("Name").inputValue(), "Other");
      await stage.button("All connections").click();
      await dialog().getByRole("button", { name: "Discard" }).click();
      await heading("Connections").waitFor();
      assert.equal(await stage.page.locator(":focus").innerText(), gitHub.name, "back where one came from");
      assert.equal(stage.kept()?.draft, null);
    });

    it("when only a token was typed", async () => {
      await openConnection(gitHub.name);
      await stage.field("New token").fill(canary);
      await stage.button("All connections").click();
      await dialog().waitFor();
    });

    it("and nothing is asked where nothing was typed", async () => {
      await openConnection(gitHub.name);
      await stage.field("Name").fill("Other");
      await stage.field("Name").fill(` ${gitHub.name} `);
      await stage.button("All connections").click();
      await heading("Connections").waitFor();
    });
  });

  describe("after a reload", () => {
    it("is there again, on the same page, without the token", async () => {
      await openConnection(jira.name);
      await stage.field("Address").fill("https://other.atlassian.net");
      await stage.field("New token").fill(canary);
      const state: unknown = JSON.parse(await stage.saved());
      assert.deepEqual(savedSettings(state, "saved"), state);
      assert.doesNotMatch(await stage.saved(), new RegExp(canary));
      assert.doesNotMatch(JSON.stringify(stage.kept()), new RegExp(canary));
      await stage.page.reload();
      await heading(jira.name).waitFor();
      assert.equal(await stage.field("Address").inputValue(), "https://other.atlassian.net");
      assert.equal(await stage.field("New token").inputValue(), "");
      await stage.page.getByText("What you had typed is here again, but for tokens").waitFor();
      await stage.button("Undo Changes").click();
      assert.equal(await stage.field("Address").inputValue(), jira.baseUrl);
      assert.equal(await stage.page.getByText("What you had typed is here again").count(), 0);
    });

    it("is there again where a new connection was begun", async () => {
      stage = await openSettings(browser(), server);
      await stage.button("Add Connection").click();
      await stage.page.getByRole("radio", { name: /Jira Cloud/ }).check();
      await stage.field("Address").fill("https://mill.atlassian.net");
      await stage.field("E-mail of the account").fill("ada@example.org");
      await stage.field("Token").fill(canary);
      assert.doesNotMatch(await stage.saved(), new RegExp(canary));
      await stage.page.reload();
      await heading("Add Connection").waitFor();
      assert.equal(await stage.page.getByRole("radio", { name: /Jira Cloud/ }).isChecked(), true);
      assert.equal(await stage.field("E-mail of the account").inputValue(), "ada@example.org");
      assert.equal(await stage.field("Token").inputValue(), "");
    });

    it("is compared with what was saved by another meanwhile", async () => {
      await openConnection(gitHub.name);
      await stage.field("Name").fill("Mine");
      changedElsewhere({ name: "Theirs" });
      await conflict().waitFor();
      await stage.page.reload();
      await conflict().waitFor();
      assert.deepEqual(await rows(), [["Name", "Theirs", "Mine"]]);
    });

    it("is there again where the panel itself was closed, as the host kept it", async () => {
      const values = { name: "Mine", baseUrl: "", email: "", open: "", closed: "" };
      const draft = { tenantId: "ten_1", provider: "github", cloud: "yes", values, base: null } as const;
      const kept = { page: "connections", view: "add", item: "", scrollTop: 0, draft } as const;
      stage = await openSettings(browser(), server, { kept });
      await heading("Add Connection").waitFor();
      assert.equal(await stage.field("Name").inputValue(), "Mine");
    });

    it("starts with the list where what was kept is none of it, or of a connection that is gone", async () => {
      stage = await openSettings(browser(), server);
      await heading("Connections").waitFor();
      const gone = { page: "connections", view: "edit", item: "con_gone", scrollTop: 0, draft: null };
      for (const state of [gone, { page: "people" }, "garbage"]) {
        await stage.page.evaluate((text) => sessionStorage.setItem("state", text), JSON.stringify(state));
        await stage.page.reload();
        await heading("Connections").waitFor();
      }
    });
  });

  describe("where another saves the same connection meanwhile", () => {
    it("takes over what was not touched and says so", async () => {
      await openConnection(gitHub.name);
      await stage.field("Name").fill("Mine");
      changedElsewhere({ baseUrl: "https://ghe.example.org/api/v3" });
      await conflict().waitFor();
      assert.deepEqual(await rows(), [["Address", "https://ghe.example.org/api/v3", "taken over"]]);
      await stage.button("Save").click();
      await waitFor(() => stage.asked.some(({ name }) => name === "updateConnection"), { what: "the save" });
      const input = Object(stage.asked.find((one) => one.name === "updateConnection")?.input);
      assert.deepEqual(
        ["version", "name", "baseUrl"].map((member): unknown => Reflect.get(input, member)),
        [4, "Mine", "https://ghe.example.org/api/v3"],
      );
    });

    it("shows both sides of what both changed, and saves nothing until the person chose", async () => {
      await openConnection(gitHub.name);
      await stage.field("Name").fill("Mine");
      changedElsewhere({ name: "Theirs" });
      await conflict().waitFor();
      assert.deepEqual(await rows(), [["Name", "Theirs", "Mine"]]);
      await stage.button("Save").click();
      assert.equal(await conflict().evaluate((element) => element === document.activeElement), true);
      assert.equal(stage.asked.length, 0);
      await stage.button("Keep Mine").click();
      assert.equal(await stage.field("Name").inputValue(), "Mine");
      await stage.button("Save").click();
      await waitFor(() => stage.asked.length > 0, { what: "the save" });
      assert.equal(Reflect.get(Object(stage.asked.at(0)?.input), "version"), 4);
    });

    it("takes the other's where the person wants that", async () => {
      await openConnection(gitHub.name);
      await stage.field("Name").fill("Mine");
      changedElsewhere({ name: "Theirs" });
      await stage.button("Take What Is Saved").click();
      assert.equal(await stage.field("Name").inputValue(), "Theirs");
      assert.equal(stage.kept()?.draft, null);
    });

    it("shows it too where the server was first to notice", async () => {
      await openConnection(gitHub.name, {
        handlers: {
          updateConnection: () => {
            changedElsewhere({ name: "Theirs" });
            throw new AppError("stale_version", "It was changed by someone else meanwhile.");
          },
        },
      });
      await stage.field("Name").fill("Mine");
      await stage.button("Save").click();
      await conflict().waitFor();
      assert.deepEqual(await rows(), [["Name", "Theirs", "Mine"]]);
      assert.equal(await stage.page.getByText("It was changed by someone else meanwhile.").count(), 0);
    });

    it("saves on the newer version by itself where nothing of the form changed", async () => {
      const versions: number[] = [];
      await openConnection(gitHub.name, {
        handlers: {
          updateConnection: ({ version, name }) => {
            versions.push(version);
            if (version === 3) {
              changedElsewhere({ status: jira.status });
              throw new AppError("stale_version", "It was changed by someone else meanwhile.");
            }
            changedElsewhere({ version: 5, name });
            return "done";
          },
        },
      });
      await stage.field("Name").fill("Mine");
      await stage.button("Save").click();
      await heading("Mine").waitFor();
      await waitFor(async () => (await stage.announced()) === "Saved", { what: "the news" });
      assert.deepEqual(versions, [3, 4]);
      assert.equal(stage.kept()?.draft, null);
    });

    it("leaves for the list where it was deleted", async () => {
      await openConnection(gitHub.name);
      stage.show({ ...loaded, connections: [jira] });
      await heading("Connections").waitFor();
      await waitFor(async () => /not there any more/.test(await stage.announced()), { what: "the news" });
    });
  });

  describe("while the server fails", () => {
    it("stays behind the failure, and comes back with it", async () => {
      await openConnection(gitHub.name);
      await stage.field("Name").fill("Mine");
      stage.show({ kind: "failed", page: "connections", message: "The server is stopping." });
      await stage.page.getByText("The server is stopping.").waitFor();
      await stage.button("Retry").click();
      await waitFor(() => stage.asked.some(({ name }) => name === "refresh"), { what: "another try" });
      stage.show(loaded);
      await heading(gitHub.name).waitFor();
      assert.equal(await stage.field("Name").inputValue(), "Mine");
    });

    it("is marked as old where it can't be reached", async () => {
      await openConnection(gitHub.name);
      const { canWrite, readOnlyReason } = loaded;
      stage.host.tell("surroundings", { canWrite, readOnlyReason, offlineSince: new Date().toISOString() });
      await stage.page.getByText("what is shown may be old").waitFor();
    });
  });
});
