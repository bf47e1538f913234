import { signInLocally } from "../../../shared/contract/sign-in.ts";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { connected, connectionState, treeText } from "../support/product.ts";
import { clearNotifications, notification, quickInput } from "../support/quick-input.ts";
import { project } from "../support/seed.ts";

const runtimeFile = join(process.env["AIOPS_RUNTIME_DIR"] ?? "", "server.json");

async function announced(): Promise<{ pid: number; url: string; secret: string }> {
  return JSON.parse(await readFile(runtimeFile, "utf8")) as { pid: number; url: string; secret: string };
}

async function setServerUrl(url: string | undefined): Promise<void> {
  await vscode.workspace.getConfiguration("aiops").update("serverUrl", url, vscode.ConfigurationTarget.Global);
}

describe("when something fails", () => {
  let aiops: Aiops;

  before(async () => {
    aiops = await connected();
    await project(aiops);
    await vscode.commands.executeCommand("aiops.issues.focus");
  });

  afterEach(async () => {
    await setServerUrl(undefined);
    await connectionState(aiops, "connected", ({ server }) => server === "personal");
    await clearNotifications();
  });

  it("starts the server again after kill -9, and everything is there", async () => {
    const { pid } = await announced();
    const before = await treeText(aiops.views.issues);
    process.kill(pid, "SIGKILL");
    await waitFor(() => aiops.connection.state.kind !== "connected", { what: "the loss of the connection" });
    await connected();
    assert.notEqual((await announced()).pid, pid);
    assert.equal(await treeText(aiops.views.issues), before);
  });

  it("restarts the server when asked to", async () => {
    const { pid } = await announced();
    await vscode.commands.executeCommand("aiops.restartServer");
    assert.equal(aiops.connection.state.kind, "connected");
    assert.notEqual((await announced()).pid, pid);
  });

  it("says that a configured server does not answer, and starts none of its own", async () => {
    await setServerUrl("http://127.0.0.1:9");
    await connectionState(aiops, "disconnected");
    assert.match(await browser.text({ selector: ".welcome-view", text: "at the configured address" }), /Connect Now/);
    assert.equal(await treeText(aiops.views.issues), "");
    await browser.screenshot("no-server");
    void vscode.commands.executeCommand("aiops.showStatus");
    await quickInput.entry("Connect Again");
    await quickInput.escape();
  });

  it("connects by itself when a configured server is back", async () => {
    const { pid, url } = await announced();
    await setServerUrl(url);
    await connectionState(aiops, "connected", ({ server }) => server === "configured");
    process.kill(pid, "SIGKILL");
    await connectionState(aiops, "disconnected");
    const extension = vscode.extensions.getExtension("aiops.aiops");
    assert.ok(extension);
    const program = join(extension.extensionPath, "dist", "aiops.js");
    const server = spawn(process.execPath, [program, "serve", "--port", new URL(url).port], { stdio: "ignore" });
    assert.ok(server.pid);
    await connectionState(aiops, "connected");
  });

  it("asks for a token where a configured server gives none, and refuses a wrong one", async () => {
    // The same server under another name: its secret must not be sent there.
    const { url, secret } = await announced();
    await setServerUrl(url.replace("127.0.0.1", "localhost"));
    await connectionState(aiops, "disconnected");
    assert.match(await browser.text({ selector: ".welcome-view", text: "You are not signed in" }), /Sign In/);
    await browser.screenshot("signed-out");
    void vscode.commands.executeCommand("aiops.signIn");
    await quickInput.choose("With a Token");
    await quickInput.fill("a.wrong.token");
    await quickInput.enter();
    assert.match(await notification("token"), /Sign In/);
    await clearNotifications();
    const { token } = await signInLocally({ url, secret, client: "test" });
    void vscode.commands.executeCommand("aiops.signIn");
    await quickInput.choose("With a Token");
    await quickInput.fill(token);
    await quickInput.enter();
    await connectionState(aiops, "connected");
    await connectionState(aiops, "connected", ({ server }) => server === "configured");
  });

  it("renews a token that was revoked, without a question", async () => {
    await aiops.connection.request((client) => client.auth.logout());
    const me = await aiops.connection.request((client) => client.auth.me());
    assert.equal(me.user.status, "active");
  });

  it("trusts no runtime file that others can read", async () => {
    await chmod(runtimeFile, 0o644);
    try {
      aiops.connection.retry();
      await connectionState(aiops, "disconnected");
      const { error } = await connectionState(aiops, "disconnected");
      assert.equal(error.code, "unsafe_path");
      assert.match(error.message, /0600/);
      assert.match(await browser.text({ selector: ".welcome-view", text: "does not run" }), /Start Server/);
    } finally {
      await chmod(runtimeFile, 0o600);
      aiops.connection.retry();
    }
  });
});
