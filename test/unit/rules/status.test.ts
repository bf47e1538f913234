import assert from "node:assert/strict";
import type { ProviderName } from "../../../shared/entities/connection.ts";
import type { IssueStatus } from "../../../shared/entities/issue.ts";
import { normaliseStatus, providerCategory } from "../../../shared/rules/status.ts";

describe("normaliseStatus", () => {
  const byWords: Array<[raw: string, expected: IssueStatus]> = [
    // Every word of the specification, alone.
    ...["open", "opened", "todo", "to do", "doing", "backlog", "triage", "progress", "in progress"].map(open),
    ...["review", "in review", "active", "blocked", "pending"].map(open),
    ...["closed", "done", "resolved", "fixed", "complete", "merged", "shipped", "deployed", "cancelled"].map(closed),
    // Any case, within a phrase, between other signs.
    ["DONE", "closed"],
    ["  Closed  ", "closed"],
    ["In-Progress", "open"],
    ["IN_PROGRESS", "open"],
    ["Ready / To do", "open"],
    ["Fixed (v1.2)", "closed"],
    ["ｄｏｎｅ", "closed"],
    // Both kinds of word: closed wins.
    ["Review done", "closed"],
    ["Resolved, pending release", "closed"],
    ["Done - in review", "closed"],
    ["Blocked/cancelled", "closed"],
    // Near misses match nothing, and unknown is open.
    ["Inactive", "open"],
    ["Preview", "open"],
    ["Unresolved", "open"],
    ["Undone", "open"],
    ["Incomplete", "open"],
    ["Completed", "open"],
    ["Enclosed", "open"],
    ["Prefixed", "open"],
    ["Undeployed", "open"],
    ["Done2", "open"],
    ["donée", "open"],
    ["Donе", "open"],
    ["Won't do", "open"],
    // Other languages and nothing at all.
    ["Erledigt", "open"],
    ["Terminé", "open"],
    ["完了", "open"],
    ["مغلق", "open"],
    ["", "open"],
    ["   ", "open"],
    ["---", "open"],
    ["constructor", "open"],
  ];
  for (const [raw, expected] of byWords) {
    it(`takes ${JSON.stringify(raw)} for ${expected}`, () => assert.equal(normaliseStatus({ raw }), expected));
  }

  it("believes the provider's category before the words", () => {
    assert.equal(normaliseStatus({ raw: "Done", category: "open" }), "open");
    assert.equal(normaliseStatus({ raw: "In Review", category: "closed" }), "closed");
    assert.equal(normaliseStatus({ raw: "Done", category: null }), "closed");
  });

  it("believes the connection's override before everything else", () => {
    const overrides = { open: ["done"], closed: [" ready for Release"] };
    assert.equal(normaliseStatus({ raw: "Ready for release", category: "open", overrides }), "closed");
    assert.equal(normaliseStatus({ raw: "Done", category: "closed", overrides }), "open");
    assert.equal(normaliseStatus({ raw: "Done now", overrides }), "closed");
  });
});

describe("providerCategory", () => {
  const table: Array<[ProviderName, string, IssueStatus | null]> = [
    ["github", "open", "open"],
    ["github", "CLOSED", "closed"],
    ["github", "merged", null],
    ["gitlab", "opened", "open"],
    ["gitlab", "closed", "closed"],
    ["gitlab", "locked", null],
    ["jira", "new", "open"],
    ["jira", "indeterminate", "open"],
    ["jira", "done", "closed"],
    ["jira", "undefined", null],
    ["jira", "", null],
  ];
  for (const [provider, value, expected] of table) {
    it(`reads ${provider} ${JSON.stringify(value)} as ${expected ?? "unknown"}`, () =>
      assert.equal(providerCategory(provider, value), expected));
  }
});

function open(raw: string): [string, IssueStatus] {
  return [raw, "open"];
}

function closed(raw: string): [string, IssueStatus] {
  return [raw, "closed"];
}
