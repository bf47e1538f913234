import assert from "node:assert/strict";
import { parseGitHubRepository, slugOf } from "../../../../extension/commands/github-repository.ts";

describe("parseGitHubRepository", () => {
  const github = {
    owner: "acme",
    name: "web.site",
    cloneUrl: "https://github.com/acme/web.site.git",
    apiRoot: "",
  };
  for (const typed of [
    "acme/web.site",
    " https://github.com/acme/web.site ",
    "https://github.com/acme/web.site.git",
    "https://www.github.com/acme/web.site/issues/12?q=x#top",
  ]) {
    it(`reads ${typed.trim()}`, () => assert.deepEqual(parseGitHubRepository(typed), github));
  }

  it("keeps an ssh address for git", () => {
    for (const cloneUrl of ["git@github.com:acme/web.site.git", "ssh://git@github.com/acme/web.site.git"]) {
      assert.deepEqual(parseGitHubRepository(cloneUrl), { ...github, cloneUrl });
    }
  });

  it("knows where an Enterprise Server has its API", () => {
    assert.deepEqual(parseGitHubRepository("https://git.example.org:8443/acme/site"), {
      owner: "acme",
      name: "site",
      cloneUrl: "https://git.example.org:8443/acme/site.git",
      apiRoot: "https://git.example.org:8443/api/v3",
    });
  });

  it("gives git no address over plain http", () => {
    assert.equal(parseGitHubRepository("http://127.0.0.1:3000/acme/site")?.cloneUrl, "");
  });

  for (const typed of [
    "",
    "acme",
    "https://github.com/acme",
    "https://user:secret@github.com/acme/site",
    "ext::sh -c id",
    "file:///etc/passwd",
    "acme/..",
    "--upload-pack=x/y",
    "https://github.com/ac me/site",
  ]) {
    it(`refuses ${JSON.stringify(typed)}`, () => assert.equal(parseGitHubRepository(typed), undefined));
  }
});

describe("slugOf", () => {
  it("makes a slug of any name", () => {
    assert.equal(slugOf("Web.Site_2"), "web-site-2");
    assert.equal(slugOf("--x--"), "x");
    assert.equal(slugOf("..."), "project");
    assert.match(slugOf("a.".repeat(80)), /^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    assert.ok(slugOf("a.".repeat(80)).length <= 63);
  });
});
