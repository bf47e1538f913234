import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type GitHubServer, startGitHubServer } from "../../fixtures/github/server.ts";
import { SyncStore, syncedProject } from "../../fixtures/sync-store.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { waitFor } from "../../support/wait.ts";
import { gadgets, widgets } from "./widgets.ts";

const program = fileURLToPath(new URL("../../fixtures/sync-process.ts", import.meta.url));
const kills = 10;

/** `kill -9` at random points of a sync, also of the same one several times, and of the process's start and end. */
describe("a sync that is killed", function () {
  this.timeout(180_000);
  const directory = temporaryDirectory();
  let server: GitHubServer;

  beforeEach(async () => {
    server = await startGitHubServer({ repositories: [widgets()], latencyMs: 4 });
  });
  afterEach(() => server.close());

  const path = (name: string) => join(directory(), name);

  async function sync(name: string, full = false): Promise<unknown> {
    using store = new SyncStore(path(name), server.url);
    const signal = new AbortController().signal;
    await store.engine.syncProject(syncedProject, { signal, onProgress: () => undefined, full });
    assert.notEqual(store.position, null);
    const requests = server.requests;
    await store.engine.syncProject(syncedProject, { signal, onProgress: () => undefined });
    assert.equal(server.requests - requests, 1, "what follows takes one request");
    return store.content();
  }

  /** Kills a sync in its own process when it has made so many requests, and a moment later. Answers whether it was in time. */
  async function killAfter(name: string, requests: number, momentMs: number, full: boolean): Promise<boolean> {
    const goal = server.requests + requests;
    const args = [program, path(name), server.url, ...(full ? ["full"] : [])];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
    const ended = once(child, "exit") as Promise<[number | null, string | null]>;
    let over = false;
    void ended.then(() => (over = true));
    await waitFor(() => over || server.requests >= goal, { what: "the requests", timeoutMs: 60_000 });
    await delay(momentMs);
    child.kill("SIGKILL");
    const [code] = await ended;
    assert.ok(code === null || code === 0, `the sync ended with ${code}`);
    return code === null;
  }

  /** How many requests a sync takes that nothing disturbs. */
  async function measured(name: string, full = false): Promise<{ wanted: unknown; requests: number }> {
    const before = server.requests;
    const wanted = await sync(name, full);
    return { wanted, requests: server.requests - before - 1 };
  }

  /** Each kill in another store, and every second store killed once more. @param requests of a whole sync */
  async function killAll(
    prepare: (name: string) => Promise<void>,
    requests: number,
    full: boolean,
  ): Promise<{ stores: string[]; inTime: number }> {
    const stores: string[] = [];
    let inTime = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const again = kill % 2 === 1;
      const name = again ? `store-${kill - 1}` : `store-${kill}`;
      if (!again) {
        await prepare(name);
        stores.push(name);
      }
      if (await killAfter(name, Math.floor(Math.random() * requests), Math.random() * 10, full)) inTime += 1;
    }
    return { stores, inTime };
  }

  it("leads to the same store as an undisturbed one when it is repeated", async () => {
    await mkdir(path("undisturbed"));
    const { wanted, requests } = await measured("undisturbed");
    const { stores, inTime } = await killAll((name) => mkdir(path(name)), requests, false);
    assert.ok(inTime >= kills / 2, `${inTime} of ${kills} kills were in time`);
    for (const name of stores) assert.deepEqual(await sync(name), wanted, name);
  });

  it("goes on from where it was killed, not from the beginning", async () => {
    await server.close();
    server = await startGitHubServer({ repositories: [gadgets()], latencyMs: 4 });
    await mkdir(path("undisturbed"));
    const { wanted, requests } = await measured("undisturbed");
    await mkdir(path("killed"));
    assert.ok(await killAfter("killed", requests - 3, 0, false), "killed in time");
    using store = new SyncStore(path("killed"), server.url);
    const stored = store.issues().length;
    const broken = store.states.get("link-1")?.listing;
    assert.ok(stored >= 500 && broken, `${stored} issues were stored`);

    const before = server.requests;
    const signal = new AbortController().signal;
    const { created } = await store.engine.syncProject(syncedProject, { signal, onProgress: () => undefined });
    assert.equal(created, 1_200 - stored);
    const taken = server.requests - before;
    assert.ok(taken <= requests / 2, `${taken} requests instead of ${requests}`);
    assert.deepEqual(store.content(), wanted);
    const state = store.states.get("link-1");
    assert.deepEqual([state?.listing, state?.fullAt, state?.reconciledAt], [null, broken.startedAt, broken.startedAt]);
  });

  it("keeps the earlier store, and ends like an undisturbed one, where everything is read again", async () => {
    await mkdir(path("before"));
    await sync("before");
    const repository = server.repository("acme/widgets");
    for (const number of [3, 50, 51, 120, 249]) {
      const issue = repository.issue(number);
      assert.ok(issue);
      repository.edit(issue, { title: `Renamed ${number}`, state: "closed" });
      repository.addComment(issue, "octo-eve", "another kind");
    }
    for (const number of [9, 10, 199]) repository.remove(number);
    repository.create("octo-ann", { title: "A new issue" });
    await cp(path("before"), path("undisturbed"), { recursive: true });
    const { wanted, requests } = await measured("undisturbed", true);

    const { stores, inTime } = await killAll(
      (name) => cp(path("before"), path(name), { recursive: true }),
      requests,
      true,
    );
    assert.ok(inTime >= kills / 2, `${inTime} of ${kills} kills were in time`);
    for (const name of stores) {
      {
        using store = new SyncStore(path(name), server.url);
        assert.ok(store.issues().length >= 246, "the tree is never thinner than the tracker");
      }
      assert.deepEqual(await sync(name, true), wanted, name);
    }
  });
});
