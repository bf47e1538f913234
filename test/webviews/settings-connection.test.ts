import assert from "node:assert/strict";
import { AppError } from "../../shared/errors.ts";
import { browserForTests } from "../support/browser.ts";
import { waitFor } from "../support/wait.ts";
import {
  gitHub,
  gitLab,
  jira,
  loaded,
  openSettings,
  type SettingsStage,
  type SettingsStageOptions,
} from "./settings-stage.ts";
import { servePanels, type PanelServer } from "./stage.ts";

const canary = "ghp_canary_in_the_page";

describe("webviews: one connection in the settings", () => {
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
    assert.deepEqual(stage.foreign, []);
    await stage.close();
  });

  async function open(options: SettingsStageOptions = {}): Promise<void> {
    stage = await openSettings(browser(), server, options);
  }
  const heading = (name: string) => stage.page.getByRole("heading", { level: 1, name, exact: true });
  async function openConnection(name: string, options: SettingsStageOptions = {}): Promise<void> {
    await open(options);
    await stage.button(name).click();
    await heading(name).waitFor();
  }
  const asked = (name: string) => stage.asked.filter((one) => one.name === name).map(({ input }) => input);
  async function inputOf(name: string): Promise<unknown> {
    await waitFor(() => asked(name).length > 0, { what: `${name} to be asked` });
    return asked(name).at(-1);
  }

  it("shows status, account, scopes and when it was tested", async () => {
    await openConnection(gitHub.name);
    const status = stage.page.getByRole("region", { name: "Status" });
    assert.match(
      await status.innerText(),
      /Works[^]*Signed in as ada-l\.[^]*Account[^]*ada-l[^]*repo\s*read:org[^]*Tested/,
    );
    await stage.page.getByText("A token of ada-l is stored.").waitFor();
  });

  it("saves what was changed on the version that is shown", async () => {
    await openConnection(jira.name);
    await stage.field("Statuses that count as open").fill("Parked\n\n  On hold ");
    await stage.field("Name").fill(" Jira ");
    await stage.field("Name").press("Enter");
    assert.deepEqual(await inputOf("updateConnection"), {
      id: jira.id,
      version: jira.version,
      name: "Jira",
      baseUrl: jira.baseUrl,
      email: jira.email,
      statusOverrides: { open: ["Parked", "On hold"], closed: ["Won't do"] },
    });
  });

  it("says that another address drops the token", async () => {
    await openConnection(gitHub.name);
    assert.equal(await stage.page.getByText("drops the stored token").isVisible(), false);
    await stage.field("Address").fill("https://ghe.example.org/api/v3");
    await stage.page.getByText("drops the stored token").waitFor();
    await stage.button("Undo Changes").click();
    assert.equal(await stage.page.getByText("drops the stored token").isVisible(), false);
    assert.equal(await stage.field("Address").inputValue(), "");
  });

  it("refuses a status in both lists, beside its field", async () => {
    await openConnection(gitHub.name);
    await stage.page.getByText("Open and closed statuses").click();
    await stage.field("Statuses that count as open").fill("Parked");
    await stage.field("Statuses that count as closed").fill("PARKED");
    await stage.button("Save").click();
    await stage.page.getByText(/A status is either open or closed.*PARKED/).waitFor();
    assert.deepEqual(asked("updateConnection"), []);
  });

  it("replaces the token, which is never shown, and tests the new one", async () => {
    await openConnection(gitHub.name);
    await stage.button("Store Token").click();
    await stage.page.getByText("Paste a token first.").waitFor();
    const field = stage.field("New token");
    assert.equal(await field.getAttribute("type"), "password");
    await field.fill(canary);
    assert.doesNotMatch(await stage.page.content(), new RegExp(canary));
    await stage.button("Store Token").click();
    assert.deepEqual(await inputOf("replaceToken"), { id: gitHub.id, version: 3, token: canary });
    assert.deepEqual(await inputOf("testConnection"), { id: gitHub.id });
    assert.equal(await field.inputValue(), "");
    for (const text of [await stage.page.content(), await stage.saved(), JSON.stringify(stage.kept())]) {
      assert.doesNotMatch(text, new RegExp(canary));
    }
  });

  it("takes the token of VS Code's sign-in without seeing it, and a cancelled one for no failure", async () => {
    const outcomes = ["cancelled", "done"] as const;
    let calls = 0;
    await openConnection(gitHub.name, { handlers: { useSignIn: () => outcomes[calls++] ?? "done" } });
    await stage.button("Use VS Code's GitHub Sign-in").click();
    await waitFor(async () => (await stage.announced()) === "The sign-in was cancelled", { what: "the news" });
    assert.deepEqual(asked("testConnection"), []);
    await stage.button("Use VS Code's GitHub Sign-in").click();
    assert.deepEqual(await inputOf("testConnection"), { id: gitHub.id });
  });

  it("offers no GitHub sign-in elsewhere", async () => {
    await openConnection(gitLab.name);
    assert.equal(await stage.button("Use VS Code's GitHub Sign-in").isVisible(), false);
  });

  it("shows a webhook's address, and its secret once", async () => {
    await openConnection(gitHub.name);
    const webhook = stage.page.getByRole("region", { name: "Webhook" });
    await webhook.getByText(gitHub.webhookUrl).waitFor();
    await webhook.getByText("listens on its own host alone").waitFor();
    await stage.button("Copy Webhook address").click();
    assert.deepEqual(await inputOf("copy"), { text: gitHub.webhookUrl });
    await stage.button("Make Secret").click();
    await webhook.getByText("whs-canary-0123456789abcdef").waitFor();
    assert.deepEqual(await inputOf("renewWebhookSecret"), { id: gitHub.id, version: 3 });
    assert.doesNotMatch(`${await stage.saved()}${JSON.stringify(stage.kept())}`, /whs-canary/);
    await stage.button("All connections").click();
    await stage.button(gitHub.name).click();
    await heading(gitHub.name).waitFor();
    assert.equal(await stage.page.getByText("whs-canary").count(), 0);
  });

  it("asks before it makes a webhook's secret anew", async () => {
    await openConnection(jira.name);
    await stage.button("Make New Secret").click();
    const dialog = stage.page.getByRole("alertdialog");
    await dialog.getByText("are refused from then on").waitFor();
    await stage.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.deepEqual(asked("renewWebhookSecret"), []);
    await stage.button("Make New Secret").click();
    await dialog.getByRole("button", { name: "Make New Secret" }).click();
    assert.deepEqual(await inputOf("renewWebhookSecret"), { id: jira.id, version: 3 });
  });

  it("is not deleted while projects use it, which it names", async () => {
    await openConnection(gitHub.name);
    const section = stage.page.getByRole("region", { name: "Delete" });
    assert.deepEqual(await section.getByRole("listitem").allInnerTexts(), ["Website", "Engine"]);
    assert.equal(await stage.button("Delete Connection").isDisabled(), true);
  });

  it("is deleted after a question, and the list comes back", async () => {
    await openConnection(jira.name, {
      handlers: {
        removeConnection: (input) => {
          stage.asked.push({ name: "removeConnection", input });
          stage.show({ ...loaded, connections: [gitHub] });
          return "done";
        },
      },
    });
    await stage.button("Delete Connection").click();
    const dialog = stage.page.getByRole("alertdialog", { name: `Delete the connection ${jira.name}?` });
    assert.equal(await stage.page.locator("vscode-button:focus").innerText(), "Cancel");
    await dialog.getByRole("button", { name: "Delete Connection" }).click();
    await heading("Connections").waitFor();
    assert.deepEqual(asked("removeConnection"), [{ id: jira.id, version: 3 }]);
    assert.equal(await stage.button(jira.name).count(), 0);
  });

  it("says what the server refused, where no field is to blame", async () => {
    await openConnection(gitHub.name, {
      handlers: {
        updateConnection: () => {
          throw new AppError("storage_full", "The disk is full. Nothing was changed.");
        },
      },
    });
    await stage.field("Name").fill("Other");
    await stage.button("Save").click();
    await stage.page.getByRole("alert").getByText("The disk is full. Nothing was changed.").waitFor();
    assert.equal(await stage.field("Name").inputValue(), "Other");
  });

  it("names the field whose value is taken", async () => {
    await openConnection(gitHub.name, {
      handlers: {
        updateConnection: () => {
          throw new AppError("name_taken", 'The name "Mine" is taken. Choose another one.');
        },
      },
    });
    await stage.field("Name").fill("Mine");
    await stage.button("Save").click();
    await stage.page.getByText("is taken. Choose another one.").waitFor();
    assert.equal(await stage.field("Name").getAttribute("aria-invalid"), "true");
  });
});
