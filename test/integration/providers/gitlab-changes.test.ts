import assert from "node:assert/strict";
import { collect, listFrom, signal, token, trackerOf, widgets } from "../../fixtures/gitlab/listing.ts";
import { gitLabIssues, gitLabNote, gitLabProject, minutesAfterStart } from "../../fixtures/gitlab/samples.ts";
import { type GitLabServer, type GitLabServerOptions, startGitLabServer } from "../../fixtures/gitlab/server.ts";
import type { GitLabIssueData } from "../../fixtures/gitlab/model.ts";

describe("the GitLab provider, incrementally", () => {
  let server: GitLabServer;

  async function serve(issues: GitLabIssueData[], options: Partial<GitLabServerOptions> = {}): Promise<void> {
    server = await startGitLabServer({
      projects: [gitLabProject(issues)],
      tokens: { [token]: { username: "ann", scopes: ["api"] } },
      basePath: "/gitlab",
      record: true,
      ...options,
    });
  }
  afterEach(() => server.close());

  describe("listing what changed", () => {
    it("makes one request where nothing changed, also with a provider of its own", async () => {
      await serve(gitLabIssues(250).map((issue) => ({ ...issue, notes: [gitLabNote({ body: "Hi" })] })));
      const { position } = await listFrom(trackerOf(server));
      const before = server.requests;
      const again = await listFrom(trackerOf(server), position);
      assert.deepEqual([again.keys, server.requests - before], [[], 1]);
      await listFrom(trackerOf(server), again.position);
      assert.equal(server.requests - before, 2);
    });

    it("makes one request also shortly after a change", async () => {
      await serve(gitLabIssues(5));
      const store = server.project(widgets);
      const first = await listFrom(trackerOf(server));
      store.addNote(store.get(2), "bob", "Hello");
      const second = await listFrom(trackerOf(server), first.position);
      assert.deepEqual(second.keys, ["#2"]);
      const before = server.requests;
      assert.deepEqual((await listFrom(trackerOf(server), second.position)).keys, []);
      assert.equal(server.requests - before, 1);
    });

    it("gives what changed, was commented or is new, with all its comments, and each change once", async () => {
      await serve(gitLabIssues(5).map((issue) => ({ ...issue, notes: [gitLabNote({ body: "Old" })] })));
      const store = server.project(widgets);
      let { keys, position } = await listFrom(trackerOf(server));
      store.edit(store.get(2), { title: "Changed" });
      store.addNote(store.get(4), "bob", "New");
      store.create("ann", { title: "Created" });
      let comments: string[] = [];
      const changed = await collect(trackerOf(server), { since: position, onPosition: (next) => (position = next) });
      comments = changed.find(({ key }) => key === "#4")?.comments.map(({ body }) => body) ?? [];
      assert.deepEqual(changed.map(({ key }) => key).sort(), ["#2", "#4", "#6"]);
      assert.deepEqual(comments, ["Old", "New"]);
      ({ keys, position } = await listFrom(trackerOf(server), position));
      assert.deepEqual(keys, []);
    });

    it("reads several pages of changes", async () => {
      await serve(gitLabIssues(300));
      const { position } = await listFrom(trackerOf(server));
      const store = server.project(widgets);
      for (const issue of store.issues()) store.edit(issue, { title: "All at once" });
      assert.equal(new Set((await listFrom(trackerOf(server), position)).keys).size, 300);
    });

    for (const [what, hours] of [
      ["ahead", 30],
      ["behind", -30],
    ] as const) {
      it(`goes by GitLab's clock, hours ${what} of ours`, async () => {
        const clock = { now: () => Date.now() + hours * 3_600_000 };
        await serve(gitLabIssues(5), { clock });
        const { position } = await listFrom(trackerOf(server));
        const store = server.project(widgets);
        store.edit(store.get(3), { title: "Changed" });
        assert.deepEqual((await listFrom(trackerOf(server), position)).keys, ["#3"]);
      });
    }

    it("finds a change that is dated shortly before the last listing: it was not through yet", async () => {
      let now = Date.parse(minutesAfterStart(10_000));
      await serve(gitLabIssues(3), { clock: { now: () => now } });
      const { position } = await listFrom(trackerOf(server));
      now -= 4 * 60_000;
      const store = server.project(widgets);
      store.edit(store.get(2), { title: "Late" });
      now += 5 * 60_000;
      assert.deepEqual((await listFrom(trackerOf(server), position)).keys, ["#2"]);
    });

    it("lists everything where GitLab's clock was put back since", async () => {
      let now = Date.parse(minutesAfterStart(10_000));
      await serve(gitLabIssues(3), { clock: { now: () => now } });
      const { position } = await listFrom(trackerOf(server));
      now -= 24 * 3_600_000;
      const store = server.project(widgets);
      store.edit(store.get(2), { title: "Dated before the position" });
      const { keys, position: next } = await listFrom(trackerOf(server), position);
      assert.deepEqual(keys.sort(), ["#1", "#2", "#3"]);
      assert.deepEqual((await listFrom(trackerOf(server), next)).keys, []);
    });

    it("finds what changes behind its back while it lists", async () => {
      let now = Date.parse(minutesAfterStart(10_000));
      await serve(gitLabIssues(350), { clock: { now: () => now } });
      const store = server.project(widgets);
      let position = "";
      let pages = 0;
      const options = { signal: signal(), onPosition: (next: string) => (position = next) };
      for await (const page of trackerOf(server).listIssues(widgets, options)) {
        assert.ok(page.length > 0);
        pages += 1;
        if (pages > 1) continue;
        now += 3_600_000;
        store.edit(store.get(1), { title: "Changed behind" });
        now += 3_600_000;
        store.edit(store.get(349), { title: "Changed ahead" });
      }
      const { keys } = await listFrom(trackerOf(server), position);
      assert.ok(keys.includes("#1"), keys.join());
    });

    it("tells the position only after the last page", async () => {
      await serve(gitLabIssues(250));
      const told: string[] = [];
      const listing = trackerOf(server).listIssues(widgets, {
        signal: signal(),
        onPosition: (next) => told.push(next),
      });
      for await (const page of listing) assert.deepEqual([page.length > 0, told], [true, []]);
      assert.equal(told.length, 1);
    });

    it("lists everything where the position is another project's or server's, or none", async () => {
      const other = gitLabProject(gitLabIssues(2), { path: "acme/other" });
      await serve([], { projects: [gitLabProject(gitLabIssues(1)), other] });
      const { position } = await listFrom(trackerOf(server));
      assert.equal((await listFrom(trackerOf(server), position, "acme/other")).keys.length, 2);
      const elsewhere = JSON.stringify({ ...(JSON.parse(position) as object), base: "https://other.example" });
      for (const since of [elsewhere, "garbage", "{}"]) {
        assert.deepEqual((await listFrom(trackerOf(server), since)).keys, ["#1"]);
      }
    });

    it("goes on from its position when the project was renamed", async () => {
      await serve(gitLabIssues(3));
      const first = await listFrom(trackerOf(server));
      const store = server.project(widgets);
      store.rename("acme/gadgets");
      store.edit(store.get(2), { title: "Changed" });
      const second = await listFrom(trackerOf(server), first.position);
      assert.deepEqual(second.keys, ["#2"]);
      assert.deepEqual((await listFrom(trackerOf(server), second.position, "acme/gadgets")).keys, []);
    });
  });
});
