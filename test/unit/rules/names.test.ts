import assert from "node:assert/strict";
import {
  issueBranchName,
  safeKey,
  sessionName,
  slugify,
  validateBranchName,
  workspaceFolderName,
  worktreeFolderName,
} from "../../../shared/rules/names.ts";

describe("names", () => {
  it("makes slugs", () => {
    assert.equal(slugify("  Größe & Ärger: it's/done! "), "große-arger-it-s-done".replace("ß", "-"));
    assert.equal(slugify("---"), "");
    assert.equal(slugify("標題"), "");
    assert.equal(slugify("abc def", 4), "abc");
  });

  for (const [key, title, branch] of [
    ["#12", "Fix the login", "issue/12-fix-the-login"],
    ["PROJ-7", "Größe: ÄRGER", "issue/PROJ-7-größe-ärger"],
    ["group/app#3", "標題 テスト", "issue/group-app-3-標題-テスト"],
    ["#4", "", "issue/4"],
    ["#4", "--upload-pack=x; $(id) `id` \"'\n\u0000\u202E", "issue/4-upload-pack-x-id-id"],
    ["", "..", "issue/issue"],
    ["#5", "x.lock", "issue/5-x-lock"],
    ["#6", "a".repeat(500), `issue/6-${"a".repeat(50)}`],
    ["#7", "🙂".repeat(100), "issue/7"],
    ["#8", "𠀀".repeat(100), `issue/8-${"𠀀".repeat(50)}`],
  ] as const) {
    it(`names the branch of ${key} ${JSON.stringify(title.slice(0, 30))}`, () => {
      assert.equal(issueBranchName(key, title), branch);
      assert.equal(validateBranchName(branch), branch);
    });
  }

  for (const branch of [
    "main",
    "a/b",
    "größe/標題",
    "it's",
    '"q"',
    "$(id)",
    "a;b",
    "a@b",
    "a.b",
    "#1",
    "lock",
    "refs/x",
    "{}",
  ]) {
    it(`takes the branch ${branch}`, () => assert.equal(validateBranchName(branch), branch));
  }

  for (const branch of [
    "",
    "@",
    "HEAD",
    "-",
    "--help",
    "a b",
    "a\tb",
    "a\nb",
    "a\u0000b",
    "a\u007Fb",
    "a~1",
    "a^",
    "a:b",
    "a?",
    "a*",
    "a[b",
    "a\\b",
    "a..b",
    "a@{0}",
    "a.",
    "/a",
    "a/",
    "a//b",
    ".a",
    "a/.b",
    "a.lock",
    "a.lock/b",
    "ü".repeat(121),
  ]) {
    it(`refuses the branch ${JSON.stringify(branch.slice(0, 20))}`, () => {
      assert.throws(() => validateBranchName(branch), { code: "invalid_input" });
    });
  }

  it("names folders", () => {
    assert.equal(workspaceFolderName("site", "acme", false), "site");
    assert.equal(workspaceFolderName("site", "acme", true), "acme--site");
    assert.equal(worktreeFolderName("site", "#12"), "site@12");
    assert.equal(worktreeFolderName("site", "../../etc"), "site@etc");
    assert.equal(worktreeFolderName("site", "/.."), "site@issue");
    assert.equal(safeKey(" a b/ü#1 "), "a-b-ü-1");
  });

  it("names sessions: no dots or colons, the project's id at the end", () => {
    const name = sessionName({
      projectSlug: "my.site:x",
      tool: "codex",
      issueKey: "#12",
      unique: "k3f",
      projectId: "P_1-a",
    });
    assert.equal(name, "my-site-x-12-codex-k3f-pP_1-a");
    assert.equal(sessionName({ projectSlug: "標題", tool: "shell", unique: "k", projectId: "1" }), "shell-k-p1");
  });
});
