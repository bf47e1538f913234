import assert from "node:assert/strict";
import type { JobProgress } from "../../../shared/entities/job.ts";
import { commentData, issueData, minutesAfterStart, repositoryData } from "../../fixtures/github/samples.ts";
import { type GitHubServer, type GitHubServerOptions, startGitHubServer } from "../../fixtures/github/server.ts";
import { SyncStore, syncedProject } from "../../fixtures/sync-store.ts";
import { withCode } from "../../support/error-code.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { widgets } from "./widgets.ts";

describe("the sync engine", () => {
  const directory = temporaryDirectory();
  let server: GitHubServer;
  let store: SyncStore;

  async function start(options: Partial<GitHubServerOptions> = {}): Promise<void> {
    server = await startGitHubServer({ repositories: [widgets()], ...options });
    store = new SyncStore(directory(), server.url, { retryStepMs: 1 });
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

  it("stores every issue with its comments and normalised status, and no pull request", async () => {
    await start();
    const progress: JobProgress[] = [];
    const result = await sync({ onProgress: (step) => progress.push(step) });
    assert.deepEqual(
      { ...result, durationMs: 0 },
      { created: 249, changed: 0, unchanged: 0, removed: 0, durationMs: 0 },
    );
    assert.equal(store.issues().length, 249);
    assert.equal(store.issues({ status: "closed" }).length, 83);
    assert.ok(store.issues().every((issue) => issue.key !== "#200"));
    const third = store.issue("#3");
    assert.deepEqual(
      third?.comments.map((comment) => [comment.author.name, comment.body, comment.fromCollaborator]),
      [["octo-bob", "Comment 3 of a kind", true]],
    );
    assert.deepEqual(progress.at(-1), { done: 250, total: 250, step: "Fetching issues" });
  });

  it("finds words of titles, bodies and comments", async () => {
    await start();
    await sync();
    assert.deepEqual(
      store.issues({ q: '"Comment 6 of a"' }).map((issue) => issue.key),
      ["#6"],
    );
  });

  it("changes nothing when all is read again, and takes over what changed", async () => {
    await start();
    await sync();
    const before = store.issues();
    assert.deepEqual(
      { ...(await sync({ full: true })), durationMs: 0 },
      { created: 0, changed: 0, unchanged: 249, removed: 0, durationMs: 0 },
    );
    const widgetStore = server.repository("acme/widgets");
    const issue = widgetStore.issue(5);
    assert.ok(issue);
    widgetStore.edit(issue, { title: "Renamed", state: "closed" });
    widgetStore.addComment(issue, "octo-eve", "a newer remark");
    const result = await sync({ full: true });
    assert.deepEqual([result.changed, result.unchanged], [1, 248]);
    const after = store.issue("#5");
    assert.deepEqual([after?.id, after?.title, after?.status], [before[4]?.id, "Renamed", "closed"]);
    assert.deepEqual(
      store.issues({ q: "remark" }).map(({ key }) => key),
      ["#5"],
    );
  });

  it("removes what the tracker no longer has, after a complete run only", async () => {
    await start();
    await sync();
    server.repository("acme/widgets").remove(7);
    server.faults.add({ path: /\/issues\?.*page=3/, fault: { kind: "status", status: 404 } });
    await assert.rejects(sync({ full: true }), withCode("provider_not_found"));
    assert.ok(store.issue("#7"), "a run that fails takes nothing away");
    server.faults.clear();
    assert.equal((await sync({ full: true })).removed, 1);
    assert.equal(store.issue("#7"), undefined);
    assert.equal(store.issues().length, 248);
  });

  it("never shows an empty or thinner tree while it runs again", async () => {
    await start({ latencyMs: 5 });
    await sync();
    const seen = new Set<number>();
    await sync({ full: true, onProgress: () => seen.add(store.issues().length) });
    assert.deepEqual([...seen], [249]);
  });

  it("keeps what it has when the tracker breaks in the middle, and can simply be repeated", async () => {
    await start();
    server.faults.add({ path: /\/issues\?.*page=2/, fault: { kind: "body", text: "<html>" } });
    await assert.rejects(sync(), withCode("provider_failed", "not JSON"));
    assert.equal(store.issues().length, 100);
    server.faults.clear();
    const result = await sync();
    assert.deepEqual([result.created, result.unchanged], [149, 100]);
  });

  it("is cancelled between two batches, with an error that says so", async () => {
    await start({ latencyMs: 5 });
    const cancel = new AbortController();
    await assert.rejects(sync({ signal: cancel.signal, onStored: () => cancel.abort() }), withCode("cancelled"));
    assert.equal(store.issues().length, 100);
    assert.equal((await sync()).created, 149);
  });

  it("refuses a second sync of the project while one runs, and allows it afterwards", async () => {
    await start({ latencyMs: 5 });
    const first = sync();
    await assert.rejects(sync(), withCode("conflict", "being synced already"));
    await first;
    assert.equal((await sync({ full: true })).unchanged, 249);
  });

  it("reads the other links where one fails, then tells of the failure", async () => {
    await start();
    const [link] = syncedProject.links;
    assert.ok(link);
    const links = [{ ...link, id: "link-0", externalProject: "acme/gone" }, link];
    const steps = new Set<string>();
    const synced = store.engine.syncProject(
      { ...syncedProject, links },
      { signal: new AbortController().signal, onProgress: ({ step }) => steps.add(step) },
    );
    await assert.rejects(synced, withCode("provider_not_found", "acme/gone"));
    assert.equal(store.issues().length, 249);
    assert.ok(steps.has("Fetching issues of acme/widgets"));
  });

  it("copes with an issue of 1 MB, one of 2,000 comments, and one with hostile text", async () => {
    const comments = Array.from({ length: 2000 }, (_, index) =>
      commentData({ body: `Remark ${index}`, createdAt: minutesAfterStart(index) }),
    );
    const issues = [
      issueData({ number: 1, body: "x".repeat(1024 * 1024) }),
      issueData({ number: 2, comments }),
      issueData({ number: 3, title: "</script><b>\u202e\u001b]0;x\u0007 🐢 \u0000 end" }),
    ];
    await start({ repositories: [repositoryData(issues)] });
    await sync();
    assert.equal(store.issue("#1")?.body.length, 1024 * 1024);
    assert.deepEqual(
      store.issue("#2")?.comments.map(({ body }) => body),
      comments.map(({ body }) => body),
    );
    assert.equal(store.issue("#3")?.title, issues[2]?.title);
  });
});
