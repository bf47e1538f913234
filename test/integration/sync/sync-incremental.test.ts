import assert from "node:assert/strict";
import { issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { type GitHubServer, type GitHubServerOptions, startGitHubServer } from "../../fixtures/github/server.ts";
import { SyncStore, syncedProject } from "../../fixtures/sync-store.ts";
import { withCode } from "../../support/error-code.ts";
import { testClock } from "../../support/storage/clock.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { widgets } from "./widgets.ts";

const day = 24 * 3_600_000;

describe("the incremental sync", () => {
  const directory = temporaryDirectory();
  const clock = testClock(Date.now());
  let server: GitHubServer;
  let store: SyncStore;
  let held: Set<string>;

  async function start(options: Partial<GitHubServerOptions> = {}): Promise<void> {
    server = await startGitHubServer({ repositories: [widgets()], ...options });
    held = new Set();
    open();
  }
  function open(): void {
    const engine = { clock, isHeld: (id: string) => held.has(id) };
    store = new SyncStore(directory(), server.url, { retryStepMs: 1, concurrency: 4 }, engine);
  }
  function reopen(): void {
    store[Symbol.dispose]();
    open();
  }
  afterEach(async () => {
    store[Symbol.dispose]();
    await server.close();
  });

  const sync = (given: Partial<Parameters<SyncStore["engine"]["syncProject"]>[1]> = {}) =>
    store.engine.syncProject(syncedProject, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
      ...given,
    });
  const widgetStore = () => server.repository("acme/widgets");
  const remote = (number: number) => {
    const issue = widgetStore().issue(number);
    assert.ok(issue);
    return issue;
  };
  const error = () => store.states.get("link-1")?.error;
  async function requestsOf(work: () => Promise<unknown>): Promise<number> {
    const before = server.requests;
    await work();
    return server.requests - before;
  }
  const counts = async (work: Promise<{ created: number; changed: number; removed: number }>) => {
    const { created, changed, removed } = await work;
    return { created, changed, removed };
  };

  it("takes one request where nothing changed, also after a restart, and writes nothing", async () => {
    await start();
    await sync();
    assert.equal(await requestsOf(() => sync()), 1);
    reopen();
    let announced = false;
    assert.equal(await requestsOf(() => sync({ changing: () => Promise.resolve(void (announced = true)) })), 1);
    assert.equal(announced, false);
  });

  it("brings what was made, changed and commented since, and says before the first change that there is one", async () => {
    await start();
    await sync();
    widgetStore().create("octo-ann", { title: "Brand new" });
    widgetStore().edit(remote(5), { title: "Renamed", state: "closed" });
    widgetStore().addComment(remote(6), "octo-eve", "a newer remark");
    const titles: (string | undefined)[] = [];
    const changing = () => Promise.resolve(void titles.push(store.issue("#5")?.title));
    assert.deepEqual(await counts(sync({ changing })), { created: 1, changed: 2, removed: 0 });
    assert.deepEqual(titles, ["Issue 5"], "announced once, before anything is stored");
    assert.deepEqual([store.issue("#5")?.title, store.issue("#5")?.status], ["Renamed", "closed"]);
    assert.equal(store.issue("#6")?.comments.at(-1)?.body, "a newer remark");
    assert.equal(store.issue("#251")?.title, "Brand new");
    assert.equal(await requestsOf(() => sync()), 1);
  });

  it("says of every issue of the link that it is as old as the last sync, not as its last change", async () => {
    await start();
    await sync();
    clock.advance(60_000);
    await sync();
    const age = new Date(clock.now()).toISOString();
    assert.ok(store.issues().every(({ syncedAt }) => syncedAt === age));
  });

  it("goes by the tracker's clock: an hour of difference loses nothing", async () => {
    for (const skew of [-3_600_000, 3_600_000]) {
      clock.advance(skew);
      await start();
      await sync();
      widgetStore().edit(remote(8), { title: "Changed at once" });
      assert.equal((await sync()).changed, 1);
      clock.advance(-skew);
      store[Symbol.dispose]();
      await server.close();
    }
    await start();
  });

  it("reads everything where the position is none, or belongs to another place", async () => {
    await start();
    await sync();
    const state = store.states.get("link-1");
    assert.ok(state);
    widgetStore().edit(remote(5), { title: "Renamed" });
    store.states.save({ ...state, position: "rubbish" });
    assert.equal((await sync()).changed, 1);

    store.states.save({ ...state, source: "elsewhere" });
    widgetStore().remove(7);
    assert.deepEqual(await counts(sync()), { created: 0, changed: 0, removed: 1 });
  });

  it("notices deleted and transferred issues once a day, and those it missed", async () => {
    await start({ repositories: [widgets(), repositoryData([], { name: "gadgets" })] });
    await sync();
    widgetStore().remove(7);
    widgetStore().transfer(9, server.repository("acme/gadgets"));
    assert.equal((await sync()).removed, 0, "a change listing does not show it");
    clock.advance(day * 1.3);
    assert.equal((await sync()).removed, 2);
    assert.deepEqual([store.issue("#7"), store.issue("#9")], [undefined, undefined]);
    assert.equal(await requestsOf(() => sync()), 1, "compared, it goes on as before");

    store.repository.removeIssues("link-1", [store.issue("#30")?.externalId ?? ""]);
    clock.advance(day * 1.3);
    assert.equal((await sync()).created, 1, "what is missing here is read again");
    assert.ok(store.issue("#30"));
  });

  it("compares anew where this server's clock was set back", async () => {
    await start();
    await sync();
    widgetStore().remove(7);
    clock.advance(-day);
    assert.equal((await sync()).removed, 1);
    clock.advance(day);
  });

  it("keeps an issue that is gone while something refers to it, and removes it afterwards", async () => {
    await start();
    await sync();
    const { id = "" } = store.issue("#7") ?? {};
    held.add(id);
    widgetStore().remove(7);
    assert.equal((await sync({ full: true })).removed, 1);
    assert.equal(store.repository.get(id)?.gone, true);
    assert.equal((await sync({ full: true })).removed, 0);
    held.clear();
    assert.equal((await sync({ full: true })).removed, 1);
    assert.equal(store.repository.get(id), undefined);
  });

  it("doubts that a tracker lost all of its many issues, and keeps them", async () => {
    await start();
    await sync();
    for (let number = 1; number <= 250; number += 1) if (widgetStore().issue(number)) widgetStore().remove(number);
    await assert.rejects(sync({ full: true }), withCode("provider_forbidden", "none of its 249 issues"));
    clock.advance(day * 1.3);
    await assert.rejects(sync(), withCode("provider_forbidden", "They are kept"));
    assert.equal(store.issues().length, 249);
    assert.equal(error()?.code, "provider_forbidden");
  });

  it("follows a renamed repository, whose link then has its new name", async () => {
    await start();
    await sync();
    server.rename("acme/widgets", "acme/gizmos");
    server.repository("acme/gizmos").edit(server.repository("acme/gizmos").issue(5) ?? issueData({ number: 5 }), {
      title: "After the move",
    });
    const names: string[] = [];
    const onRenamed = (_link: unknown, name: string) => Promise.resolve(names.push(name) > 0);
    assert.equal((await sync({ onRenamed })).created, 0);
    assert.deepEqual(names, ["acme/gizmos"]);
    assert.equal(store.issue("#5")?.title, "After the move");
    const links = syncedProject.links.map((link) => ({ ...link, externalProject: "acme/gizmos" }));
    const options = { signal: new AbortController().signal, onProgress: () => undefined };
    const again = () => store.engine.syncProject({ ...syncedProject, links }, options);
    await again();
    assert.equal(await requestsOf(again), 1);
    assert.equal(store.issues().length, 249);
  });

  for (const [what, fault, code, sentence] of [
    ["a token revoked in the middle", { kind: "status", status: 401 }, "provider_unauthorized", "token"],
    [
      "scopes that shrank",
      { kind: "status", status: 403, message: "Resource not accessible" },
      "provider_forbidden",
      "",
    ],
    ["half of the pages, then 500", { kind: "status", status: 500 }, "provider_failed", "problem of its own"],
    ["a secondary limit", { kind: "secondary", retryAfterSeconds: 3600 }, "provider_rate_limited", "enough requests"],
    ["a project that is gone", { kind: "status", status: 404 }, "provider_not_found", "acme/widgets"],
  ] as const) {
    it(`keeps what it has and says what is wrong after ${what}; the next sync goes on from where it was`, async () => {
      await start();
      await sync();
      const position = store.position;
      for (let number = 1; number <= 250; number += 1) {
        if (number !== 200) widgetStore().edit(remote(number), { title: `Again ${number}` });
      }
      server.faults.add({ path: /\/issues\?/, after: 2, fault });
      await assert.rejects(sync(), withCode(code, sentence));
      assert.equal(store.issues().length, 249);
      assert.equal(store.position, position, "the position stands where all was stored");
      assert.equal(error()?.code, code);
      assert.ok(error()?.message.includes(sentence));
      server.faults.clear();
      await sync();
      assert.equal(error(), null);
      assert.ok(store.issues().every(({ title, key }) => title === `Again ${key.slice(1)}`));
    });
  }

  it("gives stored issues another status when the overrides change, and asks nobody", async () => {
    await start();
    await sync();
    const [link] = syncedProject.links;
    assert.ok(link);
    store.statusOverrides = { open: ["closed"], closed: ["open"] };
    assert.equal(await requestsOf(async () => assert.equal(await store.engine.restate(link), 249)), 0);
    assert.equal(store.issues({ status: "closed" }).length, 166);
    assert.equal(store.issue("#3")?.rawStatus, "closed");
    assert.equal((await sync({ full: true })).changed, 0, "and the next sync agrees");
    assert.equal(await store.engine.restate(link), 0);

    store.statusOverrides = { open: [], closed: [] };
    server.faults.add({ fault: { kind: "cut" } });
    await assert.rejects(sync());
    assert.equal(
      store.issues({ status: "closed" }).length,
      83,
      "a change that a crash kept from the store comes later",
    );
  });

  it("fetches single issues, takes away what is gone, and leaves the rest alone", async () => {
    await start();
    await sync();
    const [link] = syncedProject.links;
    assert.ok(link);
    widgetStore().edit(remote(5), { title: "Renamed" });
    widgetStore().edit(remote(6), { title: "Not asked for" });
    widgetStore().remove(7);
    const refs = ["#5", "#7"].map((key) => ({ key, externalId: store.issue(key)?.externalId ?? "" }));
    const options = { signal: new AbortController().signal, onProgress: () => undefined };
    const totals = await store.engine.syncIssues(syncedProject, link, refs, options);
    assert.deepEqual(totals, { created: 0, changed: 1, unchanged: 0, removed: 1 });
    assert.deepEqual(
      ["#5", "#6", "#7"].map((key) => store.issue(key)?.title),
      ["Renamed", "Issue 6", undefined],
    );
    assert.equal((await sync()).changed, 1, "the next sync brings what nobody asked for");
  });
});
