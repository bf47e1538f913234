import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { HostGit } from "../../../server/host/git.ts";
import { withCode } from "../../support/error-code.ts";
import { waitFor } from "../../support/wait.ts";
import { makePerson, makeRemote, type Person } from "../host/fixture.ts";

const program = fileURLToPath(new URL("../../fixtures/git-operation.ts", import.meta.url));
const author = { name: "Grace Hopper", email: "grace@example.org" };
const merge = { revision: "refs/remotes/origin/main", message: "Merge", author };

/** Git is stopped in the middle of writing files by a filter that waits; then the server is killed. */
describe("a merge that was killed", function () {
  this.timeout(30_000);
  let person: Person;
  let git: HostGit;
  let tree: string;
  let before: string;

  beforeEach(async () => {
    person = await makePerson();
    git = person.user.git;
    const files = { "a.txt": "old a\n", "gone.txt": "gone\n", "mine.txt": "as committed\n", "z.slow": "old z\n" };
    const remote = await makeRemote(person, "remote.git", files);
    tree = path.join(person.home, "clone");
    await git.clone(remote.url, tree, { allowFile: true });
    const theirs = { "a.txt": "new a\n", "added.txt": "added\n", "z.slow": "new z\n" };
    for (const [name, text] of Object.entries(theirs)) await writeFile(path.join(remote.work, name), text);
    await person.git(remote.work, "rm", "-q", "gone.txt");
    await person.git(remote.work, "add", "--all");
    await person.git(remote.work, "commit", "-m", "Theirs");
    await person.git(remote.work, "push", remote.bare, "main");
    await git.fetch(tree, { allowFile: true });
    await writeFile(path.join(tree, "mine.txt"), "not committed\n");
    await writeFile(path.join(tree, ".git/info/attributes"), "*.slow filter=slow\n");
    const smudge = `sh -c 'if test -e "${gate()}"; then cat; else touch "${started()}"; sleep 60; fi'`;
    await person.git(tree, "config", "filter.slow.smudge", smudge);
    before = await person.git(tree, "rev-parse", "HEAD");
  });
  afterEach(async () => {
    await writeFile(gate(), "");
    await person[Symbol.asyncDispose]();
  });

  const gate = () => path.join(person.base, "gate");
  const started = () => path.join(person.base, "started");
  const read = (name: string) => readFile(path.join(tree, name), "utf8");

  /** Kills the server while git writes; git itself goes on, as after a real `kill -9`. */
  async function killInTheMiddle(): Promise<void> {
    const child = spawn(process.execPath, [program, person.home, tree, JSON.stringify(merge)], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await waitFor(async () => (await readdir(person.base)).includes("started"), { what: "the filter" });
    child.kill("SIGKILL");
    await ended;
    await writeFile(gate(), "");
  }

  async function assertAsItWas(): Promise<void> {
    assert.equal(await person.git(tree, "rev-parse", "HEAD"), before);
    assert.equal(await person.git(tree, "status", "--porcelain"), "M mine.txt");
    assert.deepEqual(
      [await read("a.txt"), await read("gone.txt"), await read("mine.txt"), await read("z.slow")],
      ["old a\n", "gone\n", "not committed\n", "old z\n"],
    );
    assert.ok(!(await readdir(tree)).includes("added.txt"));
    assert.deepEqual(
      (await readdir(path.join(tree, ".git"))).filter((name) => name.startsWith("aiops-")),
      [],
    );
  }

  it("is put back, with what else was changed left alone, and can be done again", async () => {
    await killInTheMiddle();
    assert.notEqual(await person.git(tree, "status", "--porcelain"), "M mine.txt", "it was in the middle");
    assert.equal(await git.recover(tree), true);
    await assertAsItWas();
    assert.deepEqual(await git.merge(tree, merge), { conflicts: [] });
    assert.deepEqual(
      [await read("a.txt"), await read("z.slow"), await read("mine.txt")],
      ["new a\n", "new z\n", "not committed\n"],
    );
    assert.equal(await git.recover(tree), false);
  });

  it("is put back when it is cancelled, at once", async () => {
    const abort = new AbortController();
    const outcome = git.merge(tree, merge, { signal: abort.signal });
    await waitFor(async () => (await readdir(person.base)).includes("started"), { what: "the filter" });
    await writeFile(gate(), "");
    abort.abort();
    await assert.rejects(outcome, withCode("cancelled"));
    await assertAsItWas();
  });

  it("never loses what was written to its files meanwhile: it names them, and goes on when that is settled", async () => {
    await killInTheMiddle();
    await writeFile(path.join(tree, "a.txt"), "written after the crash\n");
    await assert.rejects(git.recover(tree), withCode("conflict", "a.txt", "git checkout"));
    assert.equal(await read("a.txt"), "written after the crash\n");
    await person.git(tree, "checkout", before, "--", "a.txt");
    assert.equal(await git.recover(tree), true);
    await assertAsItWas();
  });

  it("is left alone where it had come to its end, or the person went on by hand", async () => {
    const [theirs, elsewhere] = [await person.git(tree, "rev-parse", "origin/main"), "1".repeat(40)];
    await writeFile(path.join(tree, "a.txt"), "going on\n");
    for (const record of [
      { from: theirs, to: before },
      { from: elsewhere, to: theirs },
    ]) {
      await writeFile(path.join(tree, ".git/aiops-move.json"), JSON.stringify({ ...record, mark: "none" }));
      assert.equal(await git.recover(tree), false);
      assert.equal(await read("a.txt"), "going on\n");
      assert.ok(!(await readdir(path.join(tree, ".git"))).includes("aiops-move.json"));
    }
  });
});
