import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { connected } from "../support/product.ts";
import { clearNotifications, notification, quickInput } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";
import { hostile, tracker } from "../support/tracker.ts";

function tabs(): string[] {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
}

describe("the issue panel", () => {
  let aiops: Aiops;
  const idOf = async (key: string): Promise<string> => {
    const { items } = await aiops.connection.request((client) => client.issues.list({ q: key, limit: 200 }));
    const issue = items.find((item) => item.key === key);
    assert.ok(issue, `no issue ${key}`);
    return issue.id;
  };

  before(async () => {
    aiops = await connected();
    await project(aiops);
  });

  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await clearNotifications();
  });

  it("renders description and comments, with state, labels and actions", async () => {
    await vscode.commands.executeCommand("aiops.openIssue", { issueId: await idOf("#42") });
    const text = await browser.text({ selector: "body", webview: "The anticipating carriage is the culprit." });
    assert.match(text, /Carry is lost between columns/);
    assert.match(text, /the carry is lost/);
    assert.match(text, /bernoulli/);
    assert.match(text, /Open/);
    await browser.text({ selector: "vscode-button", text: "Start Work", webview: "Carry is lost" });
    assert.deepEqual(tabs(), ["#42 Carry is lost between columns"]);
    await browser.screenshot("issue-panel");
  });

  it("brings an issue that is open to the front instead of opening it twice", async () => {
    const issueId = await idOf("#42");
    await vscode.commands.executeCommand("aiops.openIssue", { issueId });
    await waitFor(() => tabs().includes("#42 Carry is lost between columns"), { what: "the panel" });
    await vscode.commands.executeCommand("aiops.openIssue", { issueId });
    assert.equal(tabs().length, 1);
  });

  it("shows what strangers wrote without running it", async () => {
    await vscode.commands.executeCommand("aiops.openIssue", { issueId: await idOf(`#${hostile.number}`) });
    await browser.text({ selector: "body", webview: "id_rsa" });
    assert.equal(await browser.evaluate("document.querySelectorAll('#panel script').length", "id_rsa"), 0);
    assert.notEqual(await browser.evaluate("document.title", "id_rsa"), "taken");
  });

  it("starts work from its button", async () => {
    await vscode.commands.executeCommand("aiops.openIssue", { issueId: await idOf("#42") });
    await browser.click({ selector: "vscode-button", text: "Start Work", webview: "Carry is lost" });
    await quickInput.asks("Start Work on #42");
    await quickInput.choose("Shell");
    const session = await waitFor(() => aiops.model.sessions.all().find(({ title }) => title.includes("#42")), {
      what: "the session",
      timeoutMs: 20_000,
    });
    await browser.text({ selector: "body", text: session.branch ?? "", webview: "Carry is lost" });
    await browser.screenshot("issue-panel-session");
    await vscode.commands.executeCommand("aiops.stopSession", { sessionId: session.id, confirmed: true });
  });

  it("shows what changed at the tracker after a sync", async () => {
    await vscode.commands.executeCommand("aiops.openIssue", { issueId: await idOf("#43") });
    await browser.text({ selector: "body", webview: "Number 43" });
    const store = (await tracker()).repository("ada/bernoulli");
    const issue = store.issue(43);
    assert.ok(issue);
    store.addComment(issue, "ada", "Mended with a new lever.");
    await vscode.commands.executeCommand("aiops.syncAll");
    await browser.text({ selector: "body", webview: "Mended with a new lever." });
  });

  it("says so when the issue is not there", async () => {
    await vscode.commands.executeCommand("aiops.openIssue", { issueId: "nothing" });
    assert.match(await notification("There is no such issue"), /Show Log/);
  });

  it("opens from a link in a chat, and refuses any other link", async () => {
    const id = await idOf("#42");
    const scheme = vscode.env.uriScheme;
    await vscode.commands.executeCommand("aiops.openIssue", { issueId: id });
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await aiops.uriHandler.handleUri(vscode.Uri.parse(`${scheme}://aiops.aiops/issue/${id}`));
    await browser.text({ selector: "body", webview: "The anticipating carriage" });
    await aiops.uriHandler.handleUri(vscode.Uri.parse(`${scheme}://aiops.aiops/run/rm%20-rf`));
    assert.match(await notification("This link leads to nothing"), /issue/);
  });
});
