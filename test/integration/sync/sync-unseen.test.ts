import assert from "node:assert/strict";
import { issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { type GitHubServer, startGitHubServer } from "../../fixtures/github/server.ts";
import { SyncStore, syncedProject } from "../../fixtures/sync-store.ts";
import { withCode } from "../../support/error-code.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const issueCount = 350;

describe("a full sync during which issues are deleted", () => {
  const directory = temporaryDirectory();
  let server: GitHubServer;
  let store: SyncStore;

  beforeEach(async () => {
    const issues = Array.from({ length: issueCount }, (_, index) => issueData({ number: index + 1 }));
    server = await startGitHubServer({ repositories: [repositoryData(issues)], record: true });
    store = new SyncStore(directory(), server.url, { concurrency: 1, retryStepMs: 1 });
    await sync();
  });
  afterEach(async () => {
    store[Symbol.dispose]();
    await server.close();
  });

  const sync = (onFirstPage: () => void = () => undefined) => {
    let first = true;
    return store.engine.syncProject(syncedProject, {
      signal: new AbortController().signal,
      full: true,
      onProgress: ({ step, done }) => {
        if (!first || done === 0 || step !== "Fetching issues") return;
        first = false;
        onFirstPage();
      },
    });
  };

  /** Issues of the first page vanish once it was read: those after it move to places that were read already. */
  const deleteFirst = (count: number) => () => {
    for (let number = 1; number <= count; number += 1) server.repository("acme/widgets").remove(number);
    server.exchanges.length = 0;
  };
  const askedSingly = () =>
    server.exchanges.flatMap(({ path }) => /\/issues\/(\d+)$/.exec(path)?.[1] ?? []).map(Number);

  it("keeps what slipped past the listing, and removes what was deleted with the next one", async () => {
    const before = new Map(store.issues().map(({ key, id }) => [key, id]));
    assert.equal((await sync(deleteFirst(5))).removed, 0, "they were there when their page was read");
    assert.equal(askedSingly().length, 5, "as many slipped past as were deleted");
    assert.equal(store.issues().length, issueCount);
    assert.equal((await sync()).removed, 5);
    assert.equal(store.issues().length, issueCount - 5);
    for (const { key, id } of store.issues()) assert.equal(id, before.get(key), `${key} is what it was`);
  });

  it("lists again where many are missing, and then looks at those alone that are still there", async () => {
    for (let number = 301; number <= 330; number += 1) server.repository("acme/widgets").remove(number);
    assert.equal((await sync(deleteFirst(10))).removed, 30);
    assert.equal(askedSingly().length, 10);
    assert.equal((await sync()).removed, 10);
    assert.equal(store.issues().length, issueCount - 40);
  });

  it("removes nothing where the tracker can't tell", async () => {
    server.faults.add({ path: /\/issues\/\d+$/, fault: { kind: "status", status: 403 } });
    await assert.rejects(sync(deleteFirst(5)), withCode("provider_forbidden"));
    assert.equal(store.issues().length, issueCount);
  });
});
