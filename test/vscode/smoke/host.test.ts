import assert from "node:assert/strict";
import * as vscode from "vscode";
import { browser } from "../host/browser.ts";

describe("the test host", () => {
  it("runs in a remote extension host on Node.js 24", () => {
    assert.equal(typeof vscode.env.remoteName, "string");
    assert.match(process.version, /^v24\./);
  });

  it("has the environment and the workspace it was given", () => {
    assert.equal(process.env["AIOPS_SMOKE"], "yes");
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
  });

  it("loads the extension as an ES module, and its parts when they are needed", async () => {
    assert.equal(await vscode.commands.executeCommand("fixture.hello", "you"), "Hello, you");
  });

  it("shows a tree on the page, and in a picture", async () => {
    await vscode.commands.executeCommand("fixture.tree.focus");
    assert.match(await browser.text({ selector: ".monaco-list-row", text: "Second thing" }), /Second thing/);
    assert.match(await browser.screenshot("smoke-tree"), /smoke-tree\.png$/);
  });

  it("clicks inside a webview and reads what changed", async () => {
    await vscode.commands.executeCommand("fixture.panel");
    await browser.click({ selector: "button", webview: "Press me" });
    assert.equal(await browser.text({ selector: "button", webview: "Pressed" }), "Pressed");
    assert.equal(await browser.evaluate("document.title", "Pressed"), "Fixture panel");
    await browser.screenshot("smoke-panel");
  });

  it("takes keys: the command palette opens", async () => {
    await browser.press("F1");
    await browser.fill(".quick-input-widget input", ">Fixture: Hello");
    assert.match(await browser.text(".quick-input-list .monaco-list-row"), /Fixture: Hello/);
    await browser.screenshot("smoke-palette");
    await browser.press("Escape");
  });

  it("says what was waited for when an element is not there", async () => {
    await assert.rejects(browser.text({ selector: ".never", timeoutMs: 100 }), /text: .*100ms/s);
  });
});
