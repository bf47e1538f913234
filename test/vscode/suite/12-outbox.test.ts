import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import { noFilter } from "../../../extension/model/issue-groups.ts";
import type { OutboxItem } from "../../../shared/entities/outbox.ts";
import { issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { startGitHubServer, type GitHubServer } from "../../fixtures/github/server.ts";
import type { IssueData } from "../../fixtures/github/model.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { linkedProject, type LinkedProject } from "../support/linked-project.ts";
import { commentOnPage, describeOnPage, openPage } from "../support/issue-panel.ts";
import { connected, findNode } from "../support/product.ts";
import { clearNotifications } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";

/** On every panel of an issue of this project. */
const webview = "outbox · GitHub";

/** What is tried before the person is answered is theirs alone to settle; from then on it is the outbox's. */
const failedOnce = ({ status, error }: OutboxItem): boolean => status === "queued" && error !== null;

/** Writes made while the tracker is out of reach, and what a person can do about them before they arrive. */
describe("the outbox", function () {
  this.timeout(60_000);
  let aiops: Aiops;
  let github: GitHubServer;
  let made: LinkedProject;
  let begin: (() => Promise<void>) | undefined;

  const at = (number: number): IssueData => {
    const issue = github.repository("ada/mill").issue(number);
    assert.ok(issue);
    return issue;
  };
  const commentsAt = (number: number) =>
    github
      .repository("ada/mill")
      .commentsOf(number)
      .map(({ body }) => body);
  const empty = () => waitFor(() => aiops.model.outbox.size === 0, { what: "an empty outbox", timeoutMs: 20_000 });
  const waiting = (matches: (item: OutboxItem) => boolean, what: string) =>
    waitFor(() => aiops.model.pending().find(matches), { what, timeoutMs: 20_000 });
  const writeNode = (text: string) => waitFor(() => findNode(aiops.views.issues, text), { what: `the write ${text}` });
  const press = (text: string) => browser.click({ selector: "vscode-button", text, webview });

  /** The tracker is back, which the next sync finds; what waits is sent then. */
  async function back(): Promise<void> {
    await begin?.();
    begin = undefined;
    await made.sync();
  }
  async function comment(issue: string, body: string): Promise<void> {
    await openPage(aiops, issue, webview);
    await commentOnPage(body, webview);
    await waiting(failedOnce, "an attempt that failed");
  }
  async function describeIssue(issue: string, body: string): Promise<void> {
    await openPage(aiops, issue, webview);
    await describeOnPage(body, webview);
    await waiting(failedOnce, "an attempt that failed");
  }

  before(async () => {
    aiops = await connected();
    const { tenantId } = await project(aiops);
    const titles = ["The wheel", "The belt", "The stone", "The sieve"];
    github = await startGitHubServer({
      repositories: [
        repositoryData(
          titles.map((title, index) => issueData({ number: index + 1, title, body: `${title} as it was.` })),
          { owner: "ada", name: "mill" },
        ),
      ],
    });
    made = await linkedProject(aiops, {
      tenantId,
      slug: "outbox",
      links: [{ provider: "github", baseUrl: github.url, externalProject: "ada/mill" }],
    });
    await made.sync();
    await aiops.arrangement.setFilter({ ...noFilter, projectId: made.id });
    await vscode.commands.executeCommand("aiops.issues.focus");
  });

  beforeEach(async () => {
    begin = await github.stop();
  });

  afterEach(async () => {
    await back();
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await clearNotifications();
  });

  after(async () => {
    await aiops?.arrangement.setFilter(noFilter);
    await made?.remove();
    await github?.close();
  });

  it("lets what waits be edited, which is then sent instead", async () => {
    await comment("The wheel", "Oil it wiht oil.");
    await vscode.commands.executeCommand("aiops.editWrite", await writeNode("wiht"));
    await browser.text({ selector: ".write", text: "Oil it wiht oil.", webview });
    await browser.click({ selector: ".write vscode-button", text: "Edit", webview });
    const { fill } = browser;
    await fill({ selector: ".write textarea", webview }, "Oil it with oil.");
    await browser.screenshot("outbox-edit");
    await browser.click({ selector: ".write vscode-button", text: "Save", webview });
    await waiting((item) => "body" in item.write && item.write.body === "Oil it with oil.", "the edit");
    await back();
    await empty();
    assert.deepEqual(commentsAt(1), ["Oil it with oil."]);
  });

  it("lets the title of a new issue be edited while it waits", async () => {
    const { request } = aiops.connection;
    const answer = await request((client) => client.issues.create({ id: made.id, title: "A new whel" }));
    assert.equal(answer.status, 202);
    await vscode.commands.executeCommand("aiops.editWrite", await writeNode("A new whel"));
    const page = "The tracker does not have it yet";
    await browser.click({ selector: ".write vscode-button", text: "Edit", webview: page });
    const { fill } = browser;
    await fill({ selector: ".write input", webview: page }, "A new wheel");
    await browser.screenshot("outbox-new-issue");
    await browser.click({ selector: ".write vscode-button", text: "Save", webview: page });
    await browser.text({ selector: "h1", text: "A new wheel", webview: page });
    await back();
    await empty();
    const { items } = await request((client) => client.issues.list({ projectId: made.id, q: '"new wheel"' }));
    assert.deepEqual(
      items.map(({ key, title }) => [key, title]),
      [["#5", "A new wheel"]],
    );
    assert.equal(at(5).title, "A new wheel");
  });

  it("forgets what is deleted, and never sends it", async () => {
    await comment("The belt", "Never mind.");
    const node = await writeNode("Never mind");
    await vscode.commands.executeCommand("aiops.discardWrite", { ...node, confirmed: true });
    await empty();
    await back();
    await made.sync();
    assert.deepEqual(commentsAt(2), []);
  });

  it("shows side by side what two people made of the same text, and sends the one that is kept", async () => {
    await describeIssue("The stone", "The stone as I see it.");
    github.repository("ada/mill").edit(at(3), { body: "The stone as they see it." });
    await back();
    await waiting(({ status }) => status === "conflict", "the conflict");
    assert.match(
      await browser.text({ selector: ".conflict", webview }),
      /Description: mine\s+The stone as I see it\.\s+Description: theirs\s+The stone as they see it\./,
    );
    assert.match(await writeNode("#3: description").then(labelled), /conflict/);
    await browser.screenshot("conflict");
    assert.equal(at(3).body, "The stone as they see it.");
    await press("Keep Mine");
    await empty();
    assert.equal(at(3).body, "The stone as I see it.");
    await browser.text({ selector: ".description > .rich-text", text: "The stone as I see it.", webview });
  });

  it("takes theirs where that is chosen, and leaves the tracker as it is", async () => {
    await describeIssue("The sieve", "The sieve as I see it.");
    github.repository("ada/mill").edit(at(4), { body: "The sieve as they see it." });
    await back();
    await waiting(({ status }) => status === "conflict", "the conflict");
    await press("Take Theirs");
    await empty();
    assert.equal(at(4).body, "The sieve as they see it.");
    await made.sync();
    await browser.text({ selector: ".description > .rich-text", text: "The sieve as they see it.", webview });
  });

  function labelled(node: Parameters<typeof aiops.views.issues.getTreeItem>[0]): string {
    return String(aiops.views.issues.getTreeItem(node).description);
  }
});
