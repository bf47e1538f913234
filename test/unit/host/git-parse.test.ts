import assert from "node:assert/strict";
import {
  parseBranches,
  parseChanges,
  parseCommit,
  parseFileChanges,
  parseStatus,
  parseWorktrees,
} from "../../../server/host/git-parse.ts";

describe("reading git's output", () => {
  const head = ["# branch.oid 0123abc", "# branch.head main"];
  const lines = (...all: string[]) => all.map((line) => `${line}\0`).join("");

  it("reads a clean status with and without an upstream", () => {
    const base = { sha: "0123abc", branch: "main", upstream: null, ahead: 0, behind: 0, dirty: false };
    assert.deepEqual(parseStatus(lines(...head)), base);
    assert.deepEqual(parseStatus(lines(...head, "# branch.upstream origin/main", "# branch.ab +2 -3")), {
      ...base,
      upstream: "origin/main",
      ahead: 2,
      behind: 3,
    });
    // The upstream was deleted: git names it and counts nothing.
    assert.deepEqual(parseStatus(lines(...head, "# branch.upstream origin/gone")), {
      ...base,
      upstream: "origin/gone",
    });
  });

  it("reads each kind of change as dirty", () => {
    for (const entry of [
      "1 .M N... 100644 100644 100644 a b file",
      "2 R. N... x",
      "u UU N... x",
      "? new file",
      "? # odd",
    ]) {
      assert.equal(parseStatus(lines(...head, entry)).dirty, true, entry);
    }
  });

  it("reads a repository without commits and a detached head", () => {
    const { sha, branch } = parseStatus(lines("# branch.oid (initial)", "# branch.head (detached)"));
    assert.deepEqual([sha, branch], [null, null]);
  });

  it("reads a commit, its time in UTC", () => {
    assert.deepEqual(parseCommit("abc\0Ada \u{1F600}\x002026-11-20T10:00:00+02:00\0Fix: a\tb\n"), {
      sha: "abc",
      author: "Ada \u{1F600}",
      at: "2026-11-20T08:00:00.000Z",
      subject: "Fix: a\tb",
    });
    assert.equal(parseCommit(""), null);
  });

  it("reads worktrees, odd paths included", () => {
    const output =
      "worktree /w/a b ü\nHEAD 12\nbranch refs/heads/refs/heads/x\n\n" +
      "worktree /w/2\nHEAD 0000000000000000000000000000000000000000\ndetached\nlocked initializing\nprunable gone\n\n" +
      "worktree /w/3\nHEAD 34\ndetached\nlocked\n\n";
    assert.deepEqual(parseWorktrees(output), [
      { path: "/w/a b ü", branch: "refs/heads/x", sha: "12", locked: null, prunable: false },
      { path: "/w/2", branch: null, sha: null, locked: "initializing", prunable: true },
      { path: "/w/3", branch: null, sha: "34", locked: "", prunable: false },
    ]);
  });

  it("reads changes, odd names included", () => {
    assert.deepEqual(parseChanges("M\0a b\0A\0new\nline\0D\0-x\0T\0t\0"), [
      { status: "M", path: "a b" },
      { status: "A", path: "new\nline" },
      { status: "D", path: "-x" },
      { status: "T", path: "t" },
    ]);
    assert.deepEqual(parseChanges(""), []);
  });

  it("reads the state of files, in the order of their paths", () => {
    const entries = lines(
      " M src/b.ts",
      "?? new/",
      "A  a.ts",
      "D  gone.ts",
      " D away.ts",
      "UU both.ts",
      "AA twice.ts",
      "AD c",
    );
    assert.deepEqual(
      parseFileChanges(entries).map(({ path, state }) => `${state} ${path}`),
      [
        "added a.ts",
        "deleted away.ts",
        "conflict both.ts",
        "deleted c",
        "deleted gone.ts",
        "added new/",
        "modified src/b.ts",
        "conflict twice.ts",
      ],
    );
    const again = parseFileChanges(lines("D  again.ts", "?? again.ts"));
    assert.deepEqual(again, [{ path: "again.ts", state: "modified" }]);
    assert.deepEqual(parseFileChanges(""), []);
  });

  it("reads branches of both sides as one, and no default of the remote", () => {
    const refs = ["heads/work", "remotes/origin/HEAD", "remotes/origin/main", "heads/main", "remotes/origin/theirs"];
    assert.deepEqual(parseBranches(refs.map((ref) => `refs/${ref}\n`).join("")), [
      { name: "work", local: true, remote: false },
      { name: "main", local: true, remote: true },
      { name: "theirs", local: false, remote: true },
    ]);
  });
});
