import assert from "node:assert/strict";
import { join } from "node:path";
import type { IssueQuery } from "../../../server/issues/listing.ts";
import type { FetchedIssue } from "../../../server/issues/records.ts";
import { IssueRepository } from "../../../server/issues/repository.ts";
import type { Database } from "../../../server/storage/database.ts";
import { openDatabase } from "../../../server/storage/migrations.ts";
import { migrations } from "../../../server/storage/schema.ts";
import type { IssueGrouping } from "../../../shared/entities/filter.ts";
import { testClock } from "../../support/storage/clock.ts";
import { comment, fetchedIssue, origin } from "../../support/storage/issues.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

describe("issues by what they have and lack", () => {
  const directory = temporaryDirectory();
  const clock = testClock();
  let database: Database;
  let repository: IssueRepository;

  beforeEach(() => {
    database = openDatabase(join(directory(), "aiops.sqlite"), { migrations, clock, backupDirectory: directory() });
    repository = new IssueRepository(database, clock);
  });
  afterEach(() => database.close());

  const ann = { id: "1", name: "ann" };
  const bob = { id: "2", name: "bob" };
  const store = (...issues: FetchedIssue[]) => repository.upsertBatch(origin, issues);
  const groups = (by: IssueGrouping, query: Partial<IssueQuery> = {}) =>
    Object.fromEntries(
      repository.groups({ tenantIds: ["t1"], ...query }, by).map(({ value, count }) => [value.toLowerCase(), count]),
    );
  const keys = (query: Partial<IssueQuery>) =>
    repository
      .page({ tenantIds: ["t1"], sort: "title", order: "asc", limit: 50, ...query })
      .items.map((issue) => issue.key);

  beforeEach(() => {
    store(
      fetchedIssue(1, { labels: ["bug", "ui"], assignees: [ann], milestone: "v1", body: "storage" }),
      fetchedIssue(2, { labels: ["Bug"], assignees: [ann, bob], milestone: "v2" }),
      fetchedIssue(3, { status: "closed", milestone: "V1", body: "storage" }),
      fetchedIssue(4, { labels: ["bug"] }),
    );
  });

  it("counts each value, and those without any", () => {
    assert.deepEqual(groups("label"), { bug: 3, ui: 1, "": 1 });
    assert.deepEqual(groups("assignee"), { ann: 2, bob: 1, "": 2 });
    assert.deepEqual(groups("milestone"), { v1: 2, v2: 1, "": 1 });
  });

  for (const [name, query, expected] of [
    ["a status", { status: "open" }, { bug: 3, ui: 1 }],
    ["words", { q: "storage" }, { bug: 1, ui: 1, "": 1 }],
    ["an assignee", { assignees: ["ann"] }, { bug: 2, ui: 1 }],
    ["a milestone", { milestone: "V1" }, { bug: 1, ui: 1, "": 1 }],
    ["another tenant", { tenantIds: ["t2"] }, {}],
    ["nobody", { without: ["assignee"] }, { bug: 1, "": 1 }],
  ] satisfies [string, Partial<IssueQuery>, Record<string, number>][]) {
    it(`counts labels within ${name}`, () => assert.deepEqual(groups("label", query), expected));
  }

  it("counts assignees and milestones within a search", () => {
    assert.deepEqual(groups("assignee", { labels: ["bug"] }), { ann: 2, bob: 1, "": 1 });
    assert.deepEqual(groups("milestone", { labels: ["bug"] }), { v1: 1, v2: 1, "": 1 });
  });

  it("filters by milestone and by what is missing", () => {
    assert.deepEqual(keys({ milestone: "v1" }), ["#1", "#3"]);
    assert.deepEqual(keys({ without: ["assignee"] }), ["#3", "#4"]);
    assert.deepEqual(keys({ without: ["assignee", "label"] }), ["#3"]);
    assert.deepEqual(keys({ without: ["milestone"], labels: ["bug"] }), ["#4"]);
  });

  it("keeps counting when issues change, are restated and go", () => {
    store(fetchedIssue(1, { labels: ["ui"], assignees: [], milestone: null, updatedAt: "2026-06-01T00:00:00Z" }));
    assert.deepEqual(groups("label"), { bug: 2, ui: 1, "": 1 });
    assert.deepEqual(groups("assignee"), { ann: 1, bob: 1, "": 3 });
    repository.restate("l1", "", () => "closed");
    assert.deepEqual(groups("label", { status: "open" }), {});
    assert.deepEqual(groups("label", { status: "closed" }), { bug: 2, ui: 1, "": 1 });
    repository.removeIssues("l1", ["2", "3"]);
    assert.deepEqual(groups("label"), { bug: 1, ui: 1 });
    assert.deepEqual(groups("milestone"), { "": 2 });
    repository.removeLink("l1");
    assert.deepEqual(groups("assignee"), {});
  });

  it("offers what the store knows as choices", () => {
    assert.deepEqual(repository.choices("p1", "l1"), {
      labels: ["Bug", "bug", "ui"],
      assignees: [ann, bob],
      statuses: [
        { name: "open", status: "closed" },
        { name: "open", status: "open" },
      ],
    });
    assert.deepEqual(repository.choices("p1", "l2").labels, []);
  });

  it("adds a comment once, and finds it", () => {
    const id = repository.findByExternalId("l1", "4")?.id ?? "";
    repository.addComment(id, comment("c1", "freshly written"));
    repository.addComment(id, comment("c1", "freshly written"));
    repository.addComment("gone", comment("c1", "freshly written"));
    const issue = repository.get(id);
    assert.equal(issue?.commentCount, 1);
    assert.equal(issue?.comments.length, 1);
    assert.equal(issue?.version, 2);
    assert.deepEqual(keys({ q: "freshly" }), ["#4"]);
    // A sync that brings the same comment does not double it.
    store(fetchedIssue(4, { labels: ["bug"], comments: [comment("c1", "freshly written")], commentCount: 1 }));
    assert.equal(repository.get(id)?.comments.length, 1);
  });

  it("knows what was made since", () => {
    const since = fetchedIssue(3).createdAt;
    const made = repository.madeSince({ linkId: "l1", projectId: "p1", since });
    assert.deepEqual(made.map(({ key }) => key).sort(), ["#3", "#4"]);
    assert.deepEqual(repository.madeSince({ linkId: "l2", projectId: "p1", since }), []);
  });

  it("counts and finds what an earlier version stored", () => {
    const path = join(directory(), "earlier.sqlite");
    const earlier = migrations.slice(0, 9);
    const options = { clock, backupDirectory: directory() };
    const before = openDatabase(path, { ...options, migrations: earlier });
    new IssueRepository(before, clock).upsertBatch(origin, [
      fetchedIssue(1, { labels: ["bug", "ui"], assignees: [ann], milestone: "v1", body: "kept words" }),
      fetchedIssue(2, { comments: [comment("c", "said words")] }),
    ]);
    before.close();
    const after = openDatabase(path, { ...options, migrations });
    repository = new IssueRepository(after, clock);
    assert.deepEqual(groups("label"), { bug: 1, ui: 1, "": 1 });
    assert.deepEqual(groups("assignee"), { ann: 1, "": 1 });
    assert.deepEqual(groups("milestone"), { v1: 1, "": 1 });
    assert.equal(repository.fillSearchIndex(), 2);
    assert.equal(repository.fillSearchIndex(), 0);
    assert.deepEqual(keys({ q: "words" }), ["#1", "#2"]);
    assert.deepEqual(keys({ milestone: "v1" }), ["#1"]);
    assert.deepEqual(keys({ without: ["label"] }), ["#2"]);
    after.close();
  });
});
