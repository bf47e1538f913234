import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import { issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { startGitHubServer, type GitHubServer } from "../../fixtures/github/server.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { linkedProject, type LinkedProject } from "../support/linked-project.ts";
import { connected } from "../support/product.ts";
import { clearNotifications } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";

/** On the page of a new issue, and on the pages of those that are made. */
const form = "New issue";
const page = "smithy · GitHub";

const themes = {
  light: "Default Light Modern",
  dark: "Default Dark Modern",
  contrast: "Default High Contrast",
};

describe("a new issue", function () {
  this.timeout(60_000);
  let aiops: Aiops;
  let github: GitHubServer;
  let made: LinkedProject;
  let tenantId: string;
  let begin: (() => Promise<void>) | undefined;

  const issues = () => Array.from({ length: 20 }, (_, index) => github.repository("ada/smithy").issue(index + 1));
  const madeAt = (title: string) =>
    waitFor(() => issues().find((issue) => issue?.title === title), { what: `${title} at the tracker` });
  const type = async (field: string, text: string): Promise<void> => {
    const { fill } = browser;
    await fill({ selector: `#new-${field}`, webview: form }, text);
  };
  const valueOf = (field: string) => browser.evaluate(`document.querySelector("#new-${field}").value`, form);
  const press = (text: string, webview = form) => browser.click({ selector: "vscode-button", text, webview });
  const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));

  async function back(): Promise<void> {
    await begin?.();
    begin = undefined;
  }

  before(async () => {
    aiops = await connected();
    ({ tenantId } = await project(aiops));
    github = await startGitHubServer({
      repositories: [repositoryData([issueData({ number: 1, labels: ["bug"] })], { owner: "ada", name: "smithy" })],
    });
    made = await linkedProject(aiops, {
      tenantId,
      slug: "smithy",
      links: [{ provider: "github", baseUrl: github.url, externalProject: "ada/smithy" }],
    });
    await made.sync();
  });

  afterEach(async () => {
    await back();
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await clearNotifications();
  });

  after(async () => {
    await made?.remove();
    await github?.close();
  });

  it("is written on a page, and becomes the issue there", async () => {
    await vscode.commands.executeCommand("aiops.createIssue", { projectId: made.id });
    await browser.text({ selector: "#new-title:focus", webview: form });
    assert.equal(await valueOf("project"), made.id);
    await type("title", "The anvil rings");
    await type("body-text", "All **day**.");
    await browser.click({ selector: "[aria-label='Choose labels']", webview: form });
    await browser.click({ selector: ".picker-row", text: "bug", webview: form });
    await press("Done");
    await browser.screenshot("new-issue");
    await press("Create Issue");
    await browser.text({ selector: "h1", text: "The anvil rings", webview: page });
    const issue = await madeAt("The anvil rings");
    assert.deepEqual([issue.body, issue.labels], ["All **day**.", ["bug"]]);
    assert.deepEqual(tabs(), [`#${issue.number} The anvil rings`]);
  });

  it("keeps what is written while another tab is looked at", async () => {
    await vscode.commands.executeCommand("aiops.createIssue", { projectId: made.id });
    await type("title", "Half a ti");
    const document = await vscode.workspace.openTextDocument({ content: "Something else" });
    await vscode.window.showTextDocument(document, { preview: false });
    await vscode.commands.executeCommand("aiops.createIssue");
    await browser.text({ selector: "#new-title", webview: form });
    assert.equal(await valueOf("title"), "Half a ti");
    assert.equal(await valueOf("project"), made.id);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  it("waits for a tracker that is away, and becomes the issue when that is back", async () => {
    begin = await github.stop();
    await vscode.commands.executeCommand("aiops.createIssue", { projectId: made.id });
    await type("title", "The bellows leak");
    await press("Create Issue");
    const waiting = "The tracker does not have it yet";
    await browser.text({ selector: ".write", text: "Queued", webview: waiting });
    await waitFor(() => tabs().includes("The bellows leak"), { what: "the write's tab" });
    assert.equal(tabs().length, 1);
    await browser.screenshot("new-issue-waiting");
    await back();
    await press("Send Now", waiting);
    await browser.text({ selector: "h1", text: "The bellows leak", webview: page });
    await madeAt("The bellows leak");
    await waitFor(() => tabs().length === 1 && /^#\d+ The bellows/.test(tabs()[0] ?? ""), { what: "the issue's tab" });
  });

  it("leads to a comment of an issue that is open already", async () => {
    const { items } = await aiops.connection.request((client) => client.issues.list({ projectId: made.id }));
    const issueId = items.find(({ key }) => key === "#1")?.id;
    assert.ok(issueId);
    await vscode.commands.executeCommand("aiops.openIssue", { issueId });
    await browser.text({ selector: "h1", text: "#1", webview: page });
    await vscode.commands.executeCommand("aiops.commentIssue", { issueId });
    await browser.text({ selector: "#new-comment-text:focus", webview: page });
    assert.equal(tabs().length, 1);
  });

  it("settings: a link leads to a page and an item, whose form is the contract's", async () => {
    await vscode.commands.executeCommand("aiops.openSettings", { page: "tenants", item: tenantId });
    await browser.text({ selector: "h1", text: "Personal", webview: "Settings" });
    const { fill } = browser;
    const slug = { selector: "#tenant-slug", webview: "Settings" };
    await fill(slug, "Not A Slug");
    await press("Save", "Settings");
    await browser.text({ selector: ".field-error", text: "must be lower-case letters", webview: "Settings" });
    await browser.screenshot("settings-tenant");
    await fill(slug, "personal");
    const description = { selector: "#tenant-description", webview: "Settings" };
    await fill(description, "Mine alone");
    await press("Save", "Settings");
    await browser.text({ selector: ".notices [aria-live]", text: "Saved", webview: "Settings" });
    await waitFor(() => aiops.model.tenants.get(tenantId)?.description === "Mine alone", { what: "the description" });
    await vscode.commands.executeCommand("aiops.openSettings", { page: "connections" });
    await browser.text({ selector: "h1", text: "Connections", webview: "Settings" });
    await vscode.commands.executeCommand("aiops.openSettings", { page: "nowhere", item: "<b>" });
    await browser.text({ selector: "h1", text: "Connections", webview: "Settings" });
  });

  for (const [name, theme] of Object.entries(themes)) {
    it(`looks at home in the theme ${theme}`, async () => {
      const setting = vscode.workspace.getConfiguration("workbench");
      await setting.update("colorTheme", theme, vscode.ConfigurationTarget.Global);
      try {
        await vscode.commands.executeCommand("aiops.createIssue", { projectId: made.id });
        await type("title", "The hammer is too small, and the handle of it is longer than anyone's arm");
        await type("body-text", "It was **larger**.\n\n- the head\n- the handle");
        await browser.click({ selector: "[aria-label='Choose labels']", webview: form });
        await browser.text({ selector: ".picker-row", text: "bug", webview: form });
        await browser.screenshot(`new-issue-${name}`);
        await vscode.commands.executeCommand("aiops.openSettings", { page: "tenants", item: tenantId });
        await browser.text({ selector: "h1", text: "Personal", webview: "Settings" });
        await browser.press("Tab");
        await browser.screenshot(`settings-tenant-${name}`);
        assert.equal(await browser.evaluate("document.documentElement.scrollWidth <= innerWidth", "Settings"), true);
      } finally {
        await setting.update("colorTheme", undefined, vscode.ConfigurationTarget.Global);
      }
    });
  }
});
