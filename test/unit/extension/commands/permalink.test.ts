import assert from "node:assert/strict";
import { permalinkOf } from "../../../../extension/commands/permalink.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

describe("a permanent link to lines", () => {
  for (const remote of [
    "https://github.com/ada/mill.git",
    "git@github.com:ada/mill.git",
    "ssh://git@github.com/ada/mill",
    "https://ada:secret@github.com/ada/mill.git/",
  ]) {
    it(`of ${remote.replace("secret", "…")}, without what was in the address`, () => {
      assert.equal(
        permalinkOf(remote, commit, "src/a b#c.ts", 3, 7),
        `https://github.com/ada/mill/blob/${commit}/src/a%20b%23c.ts#L3-L7`,
      );
    });
  }

  it("as GitLab has them, of one line too", () => {
    const remote = "git@gitlab.example.org:group/sub/mill.git";
    const page = `https://gitlab.example.org/group/sub/mill/-/blob/${commit}/a.ts`;
    assert.equal(permalinkOf(remote, commit, "a.ts", 3, 7), `${page}#L3-7`);
    assert.equal(permalinkOf(remote, commit, "a.ts", 3, 3), `${page}#L3`);
  });

  it("is none for a folder, or without a commit", () => {
    assert.equal(permalinkOf("/srv/mill.git", commit, "a.ts", 1, 1), undefined);
    assert.equal(permalinkOf("file:///srv/mill.git", commit, "a.ts", 1, 1), undefined);
    assert.equal(permalinkOf("https://github.com/ada/mill", "HEAD", "a.ts", 1, 1), undefined);
  });
});
