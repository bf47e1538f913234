import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import type { Session } from "../../../shared/entities/session.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { connected, findNode, issueNode, treeText } from "../support/product.ts";
import { answerNotification, clearNotifications, notification, quickInput } from "../support/quick-input.ts";
import { git } from "../support/repository.ts";
import { project } from "../support/seed.ts";

const home = process.env["HOME"] ?? "";
const clone = join(home, "workspace", "bernoulli");

async function tmux(session: Session, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("tmux", ["-L", session.tmuxSocket, ...args]);
  return stdout.trim();
}

async function screen(aiops: Aiops, session: Session): Promise<string> {
  return (await aiops.connection.request((client) => client.sessions.screen({ id: session.id }))).text;
}

describe("from an issue to a session", () => {
  let aiops: Aiops;
  let session: Session;

  before(async () => {
    aiops = await connected();
    await project(aiops);
    await vscode.commands.executeCommand("aiops.projects.focus");
  });

  it("shows a project without a workspace, with the one click that helps", async () => {
    await waitFor(
      async () =>
        (await treeText(aiops.views.projects)) ===
        "bernoulli | no workspace yet\n  Initialise Workspace | clone the repository for me",
      {
        what: "the project without a workspace",
      },
    );
    await browser.text({ selector: ".monaco-list-row", text: "Initialise Workspace" });
  });

  it("clones the repository, and shows branch and last commit with who and when", async () => {
    await browser.click({ selector: ".monaco-list-row", text: "Initialise Workspace" });
    const shown = await waitFor(
      async () => {
        const text = await treeText(aiops.views.projects);
        return text.includes("Compute the first seven numbers") && text;
      },
      { what: "the workspace in the tree", timeoutMs: 20_000 },
    );
    assert.match(
      shown,
      /^bernoulli \| main\n {2}Compute the first seven numbers \| Ada Lovelace, .+, on main\n {2}~\/workspace\/bernoulli \| Workspace$/,
    );
    assert.match(await notification("The workspace is ready"), /Open Folder/);
    await clearNotifications();
  });

  it("starts work from the tree: branch, context, session, and a terminal attached", async () => {
    const started = vscode.commands.executeCommand("aiops.startWork", await issueNode(aiops, "#120"));
    await quickInput.asks("Start Work on #120");
    assert.match(await quickInput.entry("Codex"), /not installed/);
    await browser.screenshot("start-work-tools");
    await quickInput.choose("Shell");
    const outcome = (await started) as { kind: string; value: Session };
    assert.equal(outcome.kind, "done");
    session = outcome.value;

    assert.equal(session.workspacePath, clone);
    assert.equal(await git(clone, "branch", "--show-current"), session.branch);
    assert.match(session.branch ?? "", /^issue\/120-/);
    assert.equal(await git(clone, "status", "--porcelain"), "");
    const context = await readFile(join(clone, "AGENTS.override.md"), "utf8");
    assert.match(context, /Number 120 of the engine is wrong/);
    assert.match(context, /Run `make test` before you commit/);
    assert.equal(
      await tmux(session, "display-message", "-p", "-t", `=${session.tmuxSession}:`, "#{pane_current_path}"),
      clone,
    );

    const terminal = aiops.terminals.get(session.id);
    await waitFor(() => vscode.window.activeTerminal === terminal, { what: "the terminal in sight" });
    await waitFor(
      async () => (await tmux(session, "list-clients", "-F", "#{client_session}")) === session.tmuxSession,
      {
        what: "the terminal attached in tmux",
      },
    );
    await browser.text({ selector: ".monaco-list-row", text: "#120" });
  });

  it("shows the session with its tool, state and project, and the branch on the project", async () => {
    await waitFor(async () => /^.*#120.* \| idle .* · shell · bernoulli$/m.test(await treeText(aiops.views.sessions)), {
      what: "the idle session in the tree",
      timeoutMs: 20_000,
    });
    await waitFor(async () => (await treeText(aiops.views.projects)).startsWith(`bernoulli | ${session.branch}`), {
      what: "the branch of the issue on the project",
    });
  });

  it("sends a prompt to the session, which the terminal shows", async () => {
    const sent = vscode.commands.executeCommand("aiops.sendPrompt", { sessionId: session.id });
    await quickInput.asks("What should it do?");
    await quickInput.fill("echo carried $((6 * 7))");
    await quickInput.enter();
    await sent;
    await waitFor(async () => (await screen(aiops, session)).includes("carried 42"), {
      what: "what the shell printed",
    });
    await browser.screenshot("session");
  });

  it("attaches again by bringing the same terminal to the front", async () => {
    const before = vscode.window.terminals.length;
    const again = await vscode.commands.executeCommand("aiops.attach", await findNode(aiops.views.sessions, "#120"));
    assert.equal(again, aiops.terminals.get(session.id));
    assert.equal(vscode.window.terminals.length, before);
  });

  it("shows what would be written before it writes the context of another issue", async () => {
    const before = await readFile(join(clone, "AGENTS.override.md"), "utf8");
    const planned = vscode.commands.executeCommand("aiops.populateContext", await issueNode(aiops, "#115"));
    const editor = await waitFor(
      () =>
        vscode.window.visibleTextEditors.find(
          ({ document: { uri } }) => uri.scheme === "aiops-preview" && uri.query === "",
        ),
      { what: "the preview" },
    );
    assert.match(editor.document.getText(), /Number 115 of the engine/);
    assert.doesNotMatch(editor.document.getText(), /Number 120 of the engine/);
    assert.equal(await readFile(join(clone, "AGENTS.override.md"), "utf8"), before);
    const shown = editor.document.getText();
    await browser.screenshot("context-preview");
    assert.match(await notification("Write "), /KiB/);
    await answerNotification("Write ", "Write");
    assert.equal(((await planned) as { kind: string }).kind, "done");
    assert.equal(await readFile(join(clone, "AGENTS.override.md"), "utf8"), shown);
    assert.match(await notification("Wrote "), /AGENTS\.override\.md/);
    assert.equal(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).length, 0, "the preview is closed");
    await clearNotifications();
  });

  it("writes nothing when the preview is closed", async () => {
    const context = await readFile(join(clone, "AGENTS.override.md"), "utf8");
    const asked = vscode.commands.executeCommand("aiops.populateContext", await issueNode(aiops, "#118"));
    await waitFor(() => vscode.window.activeTextEditor?.document.uri.scheme === "aiops-preview", {
      what: "the preview",
    });
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    assert.deepEqual(await asked, { kind: "cancelled" });
    assert.equal(await readFile(join(clone, "AGENTS.override.md"), "utf8"), context);
    await clearNotifications();
  });

  it("says how to install a tool that is missing", async () => {
    void vscode.commands.executeCommand("aiops.startWork", await issueNode(aiops, "#117"));
    await quickInput.choose("Codex");
    assert.match(await notification("is not installed"), /npm install/);
    await answerNotification("is not installed", "Copy Install Command");
    await waitFor(async () => /^npm install .*@openai\/codex$/.test(await vscode.env.clipboard.readText()), {
      what: "the command in the clipboard",
    });
    await clearNotifications();
  });

  it("gives a second piece of work a tree of its own", async () => {
    const outcome = await vscode.commands.executeCommand<{ kind: string; value: Session }>("aiops.startWork", {
      ...(await issueNode(aiops, "#116")),
      tool: "shell",
    });
    assert.equal(outcome.kind, "done");
    assert.notEqual(outcome.value.workspacePath, clone);
    assert.equal(await git(outcome.value.workspacePath, "branch", "--show-current"), outcome.value.branch);
    await waitFor(async () => (await treeText(aiops.views.projects)).includes(basename(outcome.value.workspacePath)), {
      what: "the worktree under the project",
    });
    await vscode.commands.executeCommand("aiops.stopSession", { sessionId: outcome.value.id, confirmed: true });
    await waitFor(() => aiops.model.sessions.get(outcome.value.id) === undefined, { what: "the end of the session" });
    await waitFor(() => aiops.terminals.get(outcome.value.id) === undefined, { what: "the end of its terminal" });
  });

  it("tells of a session whose tmux was killed, and closes its terminal", async () => {
    await tmux(session, "kill-session", "-t", `=${session.tmuxSession}`);
    await waitFor(async () => /\| (lost|exited) .* · shell/.test(await treeText(aiops.views.sessions)), {
      what: "the lost session in the tree",
    });
    await waitFor(() => aiops.terminals.get(session.id) === undefined, { what: "the end of its terminal" });
    void vscode.commands.executeCommand("aiops.attach", { sessionId: session.id });
    assert.match(await notification("nothing to attach to"), /start the work again/);
    await clearNotifications();
    await vscode.commands.executeCommand("aiops.stopSession", { sessionId: session.id, confirmed: true });
    await waitFor(async () => (await treeText(aiops.views.sessions)) === "", { what: "an empty Sessions view" });
  });
});
