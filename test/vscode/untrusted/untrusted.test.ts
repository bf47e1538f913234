import assert from "node:assert/strict";
import * as vscode from "vscode";
import { browser } from "../host/browser.ts";
import { connected, issueNode, treeText } from "../support/product.ts";
import { clearNotifications, notification } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";

describe("in a folder that is not trusted", () => {
  it("shows the issues, and starts nothing", async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const aiops = await connected();
    await project(aiops);
    assert.match(await treeText(aiops.views.issues), /^bernoulli \| 129\n/);
    const node = await issueNode(aiops, "#120");
    for (const command of ["aiops.startWork", "aiops.populateContext"]) {
      void vscode.commands.executeCommand(command, node);
      assert.match(await notification("This folder is not trusted"), /Manage Trust/);
      await clearNotifications();
    }
    assert.equal(aiops.model.sessions.size, 0);
    await vscode.commands.executeCommand("aiops.openIssue", node);
    await browser.text({ selector: "body", webview: "This folder is not trusted" });
    await browser.screenshot("untrusted");
  });
});
