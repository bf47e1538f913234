import assert from "node:assert/strict";
import { gitFailed } from "../../../server/host/git-errors.ts";

describe("what git says", () => {
  const code = (stderr: string) => gitFailed(["git", "clone"], 128, stderr, undefined).code;

  it("is a full disk, whatever else failed for it", () => {
    // As git 2.39 words them on a full tmpfs: while cloning, checking out, and making a branch.
    for (const stderr of [
      "fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output\nindex-pack failed\n",
      "fatal: sha1 file '/home/ada/site/.git/index.lock' write error. Out of diskspace\n",
      "fatal: cannot update ref 'refs/heads/x': couldn't write '/home/ada/site/.git/refs/heads/x.lock'\n",
    ]) {
      assert.equal(code(stderr), "storage_full", stderr);
    }
  });

  it("is a broken connection where the disk has room", () => {
    const broken = gitFailed(["git", "clone"], 128, "fatal: early EOF\nfatal: index-pack failed\n", undefined);
    assert.equal(broken.code, "git_failed");
    assert.match(broken.message, /connection broke/);
  });

  it("is a host whose key changed, before it is one whose key is not known", () => {
    const stderr =
      "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\nHost key verification failed.\r\nfatal: Could not read from remote repository.\n";
    assert.equal(code(stderr), "host_key_changed");
    assert.equal(code("Host key verification failed.\r\n"), "git_failed");
  });

  it("is a tree in the way of a merge, with or without a list of its files", () => {
    for (const stderr of [
      "error: Your local changes to the following files would be overwritten by merge:\n\ta.txt\nAborting\n",
      "error: The following untracked working tree files would be overwritten by merge:\n\tb.txt\nAborting\n",
    ]) {
      assert.equal(code(stderr), "dirty_tree", stderr);
    }
  });

  it("is told without the passwords in it", () => {
    const error = gitFailed(["git", "fetch"], 128, "fatal: odd thing at https://ada:secret@example.org/x\n", undefined);
    assert.doesNotMatch(JSON.stringify([error.message, error.data]), /secret/);
  });
});
