import assert from "node:assert/strict";
import * as vscode from "vscode";
import { commandIds } from "../../../extension/commands/ids.ts";
import { browser } from "../host/browser.ts";
import { connected, product, treeText } from "../support/product.ts";

interface Manifest {
  contributes: {
    commands: { command: string; title: string; category: string; icon: string }[];
    menus: Record<string, { command: string; when?: string }[]>;
    viewsWelcome: { contents: string }[];
    views: Record<string, { id: string }[]>;
  };
}

describe("the first start", () => {
  it("starts its own server and signs in without a question", async () => {
    const aiops = await connected();
    const { state } = aiops.connection;
    assert.ok(state.kind === "connected");
    assert.equal(state.server, "personal");
    assert.match(aiops.statusBar.text, /aiops: \S/);
  });

  it("has every command of the manifest, and no other", async () => {
    await product();
    const manifest = vscode.extensions.getExtension("aiops.aiops")?.packageJSON as Manifest;
    const declared = manifest.contributes.commands.map(({ command }) => command);
    assert.deepEqual(declared.toSorted(), [...commandIds].toSorted());
    // VS Code itself registers `<view>.focus` and the like for each view and container.
    const generated = /^aiops\.(issues|projects|sessions)\.\w+$|^workbench\./;
    const registered = (await vscode.commands.getCommands(true)).filter(
      (id) => id.startsWith("aiops.") && !generated.test(id),
    );
    assert.deepEqual(registered.toSorted(), [...commandIds].toSorted());
    for (const { category, icon, title } of manifest.contributes.commands) {
      assert.equal(category, "aiops");
      assert.match(icon, /^\$\([a-z-]+\)$/);
      assert.doesNotMatch(title, /%/, "a title without its string in package.nls.json");
    }
  });

  it("names only commands that are there, in menus and welcome views", () => {
    const extension = vscode.extensions.getExtension("aiops.aiops");
    assert.ok(extension);
    const { contributes } = extension.packageJSON as Manifest;
    const known = new Set<string>(commandIds);
    for (const entries of Object.values(contributes.menus)) {
      for (const { command } of entries) assert.ok(known.has(command), command);
    }
    for (const { contents } of contributes.viewsWelcome) {
      for (const [, command = ""] of contents.matchAll(/\(command:(aiops\.\w+)/g))
        assert.ok(known.has(command), command);
    }
  });

  it("welcomes a person who has no project with the one button that helps", async () => {
    const aiops = await connected();
    await vscode.commands.executeCommand("aiops.issues.focus");
    assert.match(
      await browser.text({ selector: ".welcome-view", text: "Connect a GitHub repository" }),
      /Add GitHub Project/,
    );
    assert.match(await browser.text({ selector: ".welcome-view", text: "your clone of it" }), /Add GitHub Project/);
    assert.match(await browser.text({ selector: ".welcome-view", text: "No session runs" }), /Add GitHub Project/);
    assert.equal(await treeText(aiops.views.issues), "");
    await browser.screenshot("welcome");
  });
});
