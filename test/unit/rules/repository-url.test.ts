import assert from "node:assert/strict";
import { repositoryHost, sameRepository, validateRepositoryUrl } from "../../../shared/rules/repository-url.ts";

describe("repository addresses", () => {
  for (const [url, transport] of [
    ["https://github.com/owner/repo.git", "https"],
    ["HTTPS://git.example:8443/a/b%20c", "https"],
    ["https://[::1]:8443/x.git", "https"],
    ["ssh://git@github.com:22/owner/repo.git", "ssh"],
    ["ssh://host/~me/repo", "ssh"],
    ["git@github.com:owner/repo.git", "ssh"],
    ["host:path with spaces/repo", "ssh"],
    ["host:/absolute", "ssh"],
    ['file:///srv/git/it\'s "ü".git', "file"],
    ["file://localhost/srv/git/x", "file"],
    ["/srv/git/x.git", "file"],
  ] as const) {
    it(`takes ${url}`, () => assert.deepEqual(validateRepositoryUrl(url, { allowFile: true }), { transport, url }));
  }

  for (const url of [
    "",
    " https://a/b",
    "https://a/b ",
    "ext::sh -c id",
    "EXT::x",
    "fd::1/x",
    "a+b.c-d::x",
    "--upload-pack=id",
    "-u",
    "-oProxyCommand=id:x",
    "ssh://-oProxyCommand=id/x",
    "ssh://-u@host/x",
    "-x@host:y",
    "host:-x",
    "host:",
    "git://host/x",
    "http://host/x",
    "ftp://host/x",
    "javascript://x/y",
    "https://",
    "https:///x",
    "https://host",
    "https://host/",
    "https://user@host/x",
    "https://user:pw@host/x",
    "ssh://git:pw@host/x",
    "https://host/x?service=y",
    "https://host/x#y",
    "https://host/a\nb",
    "https://host/a%0ahost=evil",
    "file://host/x",
    "relative/path",
    "..",
    "C:\\repo\u0007",
    "https://host/x\u0000",
    `https://host/${"x".repeat(1000)}`,
  ]) {
    it(`refuses ${JSON.stringify(url.slice(0, 60))}`, () => {
      assert.throws(() => validateRepositoryUrl(url, { allowFile: true }), { code: "invalid_input" });
    });
  }

  it("takes files only where they are allowed, and shows no password in the refusal", () => {
    for (const url of ["file:///srv/x", "/srv/x"]) {
      assert.throws(() => validateRepositoryUrl(url, { allowFile: false }), {
        code: "invalid_input",
        message: /not allowed/,
      });
    }
    assert.throws(
      () => validateRepositoryUrl("https://me:hunter2@host/x", { allowFile: false }),
      (error: Error) => !error.message.includes("hunter2"),
    );
  });

  it("sees one repository in two spellings", () => {
    assert.ok(sameRepository("https://host/a/b.git", "https://host/a/b/"));
    assert.ok(sameRepository("file:///srv/x", "/srv/x.git"));
    assert.ok(!sameRepository("https://host/a/b", "https://host/a/c"));
  });

  it("tells the host that ssh and https go to", () => {
    const hostOf = (url: string) => repositoryHost(validateRepositoryUrl(url, { allowFile: true }));
    assert.deepEqual(hostOf("git@git.example.org:a/b.git"), { host: "git.example.org", port: 22 });
    assert.deepEqual(hostOf("git.example.org:a/b.git"), { host: "git.example.org", port: 22 });
    assert.deepEqual(hostOf("ssh://git@git.example.org/a"), { host: "git.example.org", port: 22 });
    assert.deepEqual(hostOf("ssh://git@git.example.org:2222/a"), { host: "git.example.org", port: 2222 });
    assert.deepEqual(hostOf("ssh://git@[::1]:2222/a"), { host: "[::1]", port: 2222 });
    assert.deepEqual(hostOf("https://git.example.org/a"), { host: "git.example.org", port: 443 });
    assert.equal(hostOf("/srv/a"), null);
  });
});
