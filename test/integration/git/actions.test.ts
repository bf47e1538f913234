import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { GitAction } from "../../../shared/entities/workspace.ts";
import type { Project } from "../../../shared/entities/project.ts";
import { withCode } from "../../support/error-code.ts";
import { startTestServer, type SignedIn, type TestServer } from "../../support/server.ts";
import { ask, field } from "../http/request.ts";
import { finished } from "../http/world.ts";

const run = promisify(execFile);
const linuxUser = userInfo().username;

describe("POST /api/projects/:id/git", function () {
  this.timeout(30_000);
  let server: TestServer;
  let ada: SignedIn;
  let project: Project;

  beforeEach(async () => {
    server = await startTestServer();
    const tenantId = (await server.client.tenants.create({ slug: "acme", name: "Acme" })).id;
    ada = await server.as({ email: "ada@example.org", level: "technician", tenantIds: [tenantId], linuxUser });
    await theirGit("init", "-q", "-b", "main", theirs());
    await pushed("README.md", "# Site\n");
    project = await server.client.projects.create({
      tenantId,
      slug: "site",
      name: "Site",
      repositoryUrl: join(server.dir, "site.git"),
      protectedBranches: ["main", "release/*"],
    });
    await finished(ada.client, (await ada.client.workspaces.initialise({ id: project.id })).jobId);
  });
  afterEach(async () => {
    for (const { id } of (await server.client.sessions.list({})).items) await server.client.sessions.stop({ id });
    await server.close();
  });

  const theirs = () => join(server.dir, "theirs");
  const tree = () => join(server.dir, "workspace/site");
  const identity = ["-c", "user.name=Bob", "-c", "user.email=bob@example.org"];
  const theirGit = async (...args: string[]) => (await run("git", args)).stdout.trim();
  /** What another person pushed to the remote's main branch. */
  async function pushed(name: string, text: string): Promise<void> {
    await writeFile(join(theirs(), name), text);
    await theirGit("-C", theirs(), "add", ".");
    await theirGit("-C", theirs(), ...identity, "commit", "-q", "-m", `Bob: ${name}`);
    const bare = join(server.dir, "site.git");
    const first = name === "README.md" && text === "# Site\n";
    if (first) await theirGit("clone", "-q", "--bare", theirs(), bare);
    else await theirGit("-C", theirs(), "push", "-q", bare, "main");
  }
  const git = (action: GitAction) => ada.client.workspaces.git({ id: project.id, ...action });
  const change = (name: string, text: string) => writeFile(join(tree(), name), text);

  it("goes through a day's work, answering the workspace's state each time", async () => {
    const made = await git({ action: "createBranch", branch: "issue/1-work", from: "origin/main" });
    assert.deepEqual([made.branch, made.dirty], ["issue/1-work", false]);
    await change("work.txt", "work\n");
    assert.equal((await git({ action: "commit", message: "Work" })).lastCommit?.author, "ada");
    const published = await git({ action: "push", setUpstream: true });
    assert.deepEqual([published.ahead, published.behind], [0, 0]);
    await pushed("bob.txt", "bob\n");
    assert.equal((await git({ action: "checkout", branch: "main" })).branch, "main");
    const pulled = await git({ action: "pull" });
    assert.deepEqual([pulled.behind, pulled.lastCommit?.subject, pulled.dirty], [0, "Bob: bob.txt", false]);
    const merged = await git({ action: "merge", branch: "issue/1-work" });
    assert.deepEqual([merged.ahead, merged.dirty], [2, false]);
    assert.equal(merged.lastCommit?.subject, "Merge branch 'issue/1-work'");
    assert.equal(await readFile(join(tree(), "work.txt"), "utf8"), "work\n");
  });

  it("answers a conflict with its paths, and leaves the tree as it was", async () => {
    await change("README.md", "# Ada's site\n");
    await git({ action: "commit", message: "Mine" });
    await pushed("README.md", "# Bob's site\n");
    const before = await ada.client.workspaces.get({ id: project.id });
    const path = `/api/projects/${project.id}/git`;
    const answer = await ask(server.url, path, { method: "POST", token: ada.token, body: { action: "pull" } });
    assert.equal(answer.status, 409);
    assert.equal(field(answer.body, "code"), "merge_conflict");
    assert.deepEqual(field(answer.body, "conflicts"), ["README.md"]);
    const after = await ada.client.workspaces.get({ id: project.id });
    assert.deepEqual({ ...after, behind: 0 }, { ...before, behind: 0 });
    assert.deepEqual([after.ahead, after.behind, after.dirty], [1, 1, false]);
    assert.equal(await readFile(join(tree(), "README.md"), "utf8"), "# Ada's site\n");
  });

  it("pushes to no protected branch, and to none of another name", async () => {
    await change("a.txt", "a\n");
    await git({ action: "commit", message: "A" });
    await assert.rejects(git({ action: "push" }), withCode("forbidden", "protected"));
    await git({ action: "createBranch", branch: "release/1" });
    await assert.rejects(git({ action: "push", setUpstream: true }), withCode("forbidden", "protected"));
    await git({ action: "createBranch", branch: "work" });
    await assert.rejects(git({ action: "push" }), withCode("conflict", "setUpstream"));
    await run("git", ["-C", tree(), "branch", "--set-upstream-to=origin/main"]);
    await assert.rejects(git({ action: "push" }), withCode("conflict", "another name"));
    const heads = await theirGit("-C", join(server.dir, "site.git"), "branch", "--format=%(refname:short)");
    assert.equal(heads, "main");
  });

  it("changes no branch under a session, and no other tree than was named", async () => {
    await ada.client.sessions.create({ projectId: project.id, tool: "shell" });
    for (const action of [
      { action: "checkout", branch: "main" },
      { action: "createBranch", branch: "other" },
    ] as const) {
      await assert.rejects(git(action), withCode("conflict", "session"));
    }
    const worktree = join(server.dir, "workspace/site@9");
    await run("git", ["-C", tree(), "worktree", "add", "-q", "-b", "nine", worktree]);
    await writeFile(join(worktree, "nine.txt"), "nine\n");
    const state = await git({ action: "commit", message: "Nine", worktree });
    assert.equal(state.branch, "main");
    assert.deepEqual(
      state.worktrees.map(({ branch, dirty }) => [branch, dirty]),
      [["nine", false]],
    );
    assert.equal((await git({ action: "createBranch", branch: "ten", worktree })).worktrees[0]?.branch, "ten");
    for (const elsewhere of ["/etc", `${tree()}/..`, `${tree()}/.git`, "site", ""]) {
      await assert.rejects(git({ action: "pull", worktree: elsewhere }), withCode("invalid_input"), elsewhere);
    }
  });

  it("takes no option, no path and no command for a branch", async () => {
    for (const branch of ["--orphan", "-b", "a..b", "x y", "a\nb", "@{-1}", "../../main", "a:b"]) {
      await assert.rejects(git({ action: "checkout", branch }), withCode("invalid_input"), branch);
      await assert.rejects(git({ action: "createBranch", branch }), withCode("invalid_input"), branch);
    }
    for (const from of ["--detach", "nowhere", "-x"]) {
      await assert.rejects(git({ action: "createBranch", branch: "fine", from }), withCode("conflict"), from);
    }
    await assert.rejects(git({ action: "merge", branch: "--strategy=ours" }), withCode("invalid_input"));
    await assert.rejects(git({ action: "checkout", branch: "absent" }), withCode("invalid_input", "no branch"));
    assert.equal((await ada.client.workspaces.get({ id: project.id })).branch, "main");
    const unknown = { method: "POST", token: ada.token, body: { action: "rebase" } };
    assert.equal((await ask(server.url, `/api/projects/${project.id}/git`, unknown)).status, 400);
  });

  it("tells the branches and changed files of a tree", async () => {
    await git({ action: "createBranch", branch: "work" });
    await theirGit("-C", theirs(), "push", "-q", join(server.dir, "site.git"), "main:theirs");
    await run("git", ["-C", tree(), "fetch", "-q"]);
    await change("README.md", "# Ada's\n");
    await change("new name.txt", "new\n");
    const state = await ada.client.workspaces.tree({ id: project.id });
    assert.deepEqual([state.path, state.branch, state.upstream, state.changeCount], [tree(), "work", null, 2]);
    assert.deepEqual(state.changes, [
      { path: "README.md", state: "modified" },
      { path: "new name.txt", state: "added" },
    ]);
    assert.deepEqual(
      state.branches.toSorted((a, b) => a.name.localeCompare(b.name)),
      [
        { name: "main", local: true, remote: true },
        { name: "theirs", local: false, remote: true },
        { name: "work", local: true, remote: false },
      ],
    );
    const elsewhere = { id: project.id, worktree: "/etc" };
    await assert.rejects(ada.client.workspaces.tree(elsewhere), withCode("invalid_input"));
  });

  it("removes one worktree, whose branch stays, and nothing that holds work", async () => {
    const worktree = join(server.dir, "workspace/site@9");
    await run("git", ["-C", tree(), "worktree", "add", "-q", "-b", "nine", worktree]);
    const { id } = project;
    await writeFile(join(worktree, "nine.txt"), "nine\n");
    await assert.rejects(ada.client.workspaces.remove({ id, worktree }), withCode("dirty_tree", "not committed"));
    assert.equal(await readFile(join(worktree, "nine.txt"), "utf8"), "nine\n");
    await git({ action: "commit", message: "Nine", worktree });
    await run("git", ["-C", worktree, "switch", "-q", "--detach"]);
    await assert.rejects(ada.client.workspaces.remove({ id, worktree }), withCode("dirty_tree", "no branch"));
    await run("git", ["-C", worktree, "switch", "-q", "nine"]);
    await ada.client.workspaces.remove({ id, worktree });
    const { exists, worktrees } = await ada.client.workspaces.get({ id });
    assert.deepEqual([exists, worktrees], [true, []]);
    assert.equal((await run("git", ["-C", tree(), "log", "-1", "--format=%s", "nine"])).stdout, "Nine\n");
    await assert.rejects(ada.client.workspaces.remove({ id, worktree: tree() }), withCode("invalid_input"));
    await run("git", ["-C", tree(), "worktree", "add", "-q", worktree, "nine"]);
    await writeFile(join(worktree, "lost.txt"), "lost\n");
    await ada.client.workspaces.remove({ id, worktree, force: true });
    assert.deepEqual((await ada.client.workspaces.get({ id })).worktrees, []);
  });

  it("leaves no branch behind whose checkout failed", async () => {
    await git({ action: "createBranch", branch: "old" });
    await change("README.md", "# Old\n");
    await git({ action: "commit", message: "Old" });
    await change("README.md", "# Not committed\n");
    await assert.rejects(git({ action: "createBranch", branch: "new", from: "main" }), withCode("dirty_tree"));
    assert.equal((await run("git", ["-C", tree(), "branch", "--list", "new"])).stdout, "");
  });

  it("does nothing in a clone whose origin is another repository", async () => {
    await run("git", ["-C", tree(), "remote", "set-url", "origin", join(server.dir, "elsewhere.git")]);
    await assert.rejects(git({ action: "pull" }), withCode("conflict", "elsewhere.git"));
  });

  it("makes another person's workspace for an administrator alone", async () => {
    await ada.client.workspaces.remove({ id: project.id });
    const bob = await server.as({
      email: "bob@example.org",
      level: "technician",
      tenantIds: [project.tenantId],
      linuxUser,
    });
    const forAda = { id: project.id, userId: ada.user.id };
    await assert.rejects(bob.client.workspaces.initialise(forAda), withCode("forbidden", "administrator"));
    const { jobId } = await server.client.workspaces.initialise(forAda);
    await finished(server.client, jobId);
    assert.equal((await ada.client.jobs.get({ id: jobId })).status, "succeeded");
    assert.equal((await ada.client.workspaces.get({ id: project.id })).exists, true);
  });
});
