import assert from "node:assert/strict";
import {
  check,
  emptyValues,
  fieldsOf,
  isSame,
  merge,
  problemsOf,
} from "../../../webviews/settings/connections/values.ts";
import { isCloud, kindOf, kinds, signInFits, tokenPagesOf } from "../../../webviews/settings/connections/kinds.ts";

const base = { ...emptyValues, name: "Work", baseUrl: "https://a.example", open: "Parked" };
const t = (english: string): string => english;

describe("webviews: what stands in a connection's form", () => {
  it("is read without outer space and empty lines, which are no change", () => {
    const typed = { ...base, name: " Work ", open: "\n Parked \n\n", email: " Ada@Example.ORG " };
    assert.deepEqual(fieldsOf(typed), {
      name: "Work",
      baseUrl: "https://a.example",
      email: "ada@example.org",
      statusOverrides: { open: ["Parked"], closed: [] },
    });
    assert.equal(isSame({ ...typed, email: "" }, base), true);
    assert.equal(isSame({ ...base, open: "Parked\nHeld" }, base), false);
  });

  it("is put together with another's change: theirs where one did not touch it, both shown where both did", () => {
    const mine = { ...base, name: "Mine", closed: "Gone" };
    const theirs = { ...base, name: "Theirs", baseUrl: "https://b.example" };
    const merged = merge(base, mine, theirs);
    assert.deepEqual(merged, {
      values: { ...mine, baseUrl: "https://b.example" },
      taken: ["baseUrl"],
      conflicts: ["name"],
    });
    assert.deepEqual(merge(base, theirs, theirs).conflicts, [], "both did the same");
  });

  const none = { address: false, email: false };
  for (const [values, wants, field] of [
    [{ name: " " }, none, "name"],
    [{ name: "x".repeat(201) }, none, "name"],
    [{ baseUrl: "" }, { ...none, address: true }, "baseUrl"],
    [{ baseUrl: "github.example.org" }, none, "baseUrl"],
    [{ baseUrl: "ftp://example.org" }, none, "baseUrl"],
    [{ baseUrl: "https://ada:secret@example.org" }, none, "baseUrl"],
    [{ email: "" }, { ...none, email: true }, "email"],
    [{ email: "ada" }, none, "email"],
    [{ open: "Done ", closed: "ｄｏｎｅ" }, none, "closed"],
    [{ open: "x".repeat(101) }, none, "open"],
    [{ closed: Array.from({ length: 101 }, (_, index) => `s${index}`).join("\n") }, none, "closed"],
  ] as const) {
    it(`is refused beside ${field} for ${JSON.stringify(values).slice(0, 60)}`, () => {
      assert.deepEqual(Object.keys(check({ ...base, ...values }, wants, t)), [field]);
    });
  }

  it("is not refused where it is right", () => {
    assert.deepEqual(check(base, { address: true, email: false }, t), {});
    assert.deepEqual(check({ ...base, baseUrl: "http://[::1]:8080/api/v3", email: "a@b.example" }, none, t), {});
  });

  it("takes the server's errors to their fields", () => {
    const errors = [
      { path: "name", message: "one" },
      { path: "name", message: "two" },
      { path: "statusOverrides", message: "both" },
      { path: "statusOverrides.open.3", message: "long" },
      { path: "tenantId", message: "elsewhere" },
    ];
    assert.deepEqual(problemsOf(errors), { name: "one", closed: "both", open: "long" });
  });
});

describe("webviews: kinds of trackers", () => {
  it("tells Jira Cloud from Data Center by account and address", () => {
    const jira = { provider: "jira", baseUrl: "https://jira.example.org", email: "" } as const;
    assert.equal(isCloud(jira), false);
    assert.equal(isCloud({ ...jira, email: "a@b.example" }), true);
    assert.equal(isCloud({ ...jira, baseUrl: "https://x.atlassian.net" }), true);
    assert.equal(isCloud({ ...jira, baseUrl: "https://atlassian.net.example.org" }), false);
    assert.equal(kindOf("jira", false).name, "Jira Data Center");
    assert.equal(kindOf("gitlab", false).name, "GitLab");
  });

  it("offers VS Code's GitHub sign-in for GitHub alone", () => {
    assert.equal(signInFits("github", "", null), true);
    assert.equal(signInFits("github", "https://ghe.example.org/api/v3", null), false);
    assert.equal(signInFits("gitlab", "", null), false);
  });

  it("makes links to token pages that are web addresses, whatever was typed", () => {
    for (const baseUrl of ["", "https://example.org/x/", "javascript:alert(1)//"]) {
      for (const kind of kinds) for (const { url } of tokenPagesOf(kind, baseUrl)) assert.match(url, /^https:\/\//);
    }
  });
});
