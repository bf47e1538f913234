import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import { noFilter } from "../../../extension/model/issue-groups.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { trackers, type AnyTracker, type StateStep } from "../support/every-tracker.ts";
import { commentOnPage, describeOnPage, openPage } from "../support/issue-panel.ts";
import { linkedProject, type LinkedProject } from "../support/linked-project.ts";
import { connected, issueNode } from "../support/product.ts";
import { clearNotifications, quickInput } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";

/** What is done in the tree and on the pages of issues is seen at each tracker, and the reverse within one sync. */
for (const [name, start] of Object.entries(trackers)) {
  describe(`every write to ${name}`, function () {
    this.timeout(60_000);
    const slug = `every-${name.toLowerCase()}`;
    const webview = `${slug} · ${name}`;
    const title = `First at ${name}`;
    let aiops: Aiops;
    let tracker: AnyTracker;
    let made: LinkedProject;

    const press = (selector: string, text: string) => browser.click({ selector, text, webview });
    const shows = (selector: string, text: string) => browser.text({ selector, text, webview });
    const first = () => tracker.issue(1);
    const there = (holds: () => boolean, what: string) =>
      waitFor(holds, { what: `${what} at ${name}`, timeoutMs: 15_000 });
    async function change(list: "labels" | "assignees", text: string): Promise<void> {
      await browser.click({ selector: `[aria-label='Edit ${list}']`, webview });
      await press(".picker-row", text);
      await press(".picker vscode-button", "Save");
    }
    async function step({ button, choice }: StateStep): Promise<void> {
      await press("vscode-button", button);
      if (choice === null) return;
      await press(".picker-row", choice);
      await press(".picker vscode-button", "Save");
    }

    before(async () => {
      aiops = await connected();
      const { tenantId } = await project(aiops);
      tracker = await start();
      made = await linkedProject(aiops, { tenantId, slug, links: [tracker] });
      await made.sync();
      await aiops.arrangement.setFilter({ ...noFilter, projectId: made.id });
      await vscode.commands.executeCommand("aiops.issues.focus");
    });

    afterEach(async () => {
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      await clearNotifications();
    });

    after(async () => {
      await aiops?.arrangement.setFilter(noFilter);
      await made?.remove();
      await tracker?.stop();
    });

    it("of an issue's page arrives there, and is shown", async () => {
      await openPage(aiops, title, webview);
      await commentOnPage("Said on the page.", webview);
      await there(() => first().comments.some((body) => body.includes("Said on the page.")), "the comment");
      await shows("article", "Said on the page.");

      await browser.click({ selector: "[aria-label='Edit title']", webview });
      const { fill } = browser;
      await fill({ selector: ".title-editor input", webview }, `${title}, renamed`);
      await browser.press("Enter");
      await there(() => first().title === `${title}, renamed`, "the title");
      await shows("h1", "renamed");

      await describeOnPage("Described on the page.", webview);
      await there(() => first().body.includes("Described on the page."), "the description");
      await shows(".description > .rich-text", "Described on the page.");

      await change("labels", "bug");
      await there(() => first().labels.includes("bug"), "the label");
      await shows(".facts .chip", "bug");

      const [person] = tracker.people;
      await change("assignees", person.name);
      await there(() => first().assignees.includes(person.id), "the assignee");
      await shows(".facts .person", person.name);

      await step(tracker.close);
      await there(() => first().state === tracker.close.state, "the end");
      await shows(".state-closed", "Closed");
      await step(tracker.reopen);
      await there(() => first().state === tracker.reopen.state, "the new beginning");
      await shows(".state-open", "Open");
      await browser.screenshot(`every-write-${name.toLowerCase()}`);
      assert.equal(aiops.model.outbox.size, 0);
    });

    it("by somebody else is shown after one sync", async () => {
      await openPage(aiops, title, webview);
      const [, other] = tracker.people;
      const theirs = { title: "Theirs", body: "Their words.", labels: ["theirs"], comment: "Their comment." };
      tracker.changeAll({ ...theirs, assignee: other.id });
      await made.sync();
      await shows("h1", "Theirs");
      await shows(".description > .rich-text", "Their words.");
      await shows("article", "Their comment.");
      await shows(".facts .chip", "theirs");
      await shows(".facts .person", other.name);
      await shows(".state-closed", "Closed");
    });

    it("of the tree arrives there, and is shown", async () => {
      const { close, reopen, people, severalAssignees } = tracker;
      const inTree = () => issueNode(aiops, "Theirs");
      const offers = (status: string) =>
        waitFor(
          async () => aiops.views.issues.getTreeItem(await inTree()).contextValue?.startsWith(`issue.${status}`),
          {
            what: `the ${status} issue in the tree`,
          },
        );
      await offers("closed");
      const reopened = vscode.commands.executeCommand("aiops.reopenIssue", await inTree());
      if (reopen.choiceInTree !== null) await quickInput.choose(reopen.choiceInTree);
      await reopened;
      assert.equal(first().state, reopen.state);
      await offers("open");

      const labelled = vscode.commands.executeCommand("aiops.labelIssue", await inTree());
      await quickInput.choose("bug");
      await quickInput.enter();
      await labelled;
      assert.deepEqual([...first().labels].toSorted(), ["bug", "theirs"]);

      const [person, other] = people;
      const assigned = vscode.commands.executeCommand("aiops.assignIssue", await inTree());
      await quickInput.choose(person.name);
      if (severalAssignees) await quickInput.enter();
      await assigned;
      const wanted = severalAssignees ? [other.id, person.id] : [person.id];
      assert.deepEqual([...first().assignees].toSorted(), wanted);
      await waitFor(
        async () => {
          const line = String(aiops.views.issues.getTreeItem(await inTree()).description);
          return [`@${person.name}`, "bug", "theirs"].every((fact) => line.includes(fact));
        },
        { what: "label and assignee in the tree" },
      );

      const closed = vscode.commands.executeCommand("aiops.closeIssue", await inTree());
      if (close.choiceInTree !== null) await quickInput.choose(close.choiceInTree);
      await closed;
      assert.equal(first().state, close.state);
      await offers("closed");
    });

    it("of a new issue arrives there", async () => {
      const form = "New issue";
      await vscode.commands.executeCommand("aiops.createIssue", { projectId: made.id });
      const { fill } = browser;
      await fill({ selector: "#new-title", webview: form }, `New at ${name}`);
      await fill({ selector: "#new-body-text", webview: form }, "From the form.");
      await browser.click({ selector: "vscode-button", text: "Create Issue", webview: form });
      await shows("h1", `New at ${name}`);
      const { items } = await aiops.connection.request((client) =>
        client.issues.list({ projectId: made.id, q: `"New at ${name}"` }),
      );
      const [issue] = items;
      assert.ok(issue);
      const number = Number(/\d+$/.exec(issue.key)?.[0]);
      assert.equal(issue.key, tracker.key(number));
      assert.equal(tracker.issue(number).title, `New at ${name}`);
      assert.match(tracker.issue(number).body, /From the form\./);
    });
  });
}
