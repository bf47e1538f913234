import assert from "node:assert/strict";
import { join } from "node:path";
import type { IssuePageQuery } from "../../../server/issues/listing.ts";
import type { FetchedIssue } from "../../../server/issues/records.ts";
import { IssueRepository } from "../../../server/issues/repository.ts";
import type { Database } from "../../../server/storage/database.ts";
import { openDatabase } from "../../../server/storage/migrations.ts";
import { migrations } from "../../../server/storage/schema.ts";
import { issueWithComments } from "../../../shared/entities/issue.ts";
import { withCode } from "../../support/error-code.ts";
import { testClock } from "../../support/storage/clock.ts";
import { comment, fetchedIssue, origin } from "../../support/storage/issues.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

describe("issue repository", () => {
  const directory = temporaryDirectory();
  const clock = testClock();
  let database: Database;
  let repository: IssueRepository;

  beforeEach(() => {
    database = openDatabase(join(directory(), "aiops.sqlite"), { migrations, clock, backupDirectory: directory() });
    repository = new IssueRepository(database, clock);
  });
  afterEach(() => database.close());

  const everything: IssuePageQuery = { tenantIds: ["t1"], sort: "updated", order: "desc", limit: 50 };
  const keys = (query: Partial<IssuePageQuery> = {}) =>
    repository.page({ ...everything, ...query }).items.map((issue) => issue.key);
  const store = (...issues: FetchedIssue[]) => repository.upsertBatch(origin, issues);

  /** Every page of a list, and its total. */
  function walk(query: Partial<IssuePageQuery>): { keys: string[]; total: number } {
    const found: string[] = [];
    let cursor: string | undefined;
    for (;;) {
      const page = repository.page({ ...everything, ...query, cursor });
      found.push(...page.items.map((issue) => issue.key));
      if (page.nextCursor === null) return { keys: found, total: page.total };
      cursor = page.nextCursor;
    }
  }

  it("gives back everything it was given", () => {
    const given = fetchedIssue(12, {
      title: "Größe ☃ \u0000 end",
      body: "line\nline \u{1F600}",
      labels: ["bug", "good first issue"],
      assignees: [{ id: "7", name: "octocat" }],
      milestone: "v1",
      status: "closed",
      rawStatus: "Done",
      closedAt: "2026-03-01T10:00:00Z",
      commentCount: 2,
      comments: [comment("c1", "first"), comment("c2", "second")],
    });
    const { created } = store(given);
    const issue = repository.get(created[0] ?? "");
    const { category: _category, ...fields } = given;
    assert.deepEqual(issue, {
      ...fields,
      id: created[0],
      version: 1,
      tenantId: "t1",
      projectId: "p1",
      linkId: "l1",
      provider: "github",
      closedAt: "2026-03-01T10:00:00.000Z",
      syncedAt: new Date(clock.now()).toISOString(),
    });
    assert.deepEqual(issueWithComments.parse(issue), issue);
    assert.equal(repository.get("nothing"), undefined);
    assert.equal(repository.find(created[0] ?? "")?.key, "#12");
  });

  it("does not store what was overtaken while it was fetched, and stores what an older run brings later", () => {
    const fresh = fetchedIssue(1, { title: "Closed here", updatedAt: "2026-02-02T00:00:00Z" });
    const stale = fetchedIssue(1, { title: "As it was fetched", updatedAt: "2026-02-01T00:00:00Z" });
    const startedAt = new Date(clock.now()).toISOString();
    store(fresh);
    assert.equal(repository.hasNews({ ...origin, startedAt }, [stale]), false);
    assert.equal(repository.upsertBatch({ ...origin, startedAt }, [stale]).unchanged, 1);
    assert.equal(repository.page(everything).items[0]?.title, "Closed here");
    const later = { ...origin, startedAt: new Date(clock.now() + 1).toISOString() };
    assert.equal(repository.hasNews(later, [stale]), true);
    assert.equal(
      repository.upsertBatch(later, [stale]).changed.length,
      1,
      "a tracker restored from a backup is believed",
    );
    assert.equal(repository.page(everything).items[0]?.title, "As it was fetched");
  });

  it("gives issues another status by another rule, in lists, counts and search, without a fetch", () => {
    const many = Array.from({ length: 450 }, (_, index) =>
      fetchedIssue(index, {
        rawStatus: index % 3 === 0 ? "Parked" : "open",
        comments: [comment(`c${index}`, "remark")],
      }),
    );
    store(...many);
    let changed = 0;
    let after: string | null = "";
    let calls = 0;
    while (after !== null) {
      const batch = repository.restate("l1", after, ({ rawStatus }) => (rawStatus === "Parked" ? "closed" : "open"));
      changed += batch.changed;
      after = batch.next;
      calls++;
    }
    assert.deepEqual([changed, calls], [150, 3]);
    assert.equal(repository.page({ ...everything, status: "closed" }).total, 150);
    assert.equal(repository.page({ ...everything, q: "remark", status: "closed" }).total, 150);
    assert.equal(repository.page({ ...everything, q: "remark" }).total, 450);
    const again = many.map(
      (issue) => ({ ...issue, status: issue.rawStatus === "Parked" ? "closed" : "open" }) as const,
    );
    assert.equal(store(...again).unchanged, 450, "what the tracker says is as it was");
  });

  it("marks what is gone and kept, and takes the mark away when it comes back", () => {
    const [id = ""] = store(fetchedIssue(1)).created;
    assert.deepEqual(repository.markGone("l1", ["1"]), [id]);
    assert.deepEqual(repository.markGone("l1", ["1"]), []);
    assert.equal(repository.find(id)?.gone, true);
    assert.deepEqual(store(fetchedIssue(1)).changed, [id]);
    assert.equal(repository.find(id)?.gone, undefined);
  });

  it("keeps the id of an issue it knows, counts versions, and leaves unchanged ones alone", () => {
    const [id] = store(fetchedIssue(1), fetchedIssue(2)).created;
    clock.advance(60_000);
    const changed = fetchedIssue(1, { title: "New title", updatedAt: "2026-05-01T00:00:00Z", status: "closed" });
    assert.deepEqual(repository.upsertBatch({ ...origin, syncId: "s2" }, [changed, fetchedIssue(2)]), {
      created: [],
      changed: [id],
      unchanged: 1,
    });
    assert.equal(repository.find(id ?? "")?.version, 2);
    assert.deepEqual(keys({ status: "closed" }), ["#1"]);
    assert.deepEqual(keys(), ["#1", "#2"]);
    assert.deepEqual(keys({ q: "title" }), ["#1"]);
    assert.equal(repository.page({ ...everything, status: "open" }).total, 1);
  });

  it("notices a changed comment, and finds by the new text and not by the old", () => {
    const withComment = (body: string) => fetchedIssue(1, { commentCount: 1, comments: [comment("c1", body)] });
    const [id] = store(withComment("alpha")).created;
    assert.deepEqual(store(withComment("beta")).changed, [id]);
    assert.deepEqual(keys({ q: "alpha" }), []);
    assert.deepEqual(keys({ q: "beta" }), ["#1"]);
    assert.equal(repository.get(id ?? "")?.comments.length, 1);
  });

  it("takes the later of two copies of one issue in a batch", () => {
    const result = store(fetchedIssue(1, { title: "old words" }), fetchedIssue(1, { title: "new words" }));
    assert.equal(result.created.length, 1);
    assert.deepEqual(keys({ q: "old" }), []);
    assert.deepEqual(keys({ q: "new" }), ["#1"]);
  });

  it("takes away what a sync did not see, of that link alone", () => {
    const [, second] = store(fetchedIssue(1), fetchedIssue(2, { comments: [comment("c", "x")] })).created;
    repository.upsertBatch({ ...origin, linkId: "l2" }, [fetchedIssue(3)]);
    repository.upsertBatch({ ...origin, syncId: "s2" }, [fetchedIssue(1)]);
    const unseen = repository.unseen("l1", "s2").map(({ externalId }) => externalId);
    assert.deepEqual(repository.removeIssues("l1", unseen), [second]);
    assert.deepEqual(keys(), ["#3", "#1"]);
    assert.deepEqual(keys({ q: "Issue" }), ["#3", "#1"]);
    assert.equal(database.prepare<{ n: number }>("SELECT count(*) AS n FROM issue_comments").get()?.n, 0);
    assert.equal(repository.page(everything).total, 2);
    assert.equal(repository.removeLink("l2").length, 1);
    assert.equal(repository.removeProject("p1").length, 1);
    assert.deepEqual(repository.page(everything), { items: [], nextCursor: null, total: 0 });
  });

  describe("lists", () => {
    beforeEach(() => {
      for (const [projectId, linkId, tenantId] of [
        ["p1", "l1", "t1"],
        ["p2", "l2", "t1"],
        ["p3", "l3", "t2"],
      ] as const) {
        const issues = Array.from({ length: 24 }, (_, index) =>
          fetchedIssue(index, {
            key: `${projectId}-${index}`,
            title: ["Zebra", "apple", "Éclair", "mango"][index % 4] ?? "",
            status: index % 3 === 0 ? "closed" : "open",
            labels: [...(index % 2 === 0 ? ["even"] : []), ...(index % 3 === 0 ? ["Third"] : [])],
            assignees: index % 4 === 0 ? [{ id: "77", name: "Mona" }] : [],
            body: index % 5 === 0 ? "needle in here" : "hay",
          }),
        );
        repository.upsertBatch(
          { ...origin, projectId, linkId, tenantId, provider: projectId === "p2" ? "jira" : "github" },
          issues,
        );
      }
    });

    const orders = (["updated", "created", "title"] as const).flatMap((sort) =>
      (["asc", "desc"] as const).map((order) => ({ sort, order })),
    );
    const filters: Record<string, Partial<IssuePageQuery> & { expected: number }> = {
      everything: { expected: 48 },
      "one project": { projectId: "p1", expected: 24 },
      "open ones of a provider": { status: "open", provider: "jira", expected: 16 },
      "a label": { labels: ["EVEN"], expected: 24 },
      "two labels, both required": { labels: ["even", "third"], expected: 8 },
      "an assignee by name": { assignees: ["mona"], expected: 12 },
      "an assignee by id, in a project": { assignees: ["77"], projectId: "p2", expected: 6 },
      "words and a label": { q: "needle", labels: ["even"], expected: 6 },
      "both tenants": { tenantIds: ["t1", "t2"], q: "needle", expected: 15 },
    };
    for (const [name, { expected, ...filter }] of Object.entries(filters)) {
      for (const { sort, order } of orders) {
        it(`walks ${name} by ${sort} ${order}: each once, in order, the total right`, () => {
          const whole = repository.page({ ...everything, ...filter, sort, order, limit: 500 });
          const walked = walk({ ...filter, sort, order, limit: 5 });
          assert.deepEqual(
            walked.keys,
            whole.items.map(({ key }) => key),
          );
          assert.equal(new Set(whole.items.map(({ id }) => id)).size, expected);
          assert.deepEqual([whole.total, walked.total], [expected, expected]);
          const values = whole.items.map((issue) =>
            sort === "title"
              ? issue.title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
              : issue[sort === "updated" ? "updatedAt" : "createdAt"],
          );
          const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
          assert.deepEqual(values, order === "asc" ? sorted : sorted.toReversed());
        });
      }
    }

    it("shows no other tenant's issue in any way", () => {
      for (const query of [
        {},
        { q: "needle" },
        { labels: ["even"] },
        { projectId: "p3" },
        { projectId: "p3", q: "hay" },
      ]) {
        const page = repository.page({ ...everything, ...query, limit: 500 });
        assert.ok(page.items.every(({ tenantId }) => tenantId === "t1"));
        const counted = repository
          .groups({ ...everything, ...query }, "project")
          .reduce((sum, { count }) => sum + count, 0);
        assert.equal(counted, page.total);
      }
      assert.equal(repository.page({ ...everything, projectId: "p3" }).total, 0);
      assert.equal(repository.page({ ...everything, tenantIds: [] }).total, 0);
      assert.equal(repository.page({ ...everything, tenantIds: [], q: "needle" }).total, 0);
    });

    it("counts by project, provider and status, under any filter", () => {
      const sorted = (...of: Parameters<IssueRepository["groups"]>) =>
        repository
          .groups(...of)
          .map(({ value, count }) => `${value} ${count}`)
          .sort();
      assert.deepEqual(sorted(everything, "status"), ["closed 16", "open 32"]);
      assert.deepEqual(sorted({ ...everything, status: "open" }, "project"), ["p1 16", "p2 16"]);
      assert.deepEqual(sorted({ ...everything, q: "needle", labels: ["even"] }, "provider"), ["github 3", "jira 3"]);
      assert.deepEqual(sorted({ ...everything, q: "nowhere" }, "provider"), []);
      assert.deepEqual(sorted({ ...everything, assignees: [] }, "status"), []);
    });

    it("refuses a cursor of another list and one that is none", () => {
      const cursor = repository.page({ ...everything, limit: 2 }).nextCursor ?? "";
      assert.throws(() => repository.page({ ...everything, order: "asc", cursor }), withCode("invalid_input"));
      assert.throws(() => repository.page({ ...everything, q: "needle", cursor }), withCode("invalid_input"));
      for (const bad of ["", "x", "bnVsbA", Buffer.from('["updated desc",{},"x"]').toString("base64url")]) {
        assert.throws(() => repository.page({ ...everything, cursor: bad }), withCode("invalid_input"), bad);
      }
    });

    it("goes on where the page ended when issues come and change meanwhile", () => {
      const first = repository.page({ ...everything, projectId: "p1", limit: 10 });
      repository.upsertBatch(origin, [fetchedIssue(900, { key: "p1-new" })]);
      const cursor = first.nextCursor ?? "";
      const rest = repository.page({ ...everything, projectId: "p1", limit: 50, cursor });
      assert.deepEqual(
        [...first.items, ...rest.items].map(({ key }) => key),
        Array.from({ length: 24 }, (_, i) => `p1-${23 - i}`),
      );
    });
  });

  it("keeps a bulk change of one moment apart and complete", () => {
    const at = "2026-03-03T03:03:03Z";
    repository.upsertBatch(
      origin,
      Array.from({ length: 2_500 }, (_, index) => fetchedIssue(index, { updatedAt: at, body: "bulk" })),
    );
    assert.equal(new Set(walk({ limit: 500 }).keys).size, 2_500);
    assert.equal(new Set(walk({ limit: 500, q: "bulk" }).keys).size, 2_500);
  });

  describe("full text", () => {
    beforeEach(() => {
      store(
        fetchedIssue(1, { title: "Durable writes", body: "The journal is synced before an answer." }),
        fetchedIssue(2, {
          title: "Café crashes",
          comments: [comment("c", "The durable journal of writes, PROJ-77 too")],
        }),
        fetchedIssue(3, { key: "PROJ-12", title: "AND OR NOT NEAR", body: 'x "quoted" y' }),
      );
    });

    const searches: Record<string, string[]> = {
      durable: ["#2", "#1"],
      "durable JOURNAL": ["#2", "#1"],
      '"durable writes"': ["#1"],
      '"durable journal"': ["#2"],
      "dur*": ["#2", "#1"],
      dur: [],
      '"durable jour"*': ["#2"],
      cafe: ["#2"],
      CAFÉ: ["#2"],
      "proj-12": ["PROJ-12"],
      "PROJ-77": ["#2"],
      "#1": ["#1"],
      "crashes journal": ["#2"],
      "durable nowhere": [],
      AND: ["PROJ-12"],
      "NOT near": ["PROJ-12"],
      "durable -writes": ["#2", "#1"],
      "title:durable": [],
      '"unclosed durable': [],
      '"durable': ["#2", "#1"],
      "synced.": ["#1"],
      "  ": ["PROJ-12", "#2", "#1"],
      "***": [],
      '""': [],
      "?!": [],
    };
    for (const [q, expected] of Object.entries(searches)) {
      it(`finds ${JSON.stringify(expected)} for ${q}`, () => assert.deepEqual(keys({ q }), expected));
    }

    it("never fails, whatever is typed", () => {
      const pathological = [
        '"',
        '"""',
        '" "" "',
        "' OR 1=1 --",
        "a:b:c",
        "{key}: x",
        "^x",
        "x^",
        "(x",
        "x)",
        "NEAR(a b, 5)",
        "a + b",
        "*a",
        "a**",
        "-",
        "a AND",
        "OR b",
        "\\",
        "\0",
        "a\0b",
        "\u{1F600}",
        "\uD800",
        "e\u0301",
        "\u202Eabc",
        "x".repeat(5_000),
        "a ".repeat(1_000),
        '"a" '.repeat(500),
        "facets:x",
        "rowid:1",
        ";",
        "--",
        "/*",
        "ﬁ",
        "中文 字",
        "٣",
      ];
      for (const q of pathological) {
        const page = repository.page({ ...everything, q });
        assert.ok(page.total >= page.items.length, q);
      }
    });

    it("does not let text reach the filters' words", () => {
      assert.deepEqual(keys({ q: "x" }), ["PROJ-12"]);
      assert.deepEqual(keys({ q: "x*" }), ["PROJ-12"]);
    });
  });
});
