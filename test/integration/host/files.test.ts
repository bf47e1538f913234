import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { link, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { HostFiles } from "../../../server/host/files.ts";
import { makePerson, type Person } from "./fixture.ts";

describe("a person's files", () => {
  let person: Person;
  let files: HostFiles;
  let root: string;
  let outside: string;

  beforeEach(async () => {
    person = await makePerson();
    files = person.user.files;
    root = path.join(person.base, "root");
    outside = path.join(person.base, "rootevil");
    await mkdir(root);
    await mkdir(outside);
    await writeFile(path.join(outside, "victim"), "untouched");
    await mkdir(path.join(outside, "sub"));
    await writeFile(path.join(outside, "sub/victim"), "untouched");
  });
  afterEach(() => person[Symbol.asyncDispose]());

  const at = (...parts: string[]) => path.join(root, ...parts);
  const mode = async (file: string) => (await stat(file)).mode & 0o777;

  it("writes, replaces, reads and removes", async () => {
    assert.equal(await files.readFile(at("a"), { root }), null);
    await files.writeFile(at("a"), "ünï\n", { root });
    assert.deepEqual([await files.readFile(at("a"), { root }), await mode(at("a"))], ["ünï\n", 0o600]);
    await files.changeMode(at("a"), 0o640, { root });
    await files.writeFile(at("a"), "two", { root });
    assert.deepEqual([await files.readFile(at("a"), { root }), await mode(at("a"))], ["two", 0o640]);
    await files.writeFile(at("a"), "three", { root, mode: 0o644 });
    assert.equal(await mode(at("a")), 0o644);
    assert.deepEqual(await files.list(root, { root }), [{ name: "a", kind: "file" }]);
    assert.equal(await files.removeFile(at("a"), { root }), true);
    assert.equal(await files.removeFile(at("a"), { root }), false);
    assert.equal(await files.removeFile(at("no/such"), { root }), false);
  });

  it("replaces a file and never changes it in place", async () => {
    await files.writeFile(at("a"), "one", { root });
    await link(at("a"), path.join(outside, "hard"));
    await files.writeFile(at("a"), "two", { root });
    assert.equal(await readFile(path.join(outside, "hard"), "utf8"), "one");
  });

  it("makes folders, and leaves those that are there", async () => {
    await files.makeDirectory(at("a/b/ü c"), { root });
    await files.makeDirectory(at("a/b/ü c"), { root });
    await files.makeDirectory(root, { root });
    assert.deepEqual(
      [await files.stat(at("a/b/ü c")).then((found) => found?.kind), await mode(at("a/b"))],
      ["directory", 0o700],
    );
    await writeFile(at("file"), "");
    await assert.rejects(files.makeDirectory(at("file/x"), { root }), { code: "unsafe_path" });
  });

  it("tells what stands at a path, a link as a link", async () => {
    await symlink(outside, at("link"));
    const found = await files.stat(at("link"));
    assert.deepEqual([found?.kind, found?.uid], ["symlink", person.user.uid]);
    assert.deepEqual(
      [await files.exists(at("link")), await files.exists(at("link"), "directory"), await files.exists(at("no"))],
      [true, false, false],
    );
    assert.deepEqual([await files.realPath(at("link")), await files.realPath(at("no"))], [outside, null]);
  });

  it("reads no more than it is allowed, and waits for no pipe", async () => {
    await writeFile(at("a"), "12345");
    assert.equal(await files.readFile(at("a"), { root, maxBytes: 5 }), "12345");
    await assert.rejects(files.readFile(at("a"), { root, maxBytes: 4 }), { code: "too_large" });
    execFileSync("mkfifo", [at("pipe")]);
    await assert.rejects(files.readFile(at("pipe"), { root }), { code: "unsafe_path" });
    await assert.rejects(files.writeFile(at("pipe"), "x", { root }), { code: "unsafe_path" });
    await assert.rejects(files.readFile(root, { root: person.base }), { code: "unsafe_path" });
  });

  it("renames within the root, onto nothing that is there", async () => {
    await writeFile(at("a"), "a");
    await files.rename(at("a"), at("b"), { root });
    await writeFile(at("a"), "new");
    await assert.rejects(files.rename(at("a"), at("b"), { root }), { code: "conflict" });
    await assert.rejects(files.rename(at("a"), path.join(outside, "a"), { root }), { code: "unsafe_path" });
    assert.deepEqual((await readdir(root)).sort(), ["a", "b"]);
  });

  it("removes a tree and its links, never what they point at", async () => {
    await mkdir(at("tree/deep"), { recursive: true });
    await symlink(outside, at("tree/deep/link"));
    await symlink(path.join(outside, "victim"), at("tree/file-link"));
    assert.equal(await files.removeTree(at("tree"), { root }), true);
    assert.equal(await files.removeTree(at("tree"), { root }), false);
    assert.equal(await readFile(path.join(outside, "victim"), "utf8"), "untouched");
  });

  describe("refuses", () => {
    /** Everything that could touch `target`. */
    const attempts: [string, (target: string) => Promise<unknown>][] = [
      ["reading", (target) => files.readFile(target, { root })],
      ["writing", (target) => files.writeFile(target, "evil", { root })],
      ["removing", (target) => files.removeFile(target, { root })],
      ["removing as a tree", (target) => files.removeTree(target, { root })],
      ["changing the mode of", (target) => files.changeMode(target, 0o777, { root })],
      ["changing the owner of", (target) => files.changeOwner(target, person.user.uid, person.user.gid, { root })],
      ["changing the group of", (target) => files.changeGroup(target, person.user.gid, { root })],
      ["renaming", (target) => files.rename(target, at("stolen"), { root })],
    ];
    const unharmed = async () => {
      assert.deepEqual((await readdir(outside, { recursive: true })).sort(), ["sub", "sub/victim", "victim"]);
      assert.equal(await readFile(path.join(outside, "victim"), "utf8"), "untouched");
      assert.equal(await mode(path.join(outside, "victim")), 0o644);
    };

    for (const [what, attempt] of attempts) {
      it(`${what} what lies outside the root`, async () => {
        for (const target of [
          path.join(outside, "victim"),
          `${root}/../rootevil/victim`,
          `${root}evil/victim`,
          "/etc/hostname",
          "relative",
          `${root}/a\0b`,
          root,
        ]) {
          await assert.rejects(attempt(target), { code: "unsafe_path" }, target);
        }
        await unharmed();
      });

      it(`${what} through a linked parent`, async () => {
        await symlink(outside, at("parent"));
        await mkdir(at("deep"));
        await symlink(outside, at("deep/parent"));
        for (const target of [at("parent/victim"), at("parent/sub/victim"), at("deep/parent/sub/victim")]) {
          await assert.rejects(attempt(target), { code: "unsafe_path" }, target);
        }
        await unharmed();
      });

      if (what === "renaming") continue;
      it(`${what} a link planted at the name`, async () => {
        await symlink(path.join(outside, "victim"), at("link"));
        await symlink(path.join(outside, "missing"), at("dangling"));
        for (const target of [at("link"), at("dangling")]) {
          await assert.rejects(attempt(target), { code: "unsafe_path" }, target);
          assert.equal((await lstat(target)).isSymbolicLink(), true);
        }
        await unharmed();
      });
    }

    it("making folders through a link", async () => {
      await symlink(outside, at("link"));
      for (const target of [at("link/new"), at("link"), path.join(outside, "new")]) {
        await assert.rejects(files.makeDirectory(target, { root }), { code: "unsafe_path" }, target);
      }
      await unharmed();
    });

    it("listing through a link", async () => {
      await symlink(outside, at("link"));
      await assert.rejects(files.list(at("link"), { root }), { code: "unsafe_path" });
    });
  });

  it("takes a root that is reached by a link of the person's own", async () => {
    await symlink(root, path.join(person.base, "home-link"));
    const linked = path.join(person.base, "home-link");
    await files.writeFile(path.join(linked, "a"), "x", { root: linked });
    assert.equal(await readFile(at("a"), "utf8"), "x");
  });

  it("says what is wrong: no folder, no root, a name too long", async () => {
    await assert.rejects(files.writeFile(at("no/such"), "", { root }), { code: "workspace_missing" });
    await assert.rejects(
      files.writeFile(path.join(person.base, "gone/x"), "", { root: path.join(person.base, "gone") }),
      {
        code: "workspace_missing",
      },
    );
    await assert.rejects(files.writeFile(at("x".repeat(300)), "", { root }), { code: "invalid_input" });
    assert.deepEqual(await readdir(root), []);
  });
});
