import assert from "node:assert/strict";
import { join } from "node:path";
import { archivedRepository, readArchive, type RepositoryArchive } from "../fixtures/github/export-format.ts";
import { GitHubDescription } from "../fixtures/github/openapi.ts";
import { type GitHubServer, startGitHubServer } from "../fixtures/github/server.ts";
import { SyncStore, syncedProject } from "../fixtures/sync-store.ts";
import { temporaryDirectory } from "../support/temporary.ts";

/** Real issues and pull requests, which stand beside the checkout; see scripts/testing/vendor-stage.ts. */
const shared = process.env["AIOPS_TEST_SHARED"] ?? join(import.meta.dirname, "../../../shared");

describe("the HPKE repository of the IETF, served as GitHub would", () => {
  const directory = temporaryDirectory();
  let archive: RepositoryArchive;
  let server: GitHubServer;
  let store: SyncStore;
  let project: typeof syncedProject;

  before(() => {
    archive = readArchive(join(shared, "data/github-issues-hpke.json"));
  });
  beforeEach(async () => {
    server = await startGitHubServer({ repositories: [archivedRepository(archive)], record: true });
    store = new SyncStore(directory(), server.url);
    const links = syncedProject.links.map((link) => ({ ...link, externalProject: archive.repo }));
    project = { ...syncedProject, links };
    await store.engine.syncProject(project, { signal: new AbortController().signal, onProgress: () => undefined });
  });
  afterEach(async () => {
    store[Symbol.dispose]();
    await server.close();
  });

  it("asks and answers as GitHub describes it", () => {
    const description = GitHubDescription.load();
    assert.deepEqual(
      server.exchanges.flatMap((exchange) => description.problems(exchange)),
      [],
    );
    assert.equal(
      server.exchanges.length,
      8,
      "4 pages of 323 comments, 3 of 252 issues and pull requests, 1 for where to begin the next time",
    );
  });

  it("asks once when nothing changed since, and stores what did", async () => {
    const sync = () =>
      store.engine.syncProject(project, { signal: new AbortController().signal, onProgress: () => undefined });
    const before = server.requests;
    assert.equal((await sync()).changed, 0);
    assert.equal(server.requests - before, 1);
    const [first] = archive.issues;
    assert.ok(first);
    const repository = server.repository(archive.repo);
    const issue = repository.issue(first.number);
    assert.ok(issue);
    repository.addComment(issue, "a-reader", "zymurgy at last");
    assert.equal((await sync()).changed, 1);
    assert.deepEqual(
      store.issues({ q: "zymurgy" }).map(({ key }) => key),
      [`#${first.number}`],
    );
    assert.equal(store.issue(`#${first.number}`)?.comments.length, first.comments.length + 1);
  });

  it("stores the issues of the file and none of its pull requests", () => {
    assert.deepEqual([archive.issues.length, archive.pulls.length], [86, 166]);
    const keys = new Set(store.issues().map((issue) => issue.key));
    assert.deepEqual(keys, new Set(archive.issues.map((issue) => `#${issue.number}`)));
    for (const pull of archive.pulls) assert.ok(!keys.has(`#${pull.number}`));
  });

  it("stores texts, statuses, people, labels and times as in the file", () => {
    for (const expected of archive.issues) {
      const stored = store.issue(`#${expected.number}`);
      assert.ok(stored);
      assert.deepEqual(
        {
          title: stored.title,
          body: stored.body,
          status: stored.status,
          author: stored.author.name,
          labels: stored.labels,
          assignees: stored.assignees.map(({ name }) => name),
          createdAt: stored.createdAt,
          closedAt: stored.closedAt,
          comments: stored.comments.map(({ author, body, createdAt, fromCollaborator }) => [
            author.name,
            body,
            createdAt,
            fromCollaborator,
          ]),
        },
        {
          title: expected.title,
          body: expected.body,
          status: expected.state === "OPEN" ? "open" : "closed",
          author: expected.author,
          labels: expected.labels,
          assignees: expected.assignees,
          createdAt: inMilliseconds(expected.createdAt),
          closedAt: expected.closedAt === null ? null : inMilliseconds(expected.closedAt),
          comments: expected.comments.map(({ author, body, createdAt, authorAssociation }) => [
            author,
            body,
            inMilliseconds(createdAt),
            authorAssociation === "COLLABORATOR",
          ]),
        },
      );
      assert.equal(stored.commentCount, expected.comments.length);
    }
  });

  it("finds each commented issue by a phrase of its comments", () => {
    let searched = 0;
    for (const { number, title, body, comments } of archive.issues) {
      const phrase = phrases(comments.map((comment) => comment.body)).find(
        (candidate) => !title.includes(candidate) && !body.includes(candidate),
      );
      if (phrase === undefined) continue;
      const found = store.issues({ q: `"${phrase}"` }).map(({ key }) => key);
      assert.ok(found.includes(`#${number}`), `#${number} by "${phrase}"`);
      searched += 1;
    }
    assert.ok(searched > 30, `${searched} issues have a phrase to search for`);
  });

  it("finds nothing of what only pull requests say", () => {
    const issues = archive.issues.flatMap(({ title, body, comments }) => [title, body, ...comments.map((c) => c.body)]);
    const inIssues = issues.join("\n").toLowerCase();
    const onlyInPulls = phrases(archive.pulls.flatMap(({ comments }) => comments.map(({ body }) => body))).filter(
      (phrase) => !inIssues.includes(phrase.toLowerCase()),
    );
    assert.ok(onlyInPulls.length > 50);
    for (const phrase of onlyInPulls) assert.deepEqual(store.issues({ q: `"${phrase}"` }), [], phrase);
  });
});

/** Six plain words in a row from each text that has them. */
function phrases(texts: string[]): string[] {
  return texts.flatMap((text) => /\b[A-Za-z]+(?: [A-Za-z]+){5}\b/.exec(text)?.[0] ?? []);
}

function inMilliseconds(time: string): string {
  return new Date(time).toISOString();
}
