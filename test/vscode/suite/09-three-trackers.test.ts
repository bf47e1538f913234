import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import { noFilter } from "../../../extension/model/issue-groups.ts";
import { runJob } from "../../../extension/progress.ts";
import type { Project } from "../../../shared/entities/project.ts";
import { gitLabIssue, gitLabProject } from "../../fixtures/gitlab/samples.ts";
import { startGitLabServer, type GitLabServer } from "../../fixtures/gitlab/server.ts";
import { jiraIssue, jiraProject } from "../../fixtures/jira/samples.ts";
import { startJiraServer, type JiraServer } from "../../fixtures/jira/server.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { connected, issueNode, treeText } from "../support/product.ts";
import { commentFromTree } from "../support/comment-from-tree.ts";
import { clearNotifications } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";
import { tracker } from "../support/tracker.ts";

/** One tree over GitHub, GitLab and Jira, and what is done in it seen at each. */
describe("three trackers in one tree", function () {
  this.timeout(90_000);
  let aiops: Aiops;
  let gitlab: GitLabServer;
  let jira: JiraServer;
  let made: Project;

  before(async () => {
    aiops = await connected();
    const { id } = await project(aiops);
    gitlab = await startGitLabServer({
      projects: [
        gitLabProject([
          gitLabIssue({ iid: 1, title: "The mill at GitLab stalls" }),
          gitLabIssue({ iid: 2, title: "Done at GitLab", state: "closed" }),
        ]),
      ],
    });
    jira = await startJiraServer({
      flavour: "dataCenter",
      projects: [
        jiraProject([
          jiraIssue({ number: 1, summary: "The mill at Jira stalls", status: "In Progress" }),
          jiraIssue({ number: 2, summary: "Done at Jira", status: "Done" }),
        ]),
      ],
    });
    const { request } = aiops.connection;
    made = await request((client) => client.projects.get({ id }));
    for (const [provider, baseUrl, externalProject] of [
      ["gitlab", gitlab.url, "acme/tools/widgets"],
      ["jira", jira.url, "WID"],
    ] as const) {
      const fields = { tenantId: made.tenantId, provider, name: provider, baseUrl, token: "a-token" };
      const { id: connectionId } = await request((client) => client.connections.create(fields));
      await request((client) => client.projects.addLink({ id, connectionId, externalProject }));
    }
    await sync();
    await aiops.arrangement.setFilter({ ...noFilter, status: "open", text: "mill stalls" });
    await aiops.arrangement.setGrouping(["project", "provider"]);
    await vscode.commands.executeCommand("aiops.issues.focus");
  });

  after(async () => {
    await aiops.arrangement.setFilter(noFilter);
    await aiops.arrangement.setGrouping(["project", "status"]);
    await clearNotifications();
    // Trackers that are gone would be troubles for the files that follow.
    const { request } = aiops.connection;
    for (const { id: linkId, connectionId } of (await request((client) => client.projects.get({ id: made.id })))
      .links) {
      if (made.links.some((link) => link.id === linkId)) continue;
      await request((client) => client.projects.removeLink({ id: made.id, linkId }));
      await request((client) => client.connections.remove({ id: connectionId }));
    }
    await Promise.all([gitlab?.close(), jira?.close()]);
  });

  async function sync(): Promise<void> {
    const outcome = await runJob(
      aiops,
      (client) => client.projects.sync({ id: made.id }),
      () => undefined,
      new AbortController().signal,
    );
    assert.ok(outcome);
  }

  const atGitLab = (iid: number) => gitlab.project("acme/tools/widgets").get(iid);
  const atJira = (number: number) => jira.project("WID").get(number);

  it("shows exactly the open ones of all, whatever each calls it", async () => {
    const repository = (await tracker()).repository("ada/bernoulli");
    const issue = repository.issue(60);
    assert.ok(issue);
    repository.edit(issue, { title: "The mill at GitHub stalls" });
    await sync();
    const shown = await waitFor(
      async () => {
        const text = await treeText(aiops.views.issues);
        return /GitHub[\s\S]*GitLab[\s\S]*Jira/.test(text) && text;
      },
      { what: "groups of three trackers", timeoutMs: 20_000 },
    );
    assert.match(shown, /The mill at GitHub stalls/);
    assert.match(shown, /#1 The mill at GitLab stalls/);
    assert.match(shown, /WID-1 The mill at Jira stalls/);
    assert.doesNotMatch(shown, /Done at/);
    await browser.text({ selector: ".monaco-list-row", text: "WID-1" });
    await browser.screenshot("three-trackers");
  });

  it("writes a comment to each, which each then has", async () => {
    for (const [text, comments] of [
      ["The mill at GitLab", () => atGitLab(1).notes.map(({ body }) => body)],
      ["The mill at Jira", () => atJira(1).comments.map(({ body }) => JSON.stringify(body))],
    ] as const) {
      await commentFromTree(await issueNode(aiops, text), "Oil it.", text);
      await waitFor(() => comments().some((body) => body.includes("Oil it.")), { what: `the comment at ${text}` });
    }
  });

  it("closes at each by its own way, and shows what was done there instead", async () => {
    await vscode.commands.executeCommand("aiops.closeIssue", await issueNode(aiops, "The mill at GitLab"));
    await waitFor(() => atGitLab(1).state === "closed", { what: "the issue closed at GitLab" });
    await vscode.commands.executeCommand("aiops.closeIssue", await issueNode(aiops, "The mill at Jira"));
    await waitFor(() => atJira(1).status === "Done", { what: "the issue done at Jira" });
    await waitFor(async () => !/GitLab|Jira/.test(await treeText(aiops.views.issues)), {
      what: "their end in the tree",
    });

    const again = jira.project("WID").transitions(atJira(1))[0];
    assert.ok(again);
    jira.project("WID").take(atJira(1), again);
    await sync();
    await waitFor(async () => /WID-1/.test(await treeText(aiops.views.issues)), { what: "the issue opened at Jira" });
  });
});
