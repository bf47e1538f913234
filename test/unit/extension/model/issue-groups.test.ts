import assert from "node:assert/strict";
import {
  conditionsOf,
  filterOf,
  groupKey,
  isFiltered,
  levelsOf,
  noFilter,
  queryOf,
  readGrouping,
} from "../../../../extension/model/issue-groups.ts";

describe("how the issue tree is grouped and filtered", () => {
  it("reads none, one or two fields in their order, and older settings", () => {
    assert.deepEqual(readGrouping(["label", "project"]), ["label", "project"]);
    assert.deepEqual(readGrouping(["milestone"]), ["milestone"]);
    assert.deepEqual(readGrouping([]), []);
    assert.deepEqual(readGrouping("project-provider"), ["project", "provider"]);
    assert.deepEqual(readGrouping("none"), []);
    assert.deepEqual(readGrouping(["project", "status", "label"]), ["project", "status"]);
    assert.deepEqual(readGrouping(["nonsense", "status"]), ["status"]);
    assert.deepEqual(readGrouping(7), ["project", "status"]);
  });

  it("asks for what a group stands for, and for what lacks its field", () => {
    const path = [
      { by: "label", value: "bug" },
      { by: "assignee", value: "ada" },
    ] as const;
    assert.deepEqual(queryOf(path, { labels: ["mill"], text: "card" }), {
      label: ["mill", "bug"],
      q: "card",
      assignee: "ada",
    });
    const without = [
      { by: "label", value: "" },
      { by: "milestone", value: "" },
    ] as const;
    assert.deepEqual(queryOf(without, noFilter), { without: ["label", "milestone"] });
  });

  it("asks for nothing where filter and group exclude each other", () => {
    assert.equal(queryOf([{ by: "status", value: "closed" }], { labels: [], status: "open" }), undefined);
    assert.equal(queryOf([{ by: "project", value: "b" }], { labels: [], projectId: "a" }), undefined);
    assert.equal(queryOf([{ by: "provider", value: "jira" }], { labels: [], provider: "github" }), undefined);
  });

  it("has no level for what the filter fixes", () => {
    assert.deepEqual(levelsOf(["assignee", "label"], { labels: [], assignee: "me" }), ["label"]);
    assert.deepEqual(levelsOf(["milestone", "label"], { labels: [], without: ["label"] }), ["milestone"]);
    assert.deepEqual(levelsOf(["project", "status"], { labels: [], status: "open" }), ["project", "status"]);
  });

  it("saves a filter and reads it back", () => {
    const filter = { labels: ["bug"], status: "open", without: ["assignee"], text: "card" } as const;
    const saved = conditionsOf(filter);
    assert.deepEqual(saved, { label: ["bug"], status: "open", without: ["assignee"], q: "card" });
    assert.deepEqual(filterOf(saved), filter);
    assert.deepEqual(conditionsOf(noFilter), {});
    assert.equal(isFiltered(filterOf({})), false);
    assert.equal(isFiltered({ labels: [], milestone: "1.0" }), true);
  });

  it("tells groups apart whose values hold a separator", () => {
    const one = groupKey([{ by: "label", value: "a/label=b" }]);
    const two = groupKey([
      { by: "label", value: "a" },
      { by: "label", value: "b" },
    ]);
    assert.notEqual(one, two);
  });
});
