import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import { noFilter } from "../../../extension/model/issue-groups.ts";
import type { Session } from "../../../shared/entities/session.ts";
import { commentData, issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { startGitHubServer, type GitHubServer } from "../../fixtures/github/server.ts";
import { errorMessage } from "../../../shared/errors.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { connected, findNode, issueNode, treeText } from "../support/product.ts";
import { commentOnPage, openPage } from "../support/issue-panel.ts";
import { linkedProject, type LinkedProject } from "../support/linked-project.ts";
import { clearNotifications, quickInput } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";

/** What stands above the lines of the view. */
const message = ".pane-body .message:not(.hide)";
const panel = "stopped · GitHub";

/** A tracker that goes away and comes back, as people see it. */
describe("a tracker that can't be read", function () {
  this.timeout(60_000);
  let aiops: Aiops;
  let github: GitHubServer;
  let made: LinkedProject;
  let begin: (() => Promise<void>) | undefined;

  const tree = () => treeText(aiops.views.issues);
  const commentsAt = (number: number) =>
    github
      .repository("ada/mill")
      .commentsOf(number)
      .map(({ body }) => body);
  async function inTree(pattern: RegExp): Promise<string> {
    let text = "";
    try {
      await waitFor(async () => pattern.test((text = await tree())), { what: String(pattern), timeoutMs: 20_000 });
    } catch (error) {
      throw new Error(`${errorMessage(error)} in\n${text}`, { cause: error });
    }
    return text;
  }

  before(async () => {
    aiops = await connected();
    const { tenantId, repositoryUrl } = await project(aiops);
    github = await startGitHubServer({
      repositories: [
        repositoryData(
          [
            issueData({
              number: 1,
              title: "The wheel stands still",
              comments: [commentData({ author: "grace", body: "Since the river froze." })],
            }),
            issueData({ number: 2, title: "The belt slips" }),
          ],
          { owner: "ada", name: "mill" },
        ),
      ],
    });
    made = await linkedProject(aiops, {
      tenantId,
      slug: "stopped",
      repositoryUrl,
      links: [{ provider: "github", baseUrl: github.url, externalProject: "ada/mill" }],
    });
    await made.sync();
    await aiops.arrangement.setFilter({ ...noFilter, projectId: made.id });
    await vscode.commands.executeCommand("aiops.issues.focus");
    await inTree(/The belt slips/);
    assert.doesNotMatch(await tree(), /last read/);
  });

  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await clearNotifications();
  });

  after(async () => {
    await begin?.();
    github?.faults.clear();
    await made?.remove();
    await aiops?.arrangement.setFilter(noFilter);
    await github?.close();
  });

  it("says what is wrong, how old the issues are, and what helps", async () => {
    begin = await github.stop();
    void vscode.commands.executeCommand("aiops.syncProject", { projectId: made.id });
    const text = await inTree(/can't be reached/);
    assert.match(text, /^Sync now: ada\/mill \| the tracker can't be reached · last read (just now|1 min)/);
    assert.match(text, /\nstopped \| 2 · last read/);
    assert.match(text, /The wheel stands still/);
    assert.match(await treeText(aiops.views.projects), /stopped \| .*issues last read/);
    const above = await browser.text({ selector: message, text: "ada/mill" });
    assert.match(above, /ada\/mill: the tracker can't be reached\. Its issues were last read/);
    await clearNotifications();
    await browser.text({ selector: ".monaco-list-row", text: "Sync now: ada/mill" });
    await browser.screenshot("tracker-stopped");
  });

  it("still searches, with the age of what is found", async () => {
    void vscode.commands.executeCommand("aiops.searchIssues");
    assert.match(await quickInput.asks("last read"), /ada\/mill: the tracker can't be reached/);
    await quickInput.fill("river froze");
    assert.match(await quickInput.entry("The wheel stands still"), /river/);
    await browser.screenshot("tracker-stopped-search");
    await quickInput.escape();
  });

  it("still shows an issue, with its age", async () => {
    await openPage(aiops, "The wheel", panel);
    await browser.text({ selector: "body", text: "Since the river froze.", webview: panel });
    assert.match(await browser.text({ selector: "header", webview: panel }), /synced/);
    const banner = await browser.text({ selector: ".trouble", text: "Sync now", webview: panel });
    assert.match(banner, /ada\/mill: the tracker can't be reached\. What is shown was read/);
    await browser.screenshot("tracker-stopped-panel");
  });

  it("still starts work", async () => {
    const started = vscode.commands.executeCommand("aiops.startWork", await issueNode(aiops, "The wheel"));
    assert.match(await quickInput.asks("Start Work on #1"), /ada\/mill: the tracker can't be reached.*last read/);
    await browser.screenshot("tracker-stopped-start-work");
    await quickInput.choose("Shell");
    const outcome = (await started) as { kind: string; value: Session };
    assert.equal(outcome.kind, "done");
    assert.match(outcome.value.branch ?? "", /^issue\/1-/);
    await vscode.commands.executeCommand("aiops.stopSession", { sessionId: outcome.value.id, confirmed: true });
    await vscode.commands.executeCommand("aiops.issues.focus");
  });

  it("keeps a comment, which arrives once when the tracker is back", async () => {
    await openPage(aiops, "The belt", panel);
    await commentOnPage("Tighten it.", panel);
    await waitFor(() => aiops.model.pending().some(({ status, error }) => status === "queued" && error !== null), {
      what: "a comment that could not be sent",
      timeoutMs: 20_000,
    });
    await browser.text({ selector: ".write", text: "Queued", webview: panel });
    await inTree(/Outbox \| 1\n {2}#2: comment “Tighten it.” \| queued/);
    await browser.text({ selector: ".monaco-list-row", text: "Tighten it." });
    await browser.screenshot("tracker-stopped-outbox");
    assert.deepEqual(commentsAt(2), []);

    await begin?.();
    begin = undefined;
    await browser.click({ selector: ".monaco-list-row", text: "Sync now: ada/mill" });
    await waitFor(() => commentsAt(2).length > 0, { what: "the comment at the tracker", timeoutMs: 20_000 });
    await waitFor(async () => !/Outbox|last read/.test(await tree()), { what: "a calm tree", timeoutMs: 20_000 });
    await waitFor(async () => (await browser.count({ selector: message, text: "ada/mill" })) === 0, {
      what: "the end of the message",
    });
    await made.sync();
    assert.deepEqual(commentsAt(2), ["Tighten it."]);
    await browser.screenshot("tracker-back");
  });

  it("that refuses the token leads to the settings of that connection", async () => {
    github.faults.add({ fault: { kind: "status", status: 401, message: "Bad credentials" } });
    void vscode.commands.executeCommand("aiops.syncProject", { projectId: made.id });
    assert.match(
      await inTree(/refuses the token/),
      /^Update token: ada\/mill \| the tracker refuses the token · last read/,
    );
    const node = await findNode(aiops.views.issues, "Update token: ada/mill");
    assert.ok(node);
    assert.equal(aiops.views.issues.getTreeItem(node).contextValue, "trouble.token");
    await clearNotifications();
    await browser.click({ selector: ".monaco-list-row", text: "Update token: ada/mill" });
    await browser.text({ selector: "h1", text: "stopped github", webview: "Settings" });
    await browser.screenshot("tracker-refuses-token");
    github.faults.clear();
    await made.sync();
    await waitFor(async () => !/last read/.test(await tree()), { what: "a calm tree" });
  });
});
