import assert from "node:assert/strict";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import { noFilter } from "../../../extension/model/issue-groups.ts";
import type { IssueData } from "../../fixtures/github/model.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { connected, findNode, issueNode, treeText } from "../support/product.ts";
import { commentFromTree } from "../support/comment-from-tree.ts";
import { clearNotifications, notification, quickInput } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";
import { tracker } from "../support/tracker.ts";

/** A webview is found by its text: what the panel of any issue of the project says above its title. */
const panel = "bernoulli · GitHub";
const inPanel = (selector: string) => ({ selector, webview: panel });

describe("writing to the tracker", () => {
  let aiops: Aiops;
  const store = async () => (await tracker()).repository("ada/bernoulli");
  async function at(number: number): Promise<IssueData> {
    const issue = (await store()).issue(number);
    assert.ok(issue);
    return issue;
  }
  const commentsAt = async (number: number) => (await store()).commentsOf(number).map(({ body }) => body);

  before(async () => {
    aiops = await connected();
    await project(aiops);
    await aiops.arrangement.setFilter(noFilter);
    await vscode.commands.executeCommand("aiops.issues.focus");
  });

  afterEach(async () => {
    (await tracker()).faults.clear();
    await aiops.arrangement.setFilter(noFilter);
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await clearNotifications();
  });

  async function openPanel(number: number): Promise<string> {
    const { items } = await aiops.connection.request((client) => client.issues.list({ q: `${number}`, limit: 200 }));
    const issue = items.find(({ key }) => key === `#${number}`);
    assert.ok(issue);
    await vscode.commands.executeCommand("aiops.openIssue", { issueId: issue.id });
    await browser.text({ selector: "h1", text: `#${number}`, webview: panel });
    return issue.id;
  }

  it("comments, edits, labels, assigns and closes in the panel, and shows what came of it", async () => {
    await openPanel(50);
    await browser.fill(inPanel("#new-comment-text"), "Written in the **panel**.");
    await browser.click({ selector: ".composer vscode-button", text: "Comment", webview: panel });
    await browser.text({ selector: "article strong", text: "panel", webview: panel });
    await waitFor(async () => (await commentsAt(50)).length > 0, { what: "the comment at the tracker" });
    assert.deepEqual(await commentsAt(50), ["Written in the **panel**."]);

    await browser.click({ selector: "[aria-label='Edit title']", webview: panel });
    await browser.fill(inPanel(".title-editor input"), "Number 50 was edited");
    await browser.press("Enter");
    await browser.text({ selector: "h1", text: "was edited", webview: panel });
    await waitFor(async () => (await at(50)).title === "Number 50 was edited", { what: "the title at the tracker" });

    await browser.click({ selector: "[aria-label='Edit description']", webview: panel });
    await browser.fill(inPanel("#edit-description-text"), "A *new* description");
    await browser.click({ selector: "#edit-description-preview", webview: panel });
    await browser.text({ selector: ".preview em", text: "new", webview: panel });
    await browser.screenshot("issue-panel-editing");
    await browser.click({ selector: ".description vscode-button", text: "Save", webview: panel });
    await browser.text({ selector: ".description > .rich-text em", text: "new", webview: panel });
    await waitFor(async () => (await at(50)).body === "A *new* description", { what: "the text at the tracker" });

    await browser.click({ selector: "[aria-label='Edit labels']", webview: panel });
    await browser.click({ selector: ".picker-row", text: "bug", webview: panel });
    await browser.screenshot("issue-panel-labels");
    await browser.click({ selector: ".picker vscode-button", text: "Save", webview: panel });
    await browser.text({ selector: ".facts .chip", text: "bug", webview: panel });
    await waitFor(async () => (await at(50)).labels.includes("bug"), { what: "the label at the tracker" });

    await browser.click({ selector: "[aria-label='Edit assignees']", webview: panel });
    await browser.click({ selector: ".picker-row", text: "grace", webview: panel });
    await browser.click({ selector: ".picker vscode-button", text: "Save", webview: panel });
    await waitFor(async () => (await at(50)).assignees.includes("grace"), { what: "grace at the tracker" });

    await browser.click({ selector: "vscode-button", text: "Close Issue", webview: panel });
    await browser.click({ selector: ".picker-row", text: "completed", webview: panel });
    await browser.click({ selector: ".picker vscode-button", text: "Save", webview: panel });
    await waitFor(async () => (await at(50)).state === "closed", { what: "the issue to be closed" });
    await browser.text({ selector: ".state-closed", webview: panel });
    await browser.screenshot("issue-panel-closed");
  });

  it("labels and closes all that are chosen in the tree, and sums up what failed", async () => {
    await aiops.arrangement.setFilter({ labels: [], assignee: "charles", status: "open" });
    const chosen = await Promise.all(["#111 ", "#101 ", "#91 "].map((key) => issueNode(aiops, key)));
    const labelled = vscode.commands.executeCommand("aiops.labelIssue", chosen[0], chosen);
    await quickInput.asks("Label 3 issues");
    await quickInput.choose("bug");
    await quickInput.enter();
    assert.equal(((await labelled) as { kind: string }).kind, "done");
    for (const number of [111, 101, 91]) assert.ok((await at(number)).labels.includes("bug"), `#${number}`);

    (await tracker()).faults.add({
      method: "PATCH",
      path: /\/issues\/101$/,
      fault: { kind: "status", status: 403, message: "Forbidden" },
    });
    void vscode.commands.executeCommand("aiops.closeIssue", chosen[0], chosen);
    await quickInput.asks("Close 3 issues");
    await quickInput.choose("completed");
    assert.match(await notification("1 of 3 failed"), /#101/);
    assert.deepEqual(
      [(await at(111)).state, (await at(101)).state, (await at(91)).state],
      ["closed", "open", "closed"],
    );
  });

  it("comments and assigns from the tree", async () => {
    await aiops.arrangement.setFilter({ labels: [], text: '"Number 60"' });
    const node = await issueNode(aiops, "#60 ");
    await commentFromTree(node, "From the tree.", panel);
    assert.deepEqual(await commentsAt(60), ["From the tree."]);
    const assigned = vscode.commands.executeCommand("aiops.assignIssue", node);
    await quickInput.asks("Assign #60");
    await quickInput.choose("grace");
    await quickInput.enter();
    await assigned;
    assert.ok((await at(60)).assignees.includes("grace"));
  });

  it("creates an issue from what is selected in the editor", async () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder);
    const uri = vscode.Uri.file(join(folder.uri.fsPath, "mill.ts"));
    await vscode.workspace.fs.writeFile(uri, Buffer.from("const a = 1;\nconst b = '```';\nconst c = 3;\n"));
    const editor = await vscode.window.showTextDocument(uri);
    editor.selection = new vscode.Selection(1, 0, 2, 0);
    await vscode.commands.executeCommand("aiops.createIssueFromSelection");
    const webview = "New issue";
    const { fill } = browser;
    await fill({ selector: "#new-title", webview }, "The mill has a wrong constant");
    const quoted = String(await browser.evaluate("document.querySelector('#new-body-text').value", webview));
    assert.match(quoted, /^`mill\.ts:2`\n\n````typescript\nconst b = '```';\n\n````$/);
    await fill({ selector: "#new-body-text", webview }, `It should be 4.\n\n${quoted}`);
    await browser.click({ selector: "[aria-label='Choose labels']", webview });
    await browser.click({ selector: ".picker-row", text: "bug", webview });
    await browser.click({ selector: ".picker vscode-button", text: "Done", webview });
    await browser.screenshot("create-issue");
    await browser.click({ selector: "vscode-button", text: "Create Issue", webview });
    const heading = await browser.text({ selector: "h1", text: "The mill has a wrong constant", webview: panel });
    const made = await at(Number(/#(\d+)/.exec(heading)?.[1]));
    assert.equal(made.title, "The mill has a wrong constant");
    assert.equal(made.body, `It should be 4.\n\n${quoted}`);
    assert.deepEqual(made.labels, ["bug"]);
  });

  it("keeps what can't be sent in the outbox, and sends it once when the tracker is back", async () => {
    (await tracker()).faults.add({ fault: { kind: "cut" } });
    await aiops.arrangement.setFilter({ labels: [], text: '"Number 61"' });
    const node = await issueNode(aiops, "#61 ");
    await commentFromTree(node, "Written on the train.", panel);
    await browser.text({ selector: ".write", text: "Written on the train.", webview: panel });
    const shown = await waitFor(async () => /^Outbox[^]*comment “Written/.test(await treeText(aiops.views.issues)), {
      what: "the outbox in the tree",
    });
    assert.ok(shown);
    await browser.text({ selector: ".monaco-list-row", text: "Outbox" });
    await browser.screenshot("outbox");
    (await tracker()).faults.clear();
    const waiting = await findNode(aiops.views.issues, "Written on the train");
    await vscode.commands.executeCommand("aiops.retryWrite", waiting);
    await waitFor(() => aiops.model.outbox.size === 0, { what: "an empty outbox", timeoutMs: 20_000 });
    assert.deepEqual(await commentsAt(61), ["Written on the train."]);
    assert.doesNotMatch(await treeText(aiops.views.issues), /Outbox/);
  });

  it("saves a filter, shows it again, renames and deletes it", async () => {
    await aiops.arrangement.setFilter({ labels: ["bug"], status: "open" });
    const saved = vscode.commands.executeCommand("aiops.saveFilter");
    await quickInput.fill("Open bugs");
    await quickInput.enter();
    await quickInput.choose("Only for me");
    await saved;
    await waitFor(() => aiops.model.filters.size === 1, { what: "the filter" });
    await aiops.arrangement.setFilter(noFilter);
    const opened = vscode.commands.executeCommand("aiops.openFilter");
    await quickInput.choose("Open bugs");
    await opened;
    assert.deepEqual(aiops.arrangement.filter, { labels: ["bug"], status: "open" });
    void vscode.commands.executeCommand("aiops.openFilter");
    await browser.hover({ selector: ".quick-input-list .monaco-list-row", text: "Open bugs" });
    await browser.screenshot("saved-filters");
    await browser.click({ selector: ".quick-input-list .monaco-list-row .codicon-trash" });
    await waitFor(() => aiops.model.filters.size === 0, { what: "no filter" });
    await quickInput.escape();
  });
});
