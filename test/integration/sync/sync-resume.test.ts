import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, systemClock } from "../../../shared/clock.ts";
import { type GitHubServer, startGitHubServer } from "../../fixtures/github/server.ts";
import { SyncStore, syncedProject } from "../../fixtures/sync-store.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { gadgets } from "./widgets.ts";

const never = new AbortController().signal;
const hour = 3_600_000;

describe("a first sync that was broken off", () => {
  const directory = temporaryDirectory();
  let server: GitHubServer;
  let hoursLater = 0;
  const clock: Clock = { now: () => systemClock.now() + hoursLater * hour };

  beforeEach(async () => {
    hoursLater = 0;
    server = await startGitHubServer({ repositories: [gadgets()] });
  });
  afterEach(() => server.close());

  async function open(name: string): Promise<SyncStore> {
    await mkdir(join(directory(), name), { recursive: true });
    return new SyncStore(join(directory(), name), server.url, { concurrency: 1 }, { clock, checkpointMs: 0 });
  }

  /** Cancels a sync when so many issues are stored; answers how many pages of issues it asked for. */
  async function breakOff(name: string, issues: number): Promise<void> {
    using store = await open(name);
    const cancel = new AbortController();
    const onStored = (): void => {
      if (store.issues().length >= issues) cancel.abort();
    };
    const sync = store.engine.syncProject(syncedProject, {
      signal: cancel.signal,
      onProgress: () => undefined,
      onStored,
    });
    await assert.rejects(sync, { code: "cancelled" });
    assert.notEqual(store.states.get("link-1")?.listing, null);
  }

  /** Syncs to the end. Answers how many requests it took and what it leads to. */
  async function finish(name: string, full = false): Promise<{ requests: number; content: unknown }> {
    using store = await open(name);
    const before = server.requests;
    await store.engine.syncProject(syncedProject, { signal: never, onProgress: () => undefined, full });
    assert.equal(store.states.get("link-1")?.listing, null, "there is nothing to go on with afterwards");
    return { requests: server.requests - before, content: store.content() };
  }

  it("goes on, more than once, and leads to the same store", async () => {
    const whole = await finish("whole");
    await breakOff("broken", 400);
    await breakOff("broken", 900);
    const { requests, content } = await finish("broken");
    assert.ok(requests <= 7, `${requests} requests instead of ${whole.requests}`);
    assert.deepEqual(content, whole.content);
  });

  const anew: [why: string, meanwhile: () => void, full?: boolean][] = [
    [
      "where an issue was deleted meanwhile, so that its pages have moved",
      () => server.repository("acme/widgets").remove(5),
    ],
    ["a day later", () => (hoursLater = 25)],
    ["where the clock was set back", () => (hoursLater = -1)],
    ["where everything is asked for", () => undefined, true],
  ];
  for (const [why, meanwhile, full = false] of anew) {
    it(`begins anew ${why}`, async () => {
      await breakOff("broken", 900);
      meanwhile();
      const whole = await finish("whole");
      const { requests, content } = await finish("broken", full);
      assert.ok(requests >= whole.requests, `${requests} requests, ${whole.requests} of a whole sync`);
      assert.deepEqual(content, whole.content);
    });
  }
});
