import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { createLocalHost } from "../../../server/host/local.ts";
import type { HostGit } from "../../../server/host/git.ts";
import { withCode } from "../../support/error-code.ts";
import { makePerson, makeRemote, type Person } from "../host/fixture.ts";

const author = { name: "Grace Hopper", email: "grace@example.org" };

describe("changes by git as a person", function () {
  this.timeout(20_000);
  let person: Person;
  let git: HostGit;
  let tree: string;
  let remote: Awaited<ReturnType<typeof makeRemote>>;

  beforeEach(async () => {
    person = await makePerson();
    git = person.user.git;
    remote = await makeRemote(person, "remote.git", { "README.md": "# Read me\n", "a.txt": "one\n" });
    tree = path.join(person.home, "clone");
    await git.clone(remote.url, tree, { allowFile: true });
  });
  afterEach(() => person[Symbol.asyncDispose]());

  const write = (name: string, text: string) => writeFile(path.join(tree, name), text);
  const read = (name: string) => readFile(path.join(tree, name), "utf8");
  const status = () => person.git(tree, "status", "--porcelain");
  const log = (format: string) => person.git(tree, "log", "-1", `--format=${format}`);
  /** A commit that others pushed. */
  async function pushedByOthers(name: string, text: string): Promise<void> {
    await writeFile(path.join(remote.work, name), text);
    await person.git(remote.work, "add", "--all");
    await person.git(remote.work, "commit", "-m", `Theirs: ${name}`);
    await person.git(remote.work, "push", remote.bare, "main");
  }
  const merge = (revision: string) => git.merge(tree, { revision, message: `Merge ${revision}`, author });
  const remoteAllowed = { allowFile: true };

  describe("commit", () => {
    it("takes everything that changed, in the person's name", async () => {
      await write("a.txt", "two\n");
      await write("new.txt", "new\n");
      await rm(path.join(tree, "README.md"));
      const sha = await git.commit(tree, { message: "All of it\n\nwith a body", author });
      assert.equal(sha, await person.git(tree, "rev-parse", "HEAD"));
      assert.equal(
        await log("%an <%ae>|%cn <%ce>|%s"),
        "Grace Hopper <grace@example.org>|Grace Hopper <grace@example.org>|All of it",
      );
      assert.equal(await status(), "");
      assert.deepEqual((await person.git(tree, "ls-files")).split("\n"), ["a.txt", "new.txt"]);
    });

    it("takes the named paths alone, new and deleted ones too, and leaves what else is staged", async () => {
      await write("a.txt", "two\n");
      await write("new [1].txt", "new\n");
      await write("other.txt", "other\n");
      await person.git(tree, "add", "other.txt");
      await rm(path.join(tree, "README.md"));
      await git.commit(tree, { message: "Some", paths: ["new [1].txt", "README.md"], author });
      assert.equal(await status(), "M a.txt\nA  other.txt");
      assert.equal(await person.git(tree, "show", "--name-status", "--format="), "D\tREADME.md\nA\tnew [1].txt");
    });

    it("takes what git rm and git mv did, by the paths that are told as changed", async () => {
      await person.git(tree, "rm", "-q", "a.txt");
      await person.git(tree, "mv", "README.md", "READ.md");
      const changes = await git.changes(tree);
      assert.deepEqual(
        changes.map(({ path: file, state }) => `${state} ${file}`),
        ["added READ.md", "deleted README.md", "deleted a.txt"],
      );
      await git.commit(tree, { message: "Gone", paths: ["a.txt"], author });
      assert.equal(await person.git(tree, "show", "--name-status", "--format="), "D\ta.txt");
      await git.commit(tree, { message: "Moved", paths: ["READ.md", "README.md"], author });
      assert.deepEqual([await status(), await git.changes(tree)], ["", []]);
    });

    it("refuses where nothing changed, where a path is no path of the tree, and without a message", async () => {
      const commit = (message: string, paths?: string[]) =>
        git.commit(tree, { message, author, ...(paths ? { paths } : {}) });
      await assert.rejects(commit("Nothing"), withCode("conflict", "nothing to commit"));
      await write("a.txt", "two\n");
      await assert.rejects(commit("  "), withCode("invalid_input"));
      for (const bad of [
        "../x",
        "/etc/passwd",
        "a/../../x",
        "",
        ".git/config",
        "sub/.GIT/x",
        "absent.txt",
        ":(top)a.txt",
        "--all",
        "*.txt",
      ]) {
        await assert.rejects(commit("Bad", [bad]), withCode("invalid_input"), bad);
      }
      assert.equal(await log("%s"), "First commit");
    });

    it("runs no hook of the repository, and no fsmonitor", async () => {
      const ran = path.join(person.base, "ran");
      const program = path.join(person.base, "program.sh");
      await writeFile(program, `#!/bin/sh\ntouch '${ran}'\nexit 0\n`);
      await chmod(program, 0o755);
      for (const hook of ["pre-commit", "commit-msg", "post-commit", "pre-push", "post-merge", "post-checkout"]) {
        await writeFile(path.join(tree, ".git/hooks", hook), `#!/bin/sh\ntouch '${ran}'\n`, { mode: 0o755 });
      }
      await person.git(tree, "config", "core.fsmonitor", program);
      await write("a.txt", "two\n");
      await git.commit(tree, { message: "No hooks", author });
      await git.push(tree, "main", remoteAllowed);
      await pushedByOthersAfter();
      await git.fetch(tree, remoteAllowed);
      await merge("refs/remotes/origin/main");
      assert.deepEqual((await readdir(person.base)).includes("ran"), false);
    });

    async function pushedByOthersAfter(): Promise<void> {
      await person.git(remote.work, "pull", remote.bare, "main");
      await pushedByOthers("b.txt", "b\n");
    }

    it("signs where the person has configured that, and makes no commit where signing fails", async () => {
      const key = path.join(person.home, "signing");
      await person.user.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]);
      await writeFile(path.join(person.home, "allowed"), `grace@example.org ${await readFile(`${key}.pub`, "utf8")}`);
      for (const [name, value] of [
        ["gpg.format", "ssh"],
        ["user.signingKey", key],
        ["commit.gpgSign", "true"],
        ["gpg.ssh.allowedSignersFile", path.join(person.home, "allowed")],
      ] as const) {
        await person.git(tree, "config", name, value);
      }
      await write("a.txt", "signed\n");
      await git.commit(tree, { message: "Signed", author });
      assert.equal(await log("%G?"), "G");
      await pushedByOthers("b.txt", "b\n");
      await git.fetch(tree, remoteAllowed);
      assert.deepEqual(await merge("refs/remotes/origin/main"), { conflicts: [] });
      assert.equal(await log("%G? %P").then((line) => line.split(" ").length), 3, "a merge with two parents");
      assert.match(await log("%G?"), /^G/);
      const before = await person.git(tree, "rev-parse", "HEAD");
      await person.git(tree, "config", "user.signingKey", "/nowhere");
      await write("a.txt", "unsigned\n");
      await assert.rejects(
        git.commit(tree, { message: "Unsigned", author }),
        withCode("git_failed", "could not be signed"),
      );
      assert.equal(await person.git(tree, "rev-parse", "HEAD"), before);
      assert.equal(await read("a.txt"), "unsigned\n");
    });
  });

  describe("fetch and push", () => {
    it("bring over what is new, and publish a branch with its upstream", async () => {
      await pushedByOthers("b.txt", "b\n");
      await git.fetch(tree, remoteAllowed);
      assert.equal((await git.status(tree)).behind, 1);
      await git.createBranch(tree, "issue/1-x", "main");
      await git.checkout(tree, "issue/1-x");
      await write("a.txt", "mine\n");
      await git.commit(tree, { message: "Mine", author });
      await git.push(tree, "issue/1-x", { ...remoteAllowed, setUpstream: true });
      const { upstream, ahead } = await git.status(tree);
      assert.deepEqual([upstream, ahead], ["origin/issue/1-x", 0]);
      assert.equal(await person.git(remote.bare, "log", "-1", "--format=%an", "issue/1-x"), "Grace Hopper");
    });

    it("refuse a push over commits that are not here, and tell what the remote says", async () => {
      await pushedByOthers("b.txt", "b\n");
      await write("a.txt", "mine\n");
      await git.commit(tree, { message: "Mine", author });
      await assert.rejects(git.push(tree, "main", remoteAllowed), withCode("conflict", "Pull"));
      await writeFile(path.join(remote.bare, "hooks/pre-receive"), "#!/bin/sh\necho 'locked today' >&2\nexit 1\n", {
        mode: 0o755,
      });
      await git.createBranch(tree, "other", "main");
      await assert.rejects(git.push(tree, "other", remoteAllowed), withCode("git_failed", "refused", "pre-receive"));
    });

    it("reach no file, helper program or plain http unless allowed", async () => {
      await assert.rejects(git.fetch(tree), withCode("git_failed", "not allowed"));
      const ran = path.join(person.base, "ran");
      for (const url of [`ext::sh -c touch% ${ran}`, "http://127.0.0.1:1/x.git"]) {
        await person.git(tree, "remote", "set-url", "origin", url);
        await assert.rejects(git.fetch(tree, remoteAllowed), withCode("git_failed", "not allowed"));
        await assert.rejects(git.push(tree, "main", remoteAllowed), withCode("git_failed", "not allowed"));
      }
      for (const url of [
        "-oProxyCommand=touch ran",
        `ssh://-oProxyCommand=touch%20ran/x`,
        `--upload-pack=touch ${ran}`,
      ]) {
        await person.git(tree, "config", "remote.origin.url", url);
        await assert.rejects(git.fetch(tree, remoteAllowed), url);
      }
      for (const folder of [person.base, tree]) assert.ok(!(await readdir(folder)).includes("ran"));
    });

    it("take nothing from GIT_ variables of the server's environment", async () => {
      const ran = path.join(person.base, "ran");
      const program = path.join(person.base, "program.sh");
      await writeFile(program, `#!/bin/sh\ntouch '${ran}'\n`, { mode: 0o755 });
      const environment = {
        ...process.env,
        HOME: person.home,
        GIT_DIR: path.join(person.base, "elsewhere"),
        GIT_WORK_TREE: person.base,
        GIT_INDEX_FILE: path.join(person.base, "index"),
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: "core.fsmonitor",
        GIT_CONFIG_VALUE_0: program,
        GIT_EXTERNAL_DIFF: program,
        GIT_SSH_COMMAND: program,
        GIT_ASKPASS: program,
        GIT_TRACE: path.join(person.base, "trace"),
        GIT_AUTHOR_NAME: "Mallory",
      };
      const host = createLocalHost({ environment });
      const { git: hostile } = await host.as(host.currentUser);
      await write("a.txt", "two\n");
      await hostile.commit(tree, { message: "Mine", author });
      assert.equal(await log("%an"), "Grace Hopper");
      await hostile.push(tree, "main", remoteAllowed);
      await person.git(tree, "remote", "set-url", "origin", "ssh://git@127.0.0.1:1/x");
      await assert.rejects(hostile.fetch(tree), withCode("git_failed"));
      const names = await readdir(person.base);
      assert.deepEqual(
        names.filter((name) => ["ran", "trace", "index", "elsewhere"].includes(name)),
        [],
      );
    });

    it("take no branch name for an option or a second refspec", async () => {
      for (const bad of ["--mirror", "-d", "main:other", "a b", "refs/../x", "x\n"]) {
        await assert.rejects(git.push(tree, bad, remoteAllowed), withCode("invalid_input"), bad);
      }
    });
  });

  describe("merge", () => {
    async function diverged(mine: string, theirs: string): Promise<void> {
      await pushedByOthers("a.txt", theirs);
      await write("a.txt", mine);
      await git.commit(tree, { message: "Mine", author });
      await git.fetch(tree, remoteAllowed);
    }

    it("moves forward where that is all, leaving other changes alone", async () => {
      await pushedByOthers("b.txt", "b\n");
      await git.fetch(tree, remoteAllowed);
      await write("a.txt", "not committed\n");
      assert.deepEqual(await merge("refs/remotes/origin/main"), { conflicts: [] });
      assert.deepEqual([await read("b.txt"), await read("a.txt")], ["b\n", "not committed\n"]);
      assert.deepEqual(await merge("refs/remotes/origin/main"), { conflicts: [] }, "again");
      assert.equal(await log("%s"), "Theirs: b.txt");
    });

    it("makes a merge commit in the person's name", async () => {
      await pushedByOthers("b.txt", "b\n");
      await write("a.txt", "mine\n");
      await git.commit(tree, { message: "Mine", author });
      await git.fetch(tree, remoteAllowed);
      assert.deepEqual(await merge("refs/remotes/origin/main"), { conflicts: [] });
      assert.equal(await log("%an|%cn|%s"), "Grace Hopper|Grace Hopper|Merge refs/remotes/origin/main");
      assert.deepEqual([await read("a.txt"), await read("b.txt"), await status()], ["mine\n", "b\n", ""]);
    });

    it("tells the conflicts and leaves everything as it was", async () => {
      await diverged("mine\n", "theirs\n");
      await write("notes.txt", "untracked\n");
      const before = [await person.git(tree, "rev-parse", "HEAD"), await status()];
      assert.deepEqual(await merge("refs/remotes/origin/main"), { conflicts: ["a.txt"] });
      assert.deepEqual([await person.git(tree, "rev-parse", "HEAD"), await status()], before);
      assert.equal(await read("a.txt"), "mine\n");
      assert.ok(
        !(await readdir(path.join(tree, ".git"))).some((name) => name === "MERGE_HEAD" || name.startsWith("aiops-")),
      );
    });

    it("refuses to overwrite changes and files git does not know, ignored ones too", async () => {
      await pushedByOthers("a.txt", "theirs\n");
      await pushedByOthers("secret.env", "theirs\n");
      await git.fetch(tree, remoteAllowed);
      await write("a.txt", "not committed\n");
      await assert.rejects(merge("refs/remotes/origin/main"), withCode("dirty_tree"));
      await person.git(tree, "checkout", "a.txt");
      await git.exclude(tree, ["secret.env"]);
      await write("secret.env", "mine\n");
      await assert.rejects(merge("refs/remotes/origin/main"), withCode("dirty_tree"));
      assert.deepEqual(
        [await read("secret.env"), await read("a.txt"), await log("%s")],
        ["mine\n", "one\n", "First commit"],
      );
    });

    it("refuses unknown and unrelated branches, and a tree where a merge is under way", async () => {
      for (const name of ["nowhere", "--abort", "-X ours", ""]) {
        await assert.rejects(merge(name), withCode("invalid_input", "no branch"));
      }
      await person.git(tree, "checkout", "--orphan", "alone");
      await person.git(tree, "commit", "-m", "Alone");
      await person.git(tree, "checkout", "main");
      await assert.rejects(merge("alone"), withCode("conflict", "no common commit"));
      await diverged("mine\n", "theirs\n");
      await assert.rejects(person.git(tree, "merge", "origin/main"));
      await assert.rejects(merge("refs/remotes/origin/main"), withCode("conflict", "under way", "--abort"));
      await assert.rejects(git.commit(tree, { message: "Half", author }), withCode("merge_conflict", "a.txt"));
      assert.match(await status(), /^UU a\.txt$/m);
    });
  });

  it("recovers from nothing", async () => {
    await mkdir(path.join(tree, "folder"));
    assert.equal(await git.recover(tree), false);
  });
});
