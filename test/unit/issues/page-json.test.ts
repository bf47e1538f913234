import assert from "node:assert/strict";
import { join } from "node:path";
import * as z from "zod";
import type { IssuePageQuery } from "../../../server/issues/listing.ts";
import type { FetchedIssue } from "../../../server/issues/records.ts";
import { IssueRepository } from "../../../server/issues/repository.ts";
import { SyncStates } from "../../../server/issues/sync-state.ts";
import { Database } from "../../../server/storage/database.ts";
import { openDatabase } from "../../../server/storage/migrations.ts";
import { migrations } from "../../../server/storage/schema.ts";
import { pageOf } from "../../../shared/entities/common.ts";
import { listedIssue } from "../../../shared/entities/issue.ts";
import { withCode } from "../../support/error-code.ts";
import { testClock } from "../../support/storage/clock.ts";
import { comment, fetchedIssue, origin } from "../../support/storage/issues.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const outputSchema = z.strictObject(pageOf(listedIssue.strict()).shape);

/** Texts that JSON has its own ways with. */
const texts = [
  "",
  'a "quoted" \\ back\\\\slash / slash',
  "line\nline\r\n\ttab\b\f",
  Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)).join(""),
  "\u007F\u0080\u2028\u2029\uFEFF\uFFFD",
  "Größe ☃ \u{1F600}\u{1F468}‍\u{1F469}‍\u{1F467} שלום عربى",
  "'; DROP TABLE issues; -- %s ?1 :name $x {}[]",
  "</script><img src=x onerror=alert(1)>",
  "\uD800 half a character",
  "null",
  "x".repeat(200_000),
];

describe("a page of issues as JSON", () => {
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
  const json = (query: Partial<IssuePageQuery> = {}) =>
    Buffer.from(repository.pageJson({ ...everything, ...query })).toString("utf8");
  const store = (...issues: FetchedIssue[]) => repository.upsertBatch(origin, issues);

  /** Holds the JSON to the page made of objects: to the letter, and to the contract. */
  function same(query: Partial<IssuePageQuery> = {}): { keys: string[]; cursor: string | undefined } {
    const page = repository.page({ ...everything, ...query });
    const text = json(query);
    assert.equal(text, JSON.stringify(page));
    assert.deepEqual(outputSchema.parse(JSON.parse(text)), page);
    return { keys: page.items.map(({ key }) => key), cursor: page.nextCursor ?? undefined };
  }

  it("says to the letter what the page of objects says, whatever stands in an issue", () => {
    store(
      ...texts.map((text, index) =>
        fetchedIssue(index + 1, {
          title: text,
          body: `${text}${text}`,
          key: `#${text.slice(0, 100)}`,
          rawStatus: text,
          labels: [text, "bug"],
          assignees: [{ id: text.slice(0, 50), name: text }],
          author: { id: "1", name: text },
          milestone: text,
          url: `https://tracker.example/${text.slice(0, 100)}`,
          commentCount: index,
        }),
      ),
      fetchedIssue(50, {
        labels: [],
        assignees: [],
        milestone: null,
        status: "closed",
        closedAt: "2026-03-01T10:00:00Z",
      }),
    );
    assert.equal(same().keys.length, texts.length + 1);
  });

  it("has also what is sorted last of all", () => {
    const last = "\u{10FFFF}";
    store(...[last, `${last}z`, last.repeat(300), "z"].map((title, index) => fetchedIssue(index + 1, { title })));
    for (const order of ["asc", "desc"] as const) assert.equal(same({ sort: "title", order }).keys.length, 4, order);
  });

  it("is in order and whole in every list: merged of several, by text, by label, page by page, empty", () => {
    for (const [projectId, provider] of [
      ["p1", "github"],
      ["p1", "jira"],
      ["p2", "gitlab"],
    ] as const) {
      const numbers = Array.from({ length: 30 }, (_, index) => index * 7);
      const issues = numbers.map((number) =>
        fetchedIssue(number % 31, {
          title: `Word ${(number * 13) % 29}`,
          status: number % 2 === 0 ? "open" : "closed",
          labels: number % 3 === 0 ? ["bug"] : [],
          comments: [comment(`c${number}`, "remark")],
        }),
      );
      repository.upsertBatch({ ...origin, projectId, provider, linkId: `${projectId}-${provider}` }, issues);
    }
    for (const sort of ["updated", "created", "title"] as const) {
      for (const order of ["asc", "desc"] as const) {
        for (const filter of [{}, { q: "remark" }, { labels: ["bug"], status: "open" }, { projectId: "p1" }] as const) {
          let cursor: string | undefined;
          const seen: string[] = [];
          do {
            const page = same({ ...filter, sort, order, limit: 7, cursor });
            seen.push(...page.keys);
            cursor = page.cursor;
          } while (cursor !== undefined);
          assert.equal(seen.length, repository.page({ ...everything, ...filter }).total);
        }
      }
    }
    assert.deepEqual(same({ q: "nothing has this" }).keys, []);
    assert.deepEqual(same({ tenantIds: [] }).keys, []);
    assert.throws(() => json({ cursor: "another list's" }), withCode("invalid_input"));
  });

  it("is of this moment: nothing that changed meanwhile is said of an earlier one", () => {
    const [id = ""] = store(fetchedIssue(1), fetchedIssue(2)).created;
    const said = new Set([json()]);
    const changes: Record<string, () => unknown> = {
      "an issue that came": () => store(fetchedIssue(3)),
      "a changed issue": () => store(fetchedIssue(1, { title: "Another title" })),
      "a comment": () => repository.addComment(id, comment("c1", "said")),
      "a mark": () => repository.markGone("l1", ["2"]),
      "a status by another rule": () => repository.restate("l1", "", () => "closed"),
      "an issue that went": () => repository.removeIssues("l1", ["3"]),
      "a sync that found all as it was": () => {
        clock.advance(60_000);
        const syncedAt = new Date(clock.now()).toISOString();
        const place = { linkId: "l1", tenantId: "t1", projectId: "p1", source: "", position: null, overrides: "" };
        new SyncStates(database).save({
          ...place,
          fullAt: null,
          reconciledAt: null,
          syncedAt,
          error: null,
          listing: null,
        });
      },
      "another program's change": () => {
        const other = new Database(join(directory(), "aiops.sqlite"));
        other.exec("UPDATE issues SET title = 'Changed by another program'");
        other.close();
      },
    };
    for (const [what, change] of Object.entries(changes)) {
      change();
      same();
      assert.ok(!said.has(json()), what);
      said.add(json());
    }
  });

  it("is not kept of a change that is taken back", () => {
    store(fetchedIssue(1));
    const before = json();
    const undone = new Error("undone");
    assert.throws(
      () =>
        database.transaction(() => {
          store(fetchedIssue(2));
          assert.notEqual(json(), before);
          throw undone;
        }),
      undone,
    );
    assert.equal(json(), before);
    same();
  });

  it("shows each reader their own tenants, also of a page that was asked for before", () => {
    store(fetchedIssue(1));
    repository.upsertBatch({ ...origin, tenantId: "t2", projectId: "p2", linkId: "l2" }, [fetchedIssue(2)]);
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(same({ tenantIds: ["t1", "t2"] }).keys, ["#2", "#1"]);
      assert.deepEqual(same({ tenantIds: ["t1"] }).keys, ["#1"]);
      assert.deepEqual(same({ tenantIds: ["t2"] }).keys, ["#2"]);
    }
  });

  it("is the same when it is asked for again, however many other pages are asked for in between", () => {
    store(...Array.from({ length: 60 }, (_, index) => fetchedIssue(index, { body: "x".repeat(100_000) })));
    const first = json();
    for (let limit = 1; limit <= 60; limit++) same({ limit });
    assert.equal(json(), first);
    assert.equal(Buffer.byteLength(first) > 2 * 1024 * 1024, true, "larger than what is kept");
  });
});
