import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { HostGit } from "../../../server/host/git.ts";
import { makePerson, makeRemote, type Person } from "./fixture.ts";

describe("git as a person", () => {
  let person: Person;
  let git: HostGit;
  let tree: string;
  let remote: Awaited<ReturnType<typeof makeRemote>>;

  beforeEach(async () => {
    person = await makePerson();
    git = person.user.git;
    remote = await makeRemote(person);
    tree = path.join(person.home, "clone");
    await git.clone(remote.url, tree, { allowFile: true });
  });
  afterEach(() => person[Symbol.asyncDispose]());

  const write = (name: string, text = "changed\n") => writeFile(path.join(tree, name), text);

  describe("status", () => {
    it("tells branch, upstream and last commit of a fresh clone", async () => {
      const { lastCommit, ...status } = await git.status(tree);
      assert.deepEqual(status, { branch: "main", upstream: "origin/main", ahead: 0, behind: 0, dirty: false });
      assert.equal(lastCommit?.author, "Ada Lovelace");
      assert.equal(lastCommit.subject, "First commit");
      assert.equal(lastCommit.sha, await person.git(tree, "rev-parse", "HEAD"));
      assert.match(lastCommit.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    });

    it("counts commits ahead and behind, and sees new, changed and staged files", async () => {
      await person.git(tree, "commit", "--allow-empty", "-m", "Mine");
      await person.git(remote.work, "commit", "--allow-empty", "-m", "Theirs");
      await person.git(remote.work, "push", remote.bare, "main");
      await person.git(tree, "fetch");
      const diverged = await git.status(tree);
      assert.deepEqual([diverged.ahead, diverged.behind, diverged.dirty], [1, 1, false]);
      await write("new.txt");
      assert.equal((await git.status(tree)).dirty, true);
      await rm(path.join(tree, "new.txt"));
      await write("README.md");
      assert.equal((await git.status(tree)).dirty, true);
      await person.git(tree, "add", "README.md");
      assert.equal((await git.status(tree)).dirty, true);
    });

    it("tells a detached head and a repository without commits", async () => {
      await git.checkout(tree, (await git.headSha(tree)) ?? "", { detach: true });
      assert.equal((await git.status(tree)).branch, null);
      const empty = path.join(person.base, "empty");
      await person.git(person.base, "init", "--", empty);
      const status = await git.status(empty);
      assert.deepEqual([status.branch, status.lastCommit, await git.headSha(empty)], ["main", null, null]);
    });

    it("says that the workspace is gone", async () => {
      await rm(tree, { recursive: true });
      await assert.rejects(git.status(tree), { code: "workspace_missing" });
    });
  });

  describe("branches", () => {
    for (const name of [
      "issue/12-ünïcode-標題",
      'it\'s/"quoted"',
      "a/b/c/d",
      "release-1.0",
      "feature#1",
      "a;touch b",
      "$(id)",
    ]) {
      const branch = name.replaceAll(" ", "-");
      it(`makes and checks out ${branch}`, async () => {
        assert.equal(await git.createBranch(tree, branch, "refs/remotes/origin/main"), true);
        assert.equal(await git.createBranch(tree, branch, "refs/remotes/origin/main"), false);
        await git.checkout(tree, branch);
        assert.equal((await git.status(tree)).branch, branch);
        assert.deepEqual((await git.branches(tree)).sort(), ["main", branch].sort());
      });
    }

    for (const branch of ["-d", "--orphan=x", "with space", "a..b", "x.lock", "HEAD", "a\nb", "", "a//b", "@{-1}"]) {
      it(`refuses ${JSON.stringify(branch)}`, async () => {
        await assert.rejects(git.createBranch(tree, branch, "main"), { code: "invalid_input" });
        await assert.rejects(git.checkout(tree, branch), { code: "invalid_input" });
        await assert.rejects(git.addWorktree(tree, path.join(person.home, "w"), branch), { code: "invalid_input" });
        assert.deepEqual(await git.branches(tree), ["main"]);
      });
    }

    it("follows the remote branch of the same name", async () => {
      await person.git(remote.work, "push", remote.bare, "main:issue/7-x");
      await person.git(tree, "fetch");
      await git.createBranch(tree, "issue/7-x", "refs/remotes/origin/issue/7-x");
      await git.checkout(tree, "issue/7-x");
      assert.equal((await git.status(tree)).upstream, "origin/issue/7-x");
    });

    it("says that a branch is in the way of another", async () => {
      await git.createBranch(tree, "issue", "main");
      await assert.rejects(git.createBranch(tree, "issue/1", "main"), { code: "name_taken" });
    });

    it("says that there is nothing to start from", async () => {
      await assert.rejects(git.createBranch(tree, "x", "refs/remotes/origin/nope"), { code: "conflict" });
    });

    it("deletes a branch only where it was left", async () => {
      const sha = (await git.headSha(tree)) ?? "";
      await git.createBranch(tree, "x", "main");
      assert.equal(await git.deleteBranchAt(tree, "x", "0".repeat(40)), false);
      assert.equal(await git.deleteBranchAt(tree, "x", sha), true);
      assert.equal(await git.deleteBranchAt(tree, "x", sha), false);
    });

    it("refuses to lose changes, and says what to do", async () => {
      await person.git(tree, "switch", "-c", "other");
      await write("README.md", "other\n");
      await person.git(tree, "commit", "-am", "Other");
      await write("README.md", "not committed\n");
      await assert.rejects(git.checkout(tree, "main"), (error: Error & { code: string }) => {
        assert.equal(error.code, "dirty_tree");
        assert.match(error.message, /Commit or stash/);
        return true;
      });
      assert.equal(await readFile(path.join(tree, "README.md"), "utf8"), "not committed\n");
      assert.equal((await git.status(tree)).branch, "other");
    });

    it("goes on after a git that was killed left its lock, and waits for one that runs", async () => {
      await git.createBranch(tree, "x", "main");
      await writeFile(path.join(tree, ".git/index.lock"), "");
      await git.checkout(tree, "x");
      assert.equal((await git.status(tree)).branch, "x");

      await writeFile(path.join(tree, ".git/index.lock"), "");
      const stop = new AbortController();
      const running = person.user.run(["git", "cat-file", "--batch"], { cwd: tree, signal: stop.signal, input: "" });
      await running;
      const held = person.user.run(["git", "-c", "alias.wait=!sleep 60", "wait"], { cwd: tree, signal: stop.signal });
      await assert.rejects(
        Promise.race([held, git.checkout(tree, "main")]),
        (error: Error & { code: string }) => error.code === "git_failed" && error.message.includes("index.lock"),
      );
      stop.abort();
      await assert.rejects(held, { code: "cancelled" });
    });
  });

  describe("worktrees", () => {
    it("adds, lists, removes, and keeps one with changes", async () => {
      const beside = path.join(person.home, "clone@12 ünï");
      await git.createBranch(tree, "issue/12", "main");
      await git.addWorktree(tree, beside, "issue/12");
      const sha = await git.headSha(tree);
      assert.deepEqual(await git.worktrees(tree), [
        { path: beside, branch: "issue/12", sha, locked: null, prunable: false },
      ]);
      await writeFile(path.join(beside, "note.txt"), "mine");
      await assert.rejects(git.removeWorktree(tree, beside), { code: "dirty_tree" });
      await rm(path.join(beside, "note.txt"));
      await git.removeWorktree(tree, beside);
      assert.deepEqual(await git.worktrees(tree), []);
    });

    it("refuses a branch that is checked out elsewhere", async () => {
      await assert.rejects(git.addWorktree(tree, path.join(person.home, "w"), "main"), { code: "conflict" });
    });

    it("forgets one that was deleted by hand", async () => {
      const beside = path.join(person.home, "w");
      await git.createBranch(tree, "x", "main");
      await git.addWorktree(tree, beside, "x");
      await rm(beside, { recursive: true });
      assert.equal((await git.worktrees(tree))[0]?.prunable, true);
      await git.pruneWorktrees(tree);
      assert.deepEqual(await git.worktrees(tree), []);
    });
  });

  describe("exclude, tracked and ignored", () => {
    it("adds each line once, also from a worktree, and keeps what is there", async () => {
      const file = path.join(tree, ".git/info/exclude");
      await writeFile(file, "# mine\nbuild");
      await git.createBranch(tree, "x", "main");
      const beside = path.join(person.home, "w");
      await git.addWorktree(tree, beside, "x");
      await git.exclude(tree, ["/AGENTS.override.md", "/CLAUDE.local.md"]);
      await git.exclude(beside, ["/AGENTS.override.md", "build"]);
      assert.equal(await readFile(file, "utf8"), "# mine\nbuild\n/AGENTS.override.md\n/CLAUDE.local.md\n");
      await writeFile(path.join(beside, "AGENTS.override.md"), "x");
      assert.equal((await git.status(beside)).dirty, false);
      assert.equal(await git.isIgnored(beside, "AGENTS.override.md"), true);
      assert.equal(await git.isIgnored(beside, "README.md"), false);
    });

    it("makes the folder where a clone has none, and refuses a planted link", async () => {
      const info = path.join(tree, ".git/info");
      await rm(info, { recursive: true });
      await git.exclude(tree, ["/a"]);
      assert.equal(await readFile(path.join(info, "exclude"), "utf8"), "/a\n");
      const victim = path.join(person.base, "victim");
      await writeFile(victim, "");
      await rm(path.join(info, "exclude"));
      await symlink(victim, path.join(info, "exclude"));
      await assert.rejects(git.exclude(tree, ["/b"]), { code: "unsafe_path" });
      assert.equal(await readFile(victim, "utf8"), "");
    });

    it("takes paths literally", async () => {
      assert.equal(await git.isTracked(tree, "README.md"), true);
      assert.equal(await git.isTracked(tree, "*.md"), false);
      assert.equal(await git.isTracked(tree, ":(top)README.md"), false);
      assert.equal(await git.isTracked(tree, "--help"), false);
    });
  });

  describe("the remote and what it lacks", () => {
    it("tells the remote's address", async () => {
      assert.equal(await git.remoteUrl(tree), remote.url);
      await person.git(tree, "remote", "remove", "origin");
      assert.equal(await git.remoteUrl(tree), null);
    });

    it("finds commits and stashes that exist here only", async () => {
      assert.deepEqual(await git.unpushed(tree), []);
      await person.git(tree, "switch", "-c", "work");
      await person.git(tree, "commit", "--allow-empty", "-m", "one");
      await person.git(tree, "commit", "--allow-empty", "-m", "two");
      assert.deepEqual(await git.unpushed(tree), [{ ref: "work", commits: 2 }]);
      await person.git(tree, "push", "origin", "work");
      assert.deepEqual(await git.unpushed(tree), []);
      await write("README.md");
      await person.git(tree, "stash");
      assert.equal((await git.unpushed(tree))[0]?.ref, "refs/stash");
    });
  });

  describe("what a repository may not do", () => {
    /** A program that leaves a file when it is run. */
    async function trap(name: string): Promise<{ program: string; sprung: () => Promise<boolean> }> {
      const program = path.join(person.base, name);
      const trace = `${program}.sprung`;
      await writeFile(program, `#!/bin/sh\ntouch '${trace}'\n`);
      await chmod(program, 0o755);
      return { program, sprung: () => person.user.files.exists(trace) };
    }

    it("run its fsmonitor", async () => {
      const { program, sprung } = await trap("monitor");
      await person.git(tree, "config", "core.fsmonitor", program);
      await git.status(tree);
      assert.equal(await sprung(), false);
      await person.git(tree, "status");
      assert.equal(await sprung(), true, "the trap works");
    });

    it("run planted hooks", async () => {
      const { program, sprung } = await trap("hook");
      await mkdir(path.join(tree, ".git/hooks"), { recursive: true });
      for (const hook of ["post-checkout", "reference-transaction", "post-index-change"]) {
        await writeFile(path.join(tree, ".git/hooks", hook), await readFile(program), { mode: 0o755 });
      }
      await git.createBranch(tree, "x", "main");
      await git.checkout(tree, "x");
      await git.addWorktree(tree, path.join(person.home, "w"), "main");
      assert.equal(await sprung(), false);
      await person.git(tree, "switch", "-c", "y");
      assert.equal(await sprung(), true, "the trap works");
    });

    it("carry configuration and hooks into a clone", async () => {
      const { program, sprung } = await trap("carried");
      await person.git(remote.bare, "config", "core.fsmonitor", program);
      await writeFile(path.join(remote.bare, "hooks/post-checkout"), await readFile(program), { mode: 0o755 });
      const again = path.join(person.home, "again");
      await git.clone(remote.url, again, { allowFile: true });
      await git.status(again);
      assert.equal(await sprung(), false);
      assert.doesNotMatch(await readFile(path.join(again, ".git/config"), "utf8"), /fsmonitor/);
    });

    it("send git to another transport by the person's url rewriting", async () => {
      const { program, sprung } = await trap("rewritten");
      await person.git(
        person.home,
        "config",
        "--global",
        `url.ext::${program} .insteadOf`,
        "https://rewritten.example/",
      );
      await assert.rejects(git.clone("https://rewritten.example/x.git", path.join(person.home, "r")), {
        code: "git_failed",
        message: /not allowed/,
      });
      assert.equal(await sprung(), false);
      assert.equal(
        (await readdir(person.home)).some((name) => name.includes("cloning")),
        false,
      );
    });
  });
});
