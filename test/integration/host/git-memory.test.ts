import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { HostGit } from "../../../server/host/git.ts";
import { withMemory } from "../../../server/host/git-memory.ts";
import { makePerson, type Person } from "./fixture.ts";

describe("what git said, remembered", () => {
  let person: Person;
  let tree: string;
  let git: HostGit;
  let asked: string[];

  beforeEach(async () => {
    person = await makePerson();
    tree = path.join(person.home, "tree");
    await mkdir(tree);
    await person.git(tree, "init");
    await write("file", "x");
    await person.git(tree, "add", "file");
    await person.git(tree, "commit", "-m", "one");
    asked = [];
    const own = person.user.git;
    // Past the memory of the person's own.
    const counted: HostGit = {
      ...own,
      isTracked: (...args) => count("tracked", () => own.isTracked(...args)),
      isIgnored: (...args) => count("ignored", () => own.isIgnored(...args)),
      exclude: (...args) => count("exclude", () => own.exclude(...args)),
    };
    git = withMemory(counted, person.home);
  });
  afterEach(() => person[Symbol.asyncDispose]());

  function count<T>(what: string, ask: () => Promise<T>): Promise<T> {
    asked.push(what);
    return ask();
  }
  const write = async (name: string, text: string) => {
    await mkdir(path.dirname(path.join(tree, name)), { recursive: true });
    await writeFile(path.join(tree, name), text);
  };

  it("asks once while nothing changes, and again when the index does", async () => {
    for (let again = 0; again < 3; again += 1) {
      assert.equal(await git.isTracked(tree, "file"), true);
      assert.equal(await git.isTracked(tree, "new"), false);
    }
    assert.deepEqual(asked, ["tracked", "tracked"]);
    await write("new", "x");
    await person.git(tree, "add", "new");
    assert.equal(await git.isTracked(tree, "new"), true);
    await person.git(tree, "rm", "--cached", "-q", "new");
    assert.equal(await git.isTracked(tree, "new"), false);
  });

  it("sees every place that can make a file ignored, or show it again", async () => {
    const ignored = () => git.isIgnored(tree, "a/b.txt");
    assert.equal(await ignored(), false);
    const places: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
      ["a .gitignore at the top", () => write(".gitignore", "*.txt\n"), () => rm(path.join(tree, ".gitignore"))],
      ["one beside it", () => write("a/.gitignore", "b.txt\n"), () => rm(path.join(tree, "a/.gitignore"))],
      [
        "the local exclude file",
        () => git.exclude(tree, ["/a/b.txt"]),
        () => writeFile(path.join(tree, ".git/info/exclude"), ""),
      ],
      [
        "a file that the person's settings name",
        async () => {
          await writeFile(path.join(person.home, "mine"), "*.txt\n");
          await person.git(tree, "config", "--global", "core.excludesFile", path.join(person.home, "mine"));
        },
        () => writeFile(path.join(person.home, "mine"), ""),
      ],
    ];
    for (const [what, add, takeAway] of places) {
      await add();
      assert.equal(await ignored(), true, what);
      await takeAway();
      assert.equal(await ignored(), false, `${what}, taken away`);
    }
  });

  it("remembers what is ignored, also in a worktree, whose exclude file is the clone's", async () => {
    const beside = path.join(person.home, "beside");
    await person.git(tree, "worktree", "add", "-b", "other", beside);
    await git.exclude(beside, ["/b.txt"]);
    asked = [];
    for (let again = 0; again < 3; again += 1) assert.equal(await git.isIgnored(beside, "b.txt"), true);
    assert.deepEqual(asked, ["ignored"]);
    await writeFile(path.join(tree, ".git/info/exclude"), "");
    assert.equal(await git.isIgnored(beside, "b.txt"), false);
  });

  it("puts excluded lines back that somebody took out", async () => {
    for (let again = 0; again < 3; again += 1) await git.exclude(tree, ["/b.txt"]);
    assert.ok(asked.length <= 2, "it asked each time");
    await writeFile(path.join(tree, ".git/info/exclude"), "");
    await git.exclude(tree, ["/b.txt"]);
    assert.equal(await git.isIgnored(tree, "b.txt"), true);
  });
});
