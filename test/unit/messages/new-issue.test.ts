import assert from "node:assert/strict";
import { savedNewIssue, toNewIssueHost } from "../../../shared/messages/new-issue.ts";

const draft = {
  projectId: "p1",
  linkId: "l1",
  title: "A title",
  body: "A text",
  labels: ["bug"],
  assignees: [{ id: "1", name: "ada" }],
};
const { assignees: _people, ...texts } = draft;
const wanted = { ...texts, assignees: ["1"] };

describe("messages: what the page of a new issue may ask", () => {
  it("makes an issue of what it says, and of nothing else", () => {
    assert.deepEqual(toNewIssueHost.create.input({ ...wanted, token: "canary", id: "x" }, "create"), wanted);
  });

  for (const wrong of [
    { projectId: "../p" },
    { linkId: "" },
    { title: "x".repeat(1001) },
    { body: 4 },
    { labels: "bug" },
    { assignees: [{ id: "1" }] },
  ]) {
    it(`makes none of ${JSON.stringify(wrong).slice(0, 40)}`, () => {
      assert.throws(() => toNewIssueHost.create.input({ ...wanted, ...wrong }, "create"), { code: "invalid_input" });
    });
  }

  it("reads back what it kept and nothing else", () => {
    const saved = { page: "new-issue", writeId: "", draft };
    assert.deepEqual(savedNewIssue({ ...saved, more: 1, draft: { ...draft, more: 1 } }, "saved"), saved);
    for (const wrong of [undefined, { issueId: "i1" }, { ...saved, page: "other" }, { ...saved, draft: null }]) {
      assert.throws(() => savedNewIssue(wrong, "saved"), { code: "invalid_input" });
    }
  });
});
