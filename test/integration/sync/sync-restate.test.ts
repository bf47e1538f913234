import assert from "node:assert/strict";
import { SyncStore, syncedProject } from "../../fixtures/sync-store.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

/** Long enough that indexing one takes some milliseconds. */
const longText = Array.from({ length: 4_000 }, (_, index) => `word${index}`).join(" ");

describe("changed overrides of many issues", function () {
  this.timeout(60_000);
  const directory = temporaryDirectory();
  const count = 600;

  it("are applied in small pieces, however long the issues are, and to all of them", async () => {
    using store = new SyncStore(directory(), "http://127.0.0.1:1");
    const { id: projectId, tenantId, links } = syncedProject;
    const [link] = links;
    assert.ok(link);
    const at = "2024-01-01T00:00:00.000Z";
    const place = { tenantId, projectId, linkId: link.id };
    const fetched = Array.from({ length: count }, (_, index) => ({
      key: `#${index}`,
      externalId: String(index),
      title: `Issue ${index}`,
      body: longText,
      rawStatus: "open",
      category: "open" as const,
      status: "open" as const,
      labels: [],
      assignees: [],
      author: { id: "1", name: "ann" },
      milestone: null,
      url: "https://tracker.example/1",
      commentCount: 0,
      createdAt: at,
      updatedAt: at,
      closedAt: null,
      comments: [],
    }));
    store.repository.upsertBatch({ ...place, provider: "github", syncId: "first", startedAt: at }, fetched);
    const times = { position: null, fullAt: null, reconciledAt: null, syncedAt: at };
    store.states.save({ ...place, ...times, source: "", overrides: "other", error: null, listing: null });
    store.statusOverrides = { open: [], closed: ["open"] };

    // Counted, not timed: how long a piece takes is the machine's business, how many there are is ours.
    let turns = 0;
    let over = false;
    const turn = (): void => {
      turns += 1;
      if (!over) setImmediate(turn);
    };
    setImmediate(turn);
    const changed = await store.engine.restate(link);
    over = true;
    assert.equal(changed, count);
    assert.equal(store.issues({ status: "closed" }).length, count);
    assert.ok(turns >= 20, `others had ${turns} turns meanwhile`);
    assert.equal(await store.engine.restate(link), 0);
  });
});
