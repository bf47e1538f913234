import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import { noFilter } from "../../../extension/model/issue-groups.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { connected, findNode, issueNode, treeText } from "../support/product.ts";
import { clearNotifications, notification, quickInput } from "../support/quick-input.ts";
import { hostile, token, tracker } from "../support/tracker.ts";

describe("the Issues view", () => {
  let aiops: Aiops;
  const tree = (): Promise<string> => treeText(aiops.views.issues);
  const lines = async (pattern: RegExp): Promise<string[]> =>
    (await tree()).split("\n").filter((line) => pattern.test(line));

  before(async () => {
    aiops = await connected();
    await vscode.commands.executeCommand("aiops.issues.focus");
  });

  afterEach(async () => {
    await aiops.arrangement.setFilter(noFilter);
  });

  it("gets its first project from a repository's address and a token", async () => {
    const { port } = await tracker();
    const added = vscode.commands.executeCommand("aiops.addProject");
    await quickInput.asks("The repository whose issues you work on");
    await quickInput.fill("not a repository");
    await quickInput.enter();
    await quickInput.asks("Give the address of a repository");
    await quickInput.fill(`http://127.0.0.1:${port}/ada/bernoulli`);
    await quickInput.enter();
    await quickInput.asks("The address of GitHub's API");
    await quickInput.enter();
    await quickInput.asks("A token with read access");
    await quickInput.fill(token);
    await quickInput.enter();
    assert.equal(((await added) as { kind: string }).kind, "done");
    const [project] = aiops.model.projects.all();
    assert.equal(project?.name, "bernoulli");
    assert.deepEqual(
      project.links.map(({ externalProject }) => externalProject),
      ["ada/bernoulli"],
    );
    const shown = await waitFor(async () => /Closed/.test(await tree()) && (await tree()), { what: "the issues" });
    assert.match(shown, /^bernoulli \| 129\n {2}Open \| 120\n {4}#120 Number 120 of the engine is wrong/);
    assert.match(shown, / {4}Load more… \| 50 of 120 shown\n {2}Closed \| 9\n/);
    assert.doesNotMatch(shown, /#130/, "a pull request is not an issue");
    await browser.text({ selector: ".monaco-list-row", text: "#120 Number 120" });
    await browser.screenshot("issues");
  });

  it("refuses a wrong token, says so, and leaves nothing behind", async () => {
    const { port } = await tracker();
    void vscode.commands.executeCommand("aiops.addProject", {
      repository: `http://127.0.0.1:${port}/ada/other`,
      apiRoot: `http://127.0.0.1:${port}/api/v3`,
      token: "ghp_wrong",
    });
    assert.match(await notification("GitHub could not be reached"), /token/i);
    const { items } = await aiops.connection.request((client) => client.connections.list({}));
    assert.equal(items.length, 1);
    assert.equal(aiops.model.projects.size, 1);
    await clearNotifications();
  });

  it("loads page after page, and never the whole list", async () => {
    assert.equal((await lines(/^ {4}#/)).length, 59);
    await vscode.commands.executeCommand("aiops.loadMore", await findNode(aiops.views.issues, "Load more"));
    assert.match((await lines(/Load more/)).join(), /100 of 120 shown/);
    await vscode.commands.executeCommand("aiops.loadMore", await findNode(aiops.views.issues, "Load more"));
    assert.equal((await lines(/^ {4}#/)).length, 129);
    assert.deepEqual(await lines(/Load more/), []);
  });

  it("groups as the person wishes", async () => {
    await aiops.arrangement.setGrouping(["status"]);
    await waitFor(async () => (await tree()).startsWith("Open | 120\n  #120"), { what: "groups by status" });
    await aiops.arrangement.setGrouping(["project", "provider"]);
    await waitFor(async () => (await tree()).startsWith("bernoulli | 129\n  GitHub | 129\n    #129"), {
      what: "groups by provider",
    });
    await aiops.arrangement.setGrouping([]);
    await waitFor(async () => (await tree()).startsWith("#129"), { what: "no groups" });
    void vscode.commands.executeCommand("aiops.groupIssues");
    await quickInput.choose("Label");
    await quickInput.asks("Label, then by");
    await quickInput.choose("Nothing further");
    await waitFor(async () => (await tree()).startsWith("bug | 32\n  #"), { what: "groups by label" });
    assert.deepEqual(await lines(/^\S/), ["bug | 32", "docs | 19", "mill | 32", "No label | 78"]);
    await aiops.arrangement.setGrouping(["assignee", "label"]);
    await waitFor(async () => (await tree()).startsWith("ada | 12\n  bug | 6\n"), {
      what: "groups by assignee and label",
    });
    void vscode.commands.executeCommand("aiops.groupIssues");
    await quickInput.choose("Project");
    await quickInput.asks("Project, then by");
    await quickInput.choose("Status");
    await waitFor(async () => (await tree()).startsWith("bernoulli | 129\n  Open"), { what: "the default groups" });
  });

  it("filters by status, label, assignee and text, and says what it filters by", async () => {
    await aiops.arrangement.setFilter({ labels: ["bug", "mill"], status: "open" });
    assert.match(await tree(), /^bernoulli \| 30\n {2}Open \| 30\n/);
    assert.equal(aiops.arrangement.describe(), "Open · #bug · #mill");
    await browser.text({ selector: ".pane-header .description", text: "Open · #bug · #mill" });
    await aiops.arrangement.setFilter({ labels: [], assignee: "grace" });
    assert.match(await tree(), /^bernoulli \| 13\n/);
    await aiops.arrangement.setFilter({ labels: [], text: '"anticipating carriage"' });
    assert.match(await tree(), /^bernoulli \| 1\n {2}Open \| 1\n {4}#42 Carry is lost between columns/);
  });

  it("offers to clear a filter that matches nothing", async () => {
    void vscode.commands.executeCommand("aiops.filterIssues");
    await quickInput.choose("Text");
    await quickInput.fill("nowhere to be found");
    await quickInput.enter();
    assert.match(await browser.text({ selector: ".welcome-view", text: "No issue matches" }), /Clear Filter/);
    await browser.screenshot("nothing-matches");
    await browser.click({ selector: ".welcome-view .monaco-button", text: "Clear Filter" });
    await waitFor(async () => (await tree()).startsWith("bernoulli | 129"), { what: "the whole tree" });
  });

  it("counts the person's own open issues in the badge", async () => {
    const { state } = aiops.connection;
    assert.ok(state.kind === "connected");
    const { items } = await aiops.connection.request((client) => client.connections.list({}));
    const [connection] = items;
    assert.ok(connection);
    await aiops.connection.request((client) =>
      client.users.update({ id: state.user.id, identities: [{ connectionId: connection.id, login: "ada" }] }),
    );
    aiops.model.myIssues.invalidate();
    await waitFor(() => aiops.model.myIssues.count === 12, { what: "12 issues of ada's" });
    assert.match(await browser.text({ selector: ".activitybar .badge", text: "12" }), /12/);
    await aiops.arrangement.setFilter({ labels: [], assignee: "me" });
    assert.match(await tree(), /^bernoulli \| 12\n/);
  });

  it("finds by full text as the person types, comments too, and opens what is chosen", async () => {
    void vscode.commands.executeCommand("aiops.searchIssues");
    await quickInput.fill("anticipating carr");
    assert.match(await quickInput.entry("#42"), /Carry is lost between columns/);
    await browser.screenshot("search");
    await quickInput.enter();
    await browser.text({ selector: ".tab .label-name", text: "#42 Carry is lost" });
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });

  it("shows an error as an error, with a way to try again", async () => {
    await aiops.arrangement.setFilter({ labels: [], text: "x".repeat(501) });
    const node = await findNode(aiops.views.issues, "500");
    assert.equal(node?.kind, "failed");
    const item = aiops.views.issues.getTreeItem(node);
    assert.equal(item.command?.command, "aiops.retryGroup");
    assert.match(String(item.description), /try again/);
  });

  it("shows what strangers wrote as text", async () => {
    const node = await (async () => {
      await aiops.arrangement.setFilter({ labels: [], text: "Tooltip" });
      return issueNode(aiops, `#${hostile.number}`);
    })();
    const item = aiops.views.issues.getTreeItem(node);
    assert.ok(typeof item.label === "string");
    assert.doesNotMatch(item.label, /\u202E/);
    const tooltip = aiops.views.issues.resolveTreeItem(item, node).tooltip;
    assert.ok(tooltip instanceof vscode.MarkdownString);
    assert.equal(tooltip.isTrusted, false);
    assert.equal(tooltip.supportHtml, false);
    assert.doesNotMatch(tooltip.value, /\[click me\]\(command/);
    assert.doesNotMatch(tooltip.value, /!\[x\]/);
    await browser.hover({ selector: ".monaco-list-row", text: `#${hostile.number} Tooltip` });
    await browser.text({ selector: ".monaco-hover", text: "command:workbench.action.quit" });
    assert.equal(
      await browser.evaluate("document.querySelectorAll('.monaco-hover a[data-href^=\"command:\"]').length"),
      0,
    );
    await browser.screenshot("tooltip");
  });

  it("shows what changed at the tracker after a sync, and only asks for what changed", async () => {
    const github = await tracker();
    const store = github.repository("ada/bernoulli");
    const issue = store.issue(119);
    assert.ok(issue);
    store.edit(issue, { state: "closed", title: "Number 119 is right after all" });
    await aiops.arrangement.setFilter({ labels: [], status: "closed" });
    assert.match(await tree(), /^bernoulli \| 9\n/);
    const outcome = await vscode.commands.executeCommand<{ kind: string }>("aiops.syncAll");
    assert.equal(outcome.kind, "done");
    await waitFor(
      async () => /^bernoulli \| 10\n {2}Closed \| 10\n {4}#119 Number 119 is right after all/.test(await tree()),
      {
        what: "the closed issue among the closed ones",
      },
    );
  });
});
