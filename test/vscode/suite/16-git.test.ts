import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import * as vscode from "vscode";
import type { Aiops } from "../../../extension/aiops.ts";
import type { Session } from "../../../shared/entities/session.ts";
import { errorMessage } from "../../../shared/errors.ts";
import { waitFor } from "../../support/wait.ts";
import { browser } from "../host/browser.ts";
import { connected, findNode, issueNode, treeText } from "../support/product.ts";
import { linkedProject, type LinkedProject } from "../support/linked-project.ts";
import { answerNotification, clearNotifications, notification, quickInput } from "../support/quick-input.ts";
import { git } from "../support/repository.ts";
import { project } from "../support/seed.ts";

const clone = join(process.env["HOME"] ?? "", "workspace", "mill-git");

/** A day's work by git, from the Projects view, with a remote that others push to. */
describe("git in the Projects view", function () {
  this.timeout(60_000);
  let aiops: Aiops;
  let made: LinkedProject;
  let folder: string;
  let remote: string;
  let theirs: string;

  const run = (id: string, target: object = { projectId: made.id }): Thenable<unknown> =>
    vscode.commands.executeCommand(id, target);
  const inClone = (...args: string[]): Promise<string> => git(clone, ...args);
  const inRemote = (...args: string[]): Promise<string> => git(remote, ...args);
  const write = (name: string, text: string): Promise<void> => writeFile(join(clone, name), text);

  /** What somebody else pushed. */
  async function pushedByBob(branch: string, name: string, text: string): Promise<void> {
    await git(theirs, "fetch", "-q", "origin");
    await git(theirs, "switch", "-q", "-C", branch, "--no-track", `origin/${branch}`);
    await writeFile(join(theirs, name), text);
    await git(theirs, "add", ".");
    await git(theirs, "commit", "-q", "-m", `Bob: ${name}`);
    await git(theirs, "push", "-q", "origin", branch);
  }

  /** The card of the project with what is below it. */
  async function card(): Promise<string> {
    const all = await treeText(aiops.views.projects);
    const [, text = ""] = /^(mill-git .*(?:\n {2}.*)*)/m.exec(all) ?? [];
    return text;
  }
  async function cardSays(pattern: RegExp): Promise<void> {
    let text = "";
    try {
      await waitFor(async () => pattern.test((text = await card())), { what: String(pattern), timeoutMs: 20_000 });
    } catch (error) {
      throw new Error(`${errorMessage(error)} in\n${text}`, { cause: error });
    }
  }
  /** What is offered on the project, or on the worktree of that name. */
  async function offered(name = "mill-git"): Promise<string[]> {
    const node = await findNode(aiops.views.projects, name);
    assert.ok(node, name);
    const words = (aiops.views.projects.getTreeItem(node).contextValue ?? "").split(".");
    return words.filter((word) => !["project", "workspace", "worktree", "create"].includes(word));
  }

  before(async () => {
    aiops = await connected();
    const { tenantId } = await project(aiops);
    folder = await mkdtemp(join(tmpdir(), "aiops-git-"));
    remote = join(folder, "mill.git");
    theirs = join(folder, "theirs");
    await git(folder, "init", "-q", "--bare", "-b", "main", remote);
    await git(folder, "clone", "-q", remote, theirs);
    await git(theirs, "config", "user.name", "Bob Builder");
    await git(theirs, "config", "user.email", "bob@example.org");
    await git(theirs, "switch", "-q", "-C", "main");
    await writeFile(join(theirs, "README.md"), "# Mill\n");
    await git(theirs, "add", ".");
    await git(theirs, "commit", "-q", "-m", "Lay the stones");
    await git(theirs, "push", "-q", "origin", "main", "main:theirs");
    made = await linkedProject(aiops, { tenantId, slug: "mill-git", repositoryUrl: `file://${remote}`, links: [] });
    await aiops.connection.request((client) => client.projects.update({ id: made.id, protectedBranches: ["main"] }));
    await vscode.commands.executeCommand("aiops.projects.focus");
    await run("aiops.initialiseWorkspace");
    await cardSays(/Lay the stones/);
  });

  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await clearNotifications();
  });

  after(async () => {
    for (const { id, projectId } of aiops?.model.sessions.all() ?? []) {
      if (projectId === made?.id) await run("aiops.stopSession", { sessionId: id, confirmed: true });
    }
    await made?.remove();
    await rm(clone, { recursive: true, force: true });
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it("shows the card: branch, last commit by whom and when, path; offers what can work", async () => {
    assert.match(
      await card(),
      /^mill-git \| main\n {2}Lay the stones \| Bob Builder, .+, on main\n {2}~\/workspace\/mill-git \| Workspace$/,
    );
    const node = await findNode(aiops.views.projects, "mill-git");
    assert.ok(node);
    const { tooltip } = aiops.views.projects.getTreeItem(node);
    assert.ok(tooltip instanceof vscode.MarkdownString);
    assert.match(tooltip.value, /\*\*Branch:\*\* main → origin\/main/);
    assert.match(tooltip.value, /\*\*State:\*\* 0 ahead, 0 behind, clean/);
    assert.match(tooltip.value, /Lay the stones \\?\(Bob Builder, /);
    assert.deepEqual(await offered(), ["pull", "switch", "merge", "remove"]);
  });

  it("sees what was changed in a terminal when somebody comes back to the view", async () => {
    await vscode.commands.executeCommand("workbench.view.explorer");
    await write("wheel.txt", "turns\n");
    await write("belt.txt", "slips\n");
    await vscode.commands.executeCommand("aiops.projects.focus");
    await cardSays(/^mill-git \| main ●/);
    assert.deepEqual(await offered(), ["pull", "commit", "switch", "merge", "remove"]);
    await browser.click({ selector: ".monaco-list-row:has-text('mill-git')", text: "main ●" }, { button: "right" });
    const menu = await browser.text({ selector: ".context-view .monaco-menu" });
    await browser.screenshot("git-menu");
    await browser.press("Escape");
    const entries = menu.split("\n").map((entry) => entry.trim());
    const named = ["Pull", "Push", "Commit…", "Switch Branch…", "New Branch…", "Merge Branch…", "Remove Workspace"];
    assert.deepEqual(
      named.filter((name) => !entries.includes(name)),
      ["Push"],
      menu,
    );
  });

  it("commits the chosen files with the message, in the person's name", async () => {
    const committed = run("aiops.commit");
    await quickInput.asks("Commit to main: which files?");
    assert.match(await quickInput.entry("wheel.txt"), /new/);
    await browser.screenshot("git-commit-files");
    await quickInput.choose("belt.txt");
    await quickInput.enter();
    assert.match(await quickInput.asks("Commit 1 file to main"), /main is protected/);
    await quickInput.fill("Turn the wheel");
    await quickInput.enter();
    assert.deepEqual(((await committed) as { kind: string }).kind, "done");
    assert.equal(await inClone("show", "--format=%s", "--name-only"), "Turn the wheel\n\nwheel.txt");
    assert.equal(await inClone("status", "--porcelain"), "?? belt.txt");
    await cardSays(/^mill-git \| main ↑1 ●\n {2}Turn the wheel \|/);
  });

  it("pushes to no protected branch, and offers another, which gets its upstream", async () => {
    void run("aiops.push");
    assert.match(await notification("is a protected branch"), /nothing is pushed to it/);
    await browser.screenshot("git-protected");
    await answerNotification("is a protected branch", "Push as New Branch…");
    await quickInput.asks("New Branch of mill-git");
    await quickInput.fill("a..b");
    await quickInput.asks("cannot be a branch name");
    await quickInput.fill("wheel");
    await quickInput.enter();
    await waitFor(async () => /wheel/.test(await inRemote("branch", "--list", "wheel")), { what: "the branch" });
    assert.equal(await inRemote("log", "-1", "--format=%s", "wheel"), "Turn the wheel");
    assert.equal(await inRemote("log", "-1", "--format=%s", "main"), "Lay the stones");
    await cardSays(/^mill-git \| wheel ●/);
    assert.equal(await inClone("rev-parse", "--abbrev-ref", "@{upstream}"), "origin/wheel");
    assert.ok(!(await offered()).includes("push"));
  });

  it("commits everything, and pushes, by the buttons of the line", async () => {
    const committed = run("aiops.commit");
    await quickInput.asks("which files?");
    await quickInput.enter();
    await quickInput.fill("Mend the belt");
    await quickInput.enter();
    await committed;
    await cardSays(/^mill-git \| wheel ↑1\n/);
    const line = ".monaco-list-row:has-text('mill-git')";
    await browser.hover({ selector: line, text: "wheel ↑1" });
    await browser.screenshot("git-card");
    await browser.click({ selector: `${line} a.action-label[aria-label='Push']` });
    await cardSays(/^mill-git \| wheel\n/);
    assert.equal(await inRemote("log", "-1", "--format=%s", "wheel"), "Mend the belt");
  });

  it("pulls what others pushed, or says that there is more on the remote", async () => {
    await pushedByBob("wheel", "axle.txt", "greased\n");
    await write("wheel.txt", "turns well\n");
    await inClone("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qam", "Turn well");
    void run("aiops.push");
    await answerNotification("has commits on the remote that are not here", "Pull");
    await waitFor(async () => (await inClone("log", "--format=%s")).includes("Bob: axle.txt"), {
      what: "Bob's commit",
    });
    assert.equal(await readFile(join(clone, "axle.txt"), "utf8"), "greased\n");
    await cardSays(/^mill-git \| wheel ↑2\n {2}Merge remote-tracking branch/);
    await run("aiops.push");
    assert.equal(await inRemote("rev-parse", "wheel"), await inClone("rev-parse", "HEAD"));
  });

  it("cancels a push, which leaves the remote as it was", async () => {
    const gate = join(folder, "gate");
    const hook = join(remote, "hooks", "pre-receive");
    await mkdir(join(remote, "hooks"), { recursive: true });
    await writeFile(hook, `#!/bin/sh\ntouch "${gate}.came"\nwhile [ ! -e "${gate}" ]; do sleep 0.05; done\nexit 1\n`);
    await chmod(hook, 0o755);
    const before = await inRemote("rev-parse", "wheel");
    await inClone("-c", "user.name=Ada", "-c", "user.email=a@b.c", "commit", "-q", "--allow-empty", "-m", "Wait");
    const pushed = run("aiops.push");
    try {
      await waitFor(() => exists(`${gate}.came`), { what: "the remote's hook" });
      assert.match(await notification("Pushing wheel"), /Sending commits to the remote/);
      await answerNotification("Pushing wheel", "Cancel");
      assert.deepEqual(await pushed, { kind: "cancelled" });
    } finally {
      await writeFile(gate, "");
      await rm(hook);
    }
    assert.equal(await inRemote("rev-parse", "wheel"), before);
    await cardSays(/^mill-git \| wheel ↑1/);
    await inClone("reset", "-q", "--hard", "origin/wheel");
  });

  it("changes to a branch of the remote, and makes a new one from where it is told", async () => {
    const switched = run("aiops.switchBranch");
    assert.match(await quickInput.asks("Switch Branch of mill-git"), /New Branch….*main.*theirs\nOn the remote/s);
    await browser.hover(".quick-input-widget input[placeholder*='It is on wheel']");
    await browser.screenshot("git-switch");
    await quickInput.choose("theirs");
    await switched;
    assert.equal(await inClone("rev-parse", "--abbrev-ref", "HEAD", "@{upstream}"), "theirs\norigin/theirs");

    const created = run("aiops.createBranch");
    await quickInput.fill("belt");
    await quickInput.enter();
    await browser.hover(".quick-input-widget input[placeholder='Where does it start?']");
    await quickInput.choose("origin/wheel");
    await created;
    assert.equal(await inClone("branch", "--show-current"), "belt");
    assert.equal(await inClone("rev-parse", "belt"), await inRemote("rev-parse", "wheel"));
    await cardSays(/^mill-git \| belt\n/);
    assert.deepEqual(await offered(), ["push", "switch", "merge", "remove"], "nothing to pull from");
  });

  it("refuses to lose changes by switching, in the server's words, and leads to a commit", async () => {
    await write("wheel.txt", "not committed\n");
    const switched = run("aiops.switchBranch");
    await quickInput.choose("main");
    await switched;
    assert.match(await notification("switching branches would overwrite"), /Commit or stash them/);
    assert.equal(await inClone("branch", "--show-current"), "belt");
    await answerNotification("switching branches would overwrite", "Commit…");
    await quickInput.asks("Commit to belt");
    await quickInput.escape();
    await inClone("checkout", "-q", "--", "wheel.txt");
  });

  it("merges, and of a conflict tells the files and leaves the tree as it was", async () => {
    await pushedByBob("theirs", "roof.txt", "tight\n");
    await inClone("fetch", "-q");
    const onRemote = { selector: ".quick-input-list .monaco-list-row:has(.codicon-cloud)", text: "theirs" };
    const merged = run("aiops.mergeBranch");
    await quickInput.asks("Merge into belt");
    await browser.click(onRemote);
    await merged;
    assert.equal(await readFile(join(clone, "roof.txt"), "utf8"), "tight\n");
    assert.equal(await inClone("status", "--porcelain"), "");

    await pushedByBob("theirs", "wheel.txt", "Bob's\n");
    await inClone("fetch", "-q");
    const before = await inClone("rev-parse", "HEAD");
    void run("aiops.mergeBranch");
    await quickInput.asks("Merge into belt");
    await browser.click(onRemote);
    assert.match(await notification("in conflict: wheel.txt"), /Nothing was changed/);
    await browser.screenshot("git-conflict");
    assert.deepEqual([await inClone("rev-parse", "HEAD"), await inClone("status", "--porcelain")], [before, ""]);
    await answerNotification("in conflict: wheel.txt", "Show Files");
    await quickInput.asks("In conflict: 1. Nothing was changed.");
    await quickInput.choose("wheel.txt");
    await waitFor(() => vscode.window.activeTextEditor?.document.getText() === "turns well\n", { what: "the file" });
  });

  it("changes no branch under a session, and does not offer it", async () => {
    const { request } = aiops.connection;
    const session = await request((client) => client.sessions.create({ projectId: made.id, tool: "shell" }));
    await waitFor(async () => !(await offered()).includes("switch"), { what: "no more switching" });
    assert.ok(!(await offered()).includes("remove"));
    const switched = run("aiops.switchBranch");
    await quickInput.choose("main");
    await switched;
    assert.match(await notification("A session runs in"), /must not change under it/);
    assert.equal(await inClone("branch", "--show-current"), "belt");
    await run("aiops.stopSession", { sessionId: session.id, confirmed: true });
    await waitFor(async () => (await offered()).includes("switch"), { what: "switching again" });
  });

  it("does the same in a worktree, and removes it only with what it holds being said", async () => {
    const worktree = `${clone}@roof`;
    await inClone("worktree", "add", "-q", "-b", "roof", worktree);
    await run("aiops.refreshProjects");
    await cardSays(/mill-git@roof \| roof/);
    const target = { projectId: made.id, path: worktree };
    await writeFile(join(worktree, "roof.txt"), "new tiles\n");
    await vscode.commands.executeCommand("aiops.refreshProjects");
    await cardSays(/mill-git@roof \| roof ●/);
    assert.deepEqual(await offered(basename(worktree)), ["push", "commit", "switch", "merge", "remove"]);

    void run("aiops.removeWorkspace", { ...target, confirmed: true });
    assert.match(await quickInput.asks("Remove this worktree of mill-git?"), /changes that are not committed/);
    await quickInput.escape();
    assert.equal(await readFile(join(worktree, "roof.txt"), "utf8"), "new tiles\n");

    const committed = run("aiops.commit", target);
    await quickInput.asks("Commit to roof");
    await quickInput.enter();
    await quickInput.fill("Tile the roof");
    await quickInput.enter();
    await committed;
    await run("aiops.push", target);
    assert.equal(await inRemote("log", "-1", "--format=%s", "roof"), "Tile the roof");
    assert.equal(await inClone("branch", "--show-current"), "belt");
    await run("aiops.removeWorkspace", { ...target, confirmed: true });
    assert.ok(!(await exists(worktree)));
    assert.equal(await inClone("log", "-1", "--format=%s", "roof"), "Tile the roof");
    await waitFor(async () => !/@roof/.test(await card()), { what: "the worktree gone from the view" });
  });

  it("starts work in a worktree of its own where that is asked for", async () => {
    const issue = await issueNode(aiops, "#119");
    const started = await run("aiops.startWorkInWorktree", { ...issue, tool: "shell" });
    const { value } = started as { value: Session };
    const workspace = await aiops.connection.request((client) => client.workspaces.get({ id: value.projectId }));
    assert.notEqual(value.workspacePath, workspace.path);
    assert.deepEqual(
      workspace.worktrees.filter(({ issueKey }) => issueKey === "#119").map(({ path, branch }) => [path, branch]),
      [[value.workspacePath, value.branch]],
    );
    await run("aiops.stopSession", { sessionId: value.id, confirmed: true });
    await run("aiops.removeWorkspace", { projectId: value.projectId, path: value.workspacePath, confirmed: true });
    assert.ok(!(await exists(value.workspacePath)));
  });

  it("removes the workspace only when what would be lost was read and its name typed", async () => {
    await inClone("-c", "user.name=Ada", "-c", "user.email=a@b.c", "commit", "-q", "--allow-empty", "-m", "Mine");
    await write("mine.txt", "mine\n");
    const removed = run("aiops.removeWorkspace", { projectId: made.id, confirmed: true });
    const asked = await quickInput.asks("Remove the workspace of mill-git?");
    assert.match(asked, /changes that are not committed in .*mill-git and commits that are not pushed on belt/);
    assert.match(asked, /Commits that would be lost: belt \(1\)\. To remove it and lose that, type mill-git\./);
    await browser.screenshot("git-remove");
    await quickInput.fill("mill");
    await quickInput.asks("press Escape to keep everything");
    await quickInput.fill("mill-git");
    await quickInput.enter();
    assert.deepEqual(await removed, { kind: "done", value: undefined });
    assert.ok(!(await exists(clone)));
    await cardSays(/^mill-git \| no workspace yet\n {2}Initialise Workspace/);
  });
});

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
