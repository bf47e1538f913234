import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { gitLabIssues, gitLabProject } from "../../fixtures/gitlab/samples.ts";
import { type GitLabServer, startGitLabServer } from "../../fixtures/gitlab/server.ts";
import { jiraIssue, jiraProject } from "../../fixtures/jira/samples.ts";
import { type JiraServer, startJiraServer } from "../../fixtures/jira/server.ts";
import { waitFor } from "../../support/wait.ts";
import { ask } from "../http/request.ts";
import { makeSyncWorld, type SyncWorld } from "./sync-world.ts";

const numbers = Array.from({ length: 30 }, (_, index) => index + 1);
const secret = "a secret of 32 characters, or so";

/** One project with a link to each of the three trackers. */
describe("one project of three trackers", function () {
  this.timeout(30_000);
  let world: SyncWorld;
  let gitlab: GitLabServer;
  let jira: JiraServer;
  let projectId: string;
  const connectionIds = { gitlab: "", jira: "" };

  beforeEach(async () => {
    world = await makeSyncWorld([repositoryData(numbers.map((number) => issueData({ number })))]);
    gitlab = await startGitLabServer({ projects: [gitLabProject(gitLabIssues(30))] });
    const done = (number: number) => (number % 3 === 0 ? "Done" : "To Do");
    const issues = numbers.map((number) => jiraIssue({ number, status: done(number) }));
    jira = await startJiraServer({ flavour: "dataCenter", projects: [jiraProject(issues)] });
    ({ id: projectId } = await world.project("all", "acme/widgets"));
    const { client } = world.server;
    const { tenantId } = world.connection;
    for (const [provider, { url }, externalProject] of [
      ["gitlab", gitlab, "acme/tools/widgets"],
      ["jira", jira, "WID"],
    ] as const) {
      const fields = { tenantId, provider, name: provider, baseUrl: url, token: "a-token", webhookSecret: secret };
      const { id: connectionId } = await client.connections.create(fields);
      await client.projects.addLink({ id: projectId, connectionId, externalProject });
      connectionIds[provider] = connectionId;
    }
    await world.sync(projectId);
  });
  afterEach(async () => {
    await Promise.all([world.close(), gitlab.close(), jira.close()]);
  });

  const requests = () => [world.github.requests, gitlab.requests, jira.requests];
  const counts = async (by: "provider" | "status") => {
    const { items } = await world.server.client.issues.groups({ projectId, by });
    return Object.fromEntries(items.map(({ value, count }) => [value, count]));
  };
  const gitlabProject = () => gitlab.project("acme/tools/widgets");
  const title = async (key: string, provider: "github" | "gitlab" | "jira") => {
    const { items } = await world.server.client.issues.list({ projectId, provider, limit: 500 });
    return items.find((issue) => issue.key === key)?.title;
  };

  it("holds the issues of all of them, and takes one request for each where nothing changed", async () => {
    assert.deepEqual(await counts("provider"), { github: 30, gitlab: 30, jira: 30 });
    assert.deepEqual(await counts("status"), { open: 80, closed: 10 });
    const before = requests();
    await world.sync(projectId);
    assert.deepEqual(
      requests().map((count, index) => count - (before[index] ?? 0)),
      [1, 1, 1],
    );
  });

  it("brings what changed at each, and takes away what each has no more", async () => {
    gitlabProject().edit(gitlabProject().get(5), { title: "Changed at GitLab", state: "closed" });
    jira.project("WID").edit(jira.project("WID").get(5), { summary: "Changed at Jira" });
    await world.sync(projectId);
    assert.equal(await title("#5", "gitlab"), "Changed at GitLab");
    assert.equal(await title("WID-5", "jira"), "Changed at Jira");
    assert.deepEqual(await counts("status"), { open: 79, closed: 11 });

    gitlabProject().remove(6);
    jira.project("WID").remove(7);
    world.github.repository("acme/widgets").remove(8);
    await world.sync(projectId, true);
    assert.deepEqual(await counts("provider"), { github: 29, gitlab: 29, jira: 29 });
  });

  it("keeps the issues of a tracker that is down, and reads the others", async () => {
    const { client } = world.server;
    jira.faults.add({ fault: { kind: "status", status: 401 } });
    gitlabProject().edit(gitlabProject().get(5), { title: "Changed at GitLab" });
    await assert.rejects(world.sync(projectId));
    assert.equal(await title("#5", "gitlab"), "Changed at GitLab");
    assert.equal((await counts("provider"))["jira"], 30);
    const state = await client.projects.syncState({ id: projectId });
    assert.deepEqual(
      state.links.map(({ error }) => error?.code),
      [undefined, undefined, "provider_unauthorized"],
    );
  });

  it("applies a connection's overrides to Jira's own states", async () => {
    const statusOverrides = { open: ["done"], closed: [] };
    await world.server.client.connections.update({ id: connectionIds.jira, statusOverrides });
    assert.deepEqual(await counts("status"), { open: 90 });
    await world.sync(projectId, true);
    assert.deepEqual(await counts("status"), { open: 90 });
  });

  it("takes the webhooks of GitLab and Jira", async () => {
    const issue = gitlabProject().get(5);
    gitlabProject().edit(issue, { title: "Changed at GitLab" });
    const attributes = { id: issue.id, iid: 5 };
    const gitlabBody = {
      object_kind: "issue",
      project: { path_with_namespace: "acme/tools/widgets" },
      object_attributes: attributes,
    };
    const send = (connectionId: string, body: string, headers: Record<string, string>) =>
      ask(world.server.url, `/webhooks/${connectionId}`, { method: "POST", body, headers });
    const text = JSON.stringify(gitlabBody);
    assert.equal((await send(connectionIds.gitlab, text, { "x-gitlab-token": "wrong" })).status, 404);
    assert.equal((await send(connectionIds.gitlab, text, { "x-gitlab-token": secret })).status, 202);
    assert.equal((await send(connectionIds.gitlab, text, { "x-gitlab-token": secret })).status, 409, "the same body");
    await waitFor(async () => (await title("#5", "gitlab")) === "Changed at GitLab", { what: "the change" });

    const stored = jira.project("WID").get(5);
    jira.project("WID").edit(stored, { summary: "Changed at Jira" });
    const body = JSON.stringify({
      webhookEvent: "jira:issue_updated",
      issue: { id: stored.id, key: "WID-5", fields: { project: { key: "WID" } } },
    });
    const signed = (key: string) => `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;
    assert.equal((await send(connectionIds.jira, body, { "x-hub-signature": signed("another") })).status, 404);
    assert.equal((await send(connectionIds.jira, body, { "x-hub-signature": signed(secret) })).status, 202);
    await waitFor(async () => (await title("WID-5", "jira")) === "Changed at Jira", { what: "the change" });
  });
});
