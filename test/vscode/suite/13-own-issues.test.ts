import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import { noFilter } from "../../../extension/model/issue-groups.ts";
import type { SavedFilter } from "../../../shared/entities/filter.ts";
import { gitLabIssue, gitLabProject } from "../../fixtures/gitlab/samples.ts";
import { startGitLabServer, type GitLabServer } from "../../fixtures/gitlab/server.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { linkedProject, type LinkedProject } from "../support/linked-project.ts";
import { connected, issueNode, treeText } from "../support/product.ts";
import { clearNotifications, quickInput } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";

const secret = "0123456789abcdef0123456789abcdef";
/** One red pixel. */
const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);
const webview = "own · GitLab";

describe("one's own view of the issues", function () {
  this.timeout(60_000);
  let aiops: Aiops;
  let gitlab: GitLabServer;
  let made: LinkedProject;

  const tree = () => treeText(aiops.views.issues);
  const saved = (matches: (filter: SavedFilter) => boolean, what: string) =>
    waitFor(() => aiops.model.filters.all().find(matches), { what });
  /** The line's buttons are seen while the mouse is over it. */
  async function pressOn(name: string, button: string): Promise<void> {
    const row = ".quick-input-list .monaco-list-row";
    await browser.hover({ selector: row, text: name });
    await browser.click(`${row}:has-text(${JSON.stringify(name)}) .action-label[aria-label='${button}']`);
  }

  before(async () => {
    aiops = await connected();
    const { tenantId } = await project(aiops);
    gitlab = await startGitLabServer({
      tokens: { glpat_own: { username: "ann", scopes: ["api"] } },
      projects: [
        gitLabProject(
          [
            gitLabIssue({ iid: 1, title: "Ann's wheel", assignees: ["ann"], labels: ["bug"] }),
            gitLabIssue({ iid: 2, title: "Bob's belt", assignees: ["bob"], labels: ["bug"] }),
            gitLabIssue({ iid: 3, title: "Ann's old stone", assignees: ["ann"], state: "closed" }),
            gitLabIssue({
              iid: 4,
              title: "A picture of it",
              description: `Look:\n\n![the red mill](/uploads/${secret}/mill.png)\n\n![elsewhere](https://example.org/x.png)`,
            }),
          ],
          { uploads: [{ secret, file: "mill.png", contentType: "image/png", bytes: pixel }] },
        ),
      ],
    });
    made = await linkedProject(aiops, {
      tenantId,
      slug: "own",
      links: [{ provider: "gitlab", baseUrl: gitlab.url, externalProject: "acme/tools/widgets", token: "glpat_own" }],
    });
    await made.sync();
    await aiops.arrangement.setFilter({ ...noFilter, projectId: made.id });
    await vscode.commands.executeCommand("aiops.issues.focus");
  });

  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await clearNotifications();
  });

  after(async () => {
    const { request, state } = aiops.connection;
    if (state.kind === "connected") {
      await request((client) => client.users.update({ id: state.user.id, identities: state.user.identities }));
    }
    await aiops.arrangement.setFilter(noFilter);
    await made?.remove();
    await gitlab?.close();
  });

  it("shows only one's own issues, and all again", async () => {
    const { request, state } = aiops.connection;
    assert.equal(state.kind, "connected");
    const connections = await request((client) => client.connections.list({ limit: 500 }));
    const connection = connections.items.find(({ name }) => name === "own gitlab");
    assert.ok(connection && state.kind === "connected");
    const identities = [...state.user.identities, { connectionId: connection.id, login: "ann" }];
    await request((client) => client.users.update({ id: state.user.id, identities }));
    await vscode.commands.executeCommand("aiops.myIssues");
    const mine = await waitFor(
      async () => {
        const text = await tree();
        return !text.includes("Bob's belt") && text.includes("Ann's wheel") && text;
      },
      { what: "one's own issues" },
    );
    assert.match(mine, /Ann's old stone/);
    await browser.text({ selector: ".pane-header .description", text: "@me" });
    await browser.screenshot("my-issues");
    await vscode.commands.executeCommand("aiops.myIssues");
    await waitFor(async () => (await tree()).includes("Bob's belt"), { what: "all issues" });
  });

  it("reopens what is closed", async () => {
    const node = await issueNode(aiops, "Ann's old stone");
    await vscode.commands.executeCommand("aiops.reopenIssue", node);
    assert.equal(gitlab.project("acme/tools/widgets").get(3).state, "opened");
    await waitFor(async () => !/Closed/.test(await tree()), { what: "no closed issue" });
  });

  it("keeps filters that are renamed, shared and deleted in their list", async () => {
    await aiops.arrangement.setFilter({ ...noFilter, projectId: made.id, labels: ["bug"] });
    const saving = vscode.commands.executeCommand("aiops.saveFilter");
    await quickInput.fill("Bugs of the mill");
    await quickInput.enter();
    await quickInput.choose("Only for me");
    await saving;
    await saved(({ name, shared }) => name === "Bugs of the mill" && !shared, "the filter");

    void vscode.commands.executeCommand("aiops.openFilter");
    await pressOn("Bugs of the mill", "Share, or Keep for Myself");
    await saved(({ shared }) => shared, "the shared filter");
    assert.match(await quickInput.entry("Bugs of the mill"), /shared/);
    await browser.screenshot("saved-filter-shared");
    await pressOn("Bugs of the mill", "Rename");
    await quickInput.asks("The filter's name");
    await quickInput.fill("All bugs");
    await quickInput.enter();
    await saved(({ name, shared }) => name === "All bugs" && shared, "the renamed filter");

    await aiops.arrangement.setFilter(noFilter);
    const opened = vscode.commands.executeCommand("aiops.openFilter");
    await quickInput.choose("All bugs");
    await opened;
    assert.deepEqual(aiops.arrangement.filter, { projectId: made.id, labels: ["bug"] });
    void vscode.commands.executeCommand("aiops.openFilter");
    await pressOn("All bugs", "Delete");
    await waitFor(() => aiops.model.filters.size === 0, { what: "no filter" });
    await quickInput.escape();
    await aiops.arrangement.setFilter({ ...noFilter, projectId: made.id });
  });

  it("shows the tracker's pictures through the server, and fetches nothing from elsewhere", async () => {
    await vscode.commands.executeCommand("aiops.openIssue", await issueNode(aiops, "A picture of it"));
    await browser.text({ selector: "h1", text: "A picture of it", webview });
    const shown = await waitFor(
      async () => {
        const sources = await browser.evaluate(
          `[...document.images].map(({ src, naturalWidth }) => [src, naturalWidth])`,
          webview,
        );
        return Array.isArray(sources) && sources.length > 0 && sources;
      },
      { what: "the picture" },
    );
    assert.deepEqual(shown, [[`data:image/png;base64,${pixel.toString("base64")}`, 1]]);
    await browser.text({ selector: ".image-placeholder", text: "elsewhere", webview });
    await browser.screenshot("panel-picture");
  });
});
