import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import { noFilter } from "../../../extension/model/issue-groups.ts";
import { issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { startGitHubServer, type GitHubServer } from "../../fixtures/github/server.ts";
import { gitLabIssue, gitLabProject } from "../../fixtures/gitlab/samples.ts";
import { startGitLabServer, type GitLabServer } from "../../fixtures/gitlab/server.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { linkedProject, type LinkedProject } from "../support/linked-project.ts";
import { connected, issueNode } from "../support/product.ts";
import { clearNotifications, notification, quickInput } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";

const token = "ghp_of_a_reader";
const row = (text: string) => ({ selector: ".monaco-list-row", text });

/** An account that may read and comment at one tracker, and do everything at the other. */
describe("what the trackers let one do", function () {
  this.timeout(60_000);
  let aiops: Aiops;
  let github: GitHubServer;
  let gitlab: GitLabServer;
  let made: LinkedProject;

  const contextOf = async (text: string) =>
    aiops.views.issues.getTreeItem(await issueNode(aiops, text)).contextValue ?? "";
  const offered = (text: string, context: string) =>
    waitFor(async () => (await contextOf(text)) === context, { what: `${text} offering ${context}` });
  const atGitLab = (iid: number) => gitlab.project("acme/tools/widgets").get(iid);

  before(async () => {
    aiops = await connected();
    const { tenantId } = await project(aiops);
    github = await startGitHubServer({
      tokens: { [token]: { login: "ada", scopes: ["repo"], role: "read" } },
      repositories: [
        repositoryData([issueData({ number: 1, title: "The reader's own" })], { owner: "ada", name: "mill" }),
      ],
    });
    gitlab = await startGitLabServer({
      projects: [
        gitLabProject([
          gitLabIssue({ iid: 1, title: "The open one" }),
          gitLabIssue({ iid: 2, title: "The closed one", state: "closed" }),
        ]),
      ],
    });
    made = await linkedProject(aiops, {
      tenantId,
      slug: "abilities",
      links: [
        { provider: "github", baseUrl: github.url, externalProject: "ada/mill", token },
        { provider: "gitlab", baseUrl: gitlab.url, externalProject: "acme/tools/widgets" },
      ],
    });
    await made.sync();
    await aiops.arrangement.setFilter({ ...noFilter, projectId: made.id });
    await aiops.arrangement.setGrouping([]);
    await vscode.commands.executeCommand("aiops.issues.focus");
  });

  afterEach(clearNotifications);

  after(async () => {
    await aiops?.arrangement.setFilter(noFilter);
    await aiops?.arrangement.setGrouping(["project", "status"]);
    await made?.remove();
    await Promise.all([github?.close(), gitlab?.close()]);
  });

  async function menuOf(text: string): Promise<string> {
    await browser.click(row(text), { button: "right" });
    return browser.text({ selector: ".context-view .monaco-menu" });
  }

  it("is what an issue's menu offers", async () => {
    await offered("The reader's own", "issue.open.comment");
    await offered("The open one", "issue.open.comment.changeStatus.label.assign");
    await offered("The closed one", "issue.closed.comment.changeStatus.label.assign");
    const reader = await menuOf("The reader's own");
    assert.match(reader, /Open Issue[^]*Comment/);
    // The project has no repository to work in.
    assert.doesNotMatch(reader, /Close|Reopen|Assign|Label|Start Work/);
    await browser.screenshot("menu-of-a-reader");
    await browser.press("Escape");
    const writer = await menuOf("The open one");
    assert.match(writer, /Comment[^]*Close[^]*Assign[^]*Label/);
    assert.doesNotMatch(writer, /Reopen/);
    await browser.press("Escape");
  });

  it("is done with those that can, and the others are named", async () => {
    const chosen = await Promise.all(
      ["The reader's own", "The open one", "The closed one"].map((text) => issueNode(aiops, text)),
    );
    const closed = vscode.commands.executeCommand("aiops.closeIssue", chosen[0], chosen);
    const { value } = (await closed) as { value: { done: number; skipped: { why: string }[] } };
    assert.equal(value.done, 1);
    assert.equal(atGitLab(1).state, "closed");
    assert.equal(github.repository("ada/mill").issue(1)?.state, "open");
    const told = await notification("Close #1: 2 skipped");
    assert.match(told, /#1 is at a tracker that does not let .* close or reopen issues\. #2 is closed already\./);
    await browser.screenshot("skipped-issues");
  });

  it("says why where nothing of it can be done", async () => {
    void vscode.commands.executeCommand("aiops.labelIssue", await issueNode(aiops, "The reader's own"));
    await notification("#1 is at a tracker that does not let this connection's account change labels.");
  });

  it("grows with another token", async () => {
    github.setToken("ghp_of_a_writer", { login: "ada", scopes: ["repo"], role: "write" });
    const { items } = await aiops.connection.request((client) => client.connections.list({ limit: 500 }));
    const connection = items.find(({ name }) => name === "abilities github");
    assert.ok(connection);
    await aiops.connection.request((client) =>
      client.connections.update({ id: connection.id, token: "ghp_of_a_writer" }),
    );
    await offered("The reader's own", "issue.open.comment.changeStatus.label.assign");
    const closed = vscode.commands.executeCommand("aiops.closeIssue", await issueNode(aiops, "The reader's own"));
    await quickInput.choose("completed");
    await closed;
    assert.equal(github.repository("ada/mill").issue(1)?.state, "closed");
  });
});
