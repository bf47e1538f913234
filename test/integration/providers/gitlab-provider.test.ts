import assert from "node:assert/strict";
import { collect, ids, listFrom, refOf, signal, token, trackerOf, widgets } from "../../fixtures/gitlab/listing.ts";
import {
  gitLabIssue,
  gitLabIssues,
  gitLabNote,
  gitLabProject,
  minutesAfterStart,
} from "../../fixtures/gitlab/samples.ts";
import { type GitLabServer, type GitLabServerOptions, startGitLabServer } from "../../fixtures/gitlab/server.ts";
import type { GitLabIssueData } from "../../fixtures/gitlab/model.ts";
import { withCode } from "../../support/error-code.ts";
import { waitFor } from "../../support/wait.ts";

const secret = "0123456789abcdef0123456789abcdef";

describe("the GitLab provider", () => {
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

  const notesAsked = () => server.exchanges.filter(({ path }) => path.endsWith("/notes")).length;

  describe("listing issues", () => {
    it("gives every issue once, as it is", async () => {
      await serve([
        ...gitLabIssues(230),
        gitLabIssue({
          iid: 231,
          title: "With everything <b>",
          description: `Look: ![shot](/uploads/${secret}/a.png)`,
          state: "closed",
          type: "incident",
          confidential: true,
          author: "bob",
          labels: ["priority::high", "ünï"],
          assignees: ["ann", "bob"],
          milestone: "v1",
          closedAt: minutesAfterStart(500),
          notes: [
            gitLabNote({ body: "Second", createdAt: minutesAfterStart(20), author: "gone" }),
            gitLabNote({ body: "closed", system: true, createdAt: minutesAfterStart(15) }),
            gitLabNote({ body: "First", createdAt: minutesAfterStart(10) }),
          ],
        }),
        gitLabIssue({ iid: 232, type: "task", description: null }),
      ]);
      const issues = await collect(trackerOf(server));
      assert.equal(issues.length, 232);
      assert.equal(new Set(issues.map(({ externalId }) => externalId)).size, 232);
      const full = issues.find(({ key }) => key === "#231");
      assert.deepEqual(full && { ...full, comments: full.comments.map(({ id: _id, ...comment }) => comment) }, {
        key: "#231",
        externalId: refOf(server, 231).externalId,
        title: "With everything <b>",
        body: `Look: ![shot](${server.url}/${widgets}/uploads/${secret}/a.png)`,
        rawStatus: "closed",
        category: "closed",
        labels: ["priority::high", "ünï"],
        assignees: [
          { id: "1", name: "ann" },
          { id: "2", name: "bob" },
        ],
        author: { id: "2", name: "bob" },
        milestone: "v1",
        url: `${server.url}/${widgets}/-/issues/incident/231`,
        commentCount: 2,
        createdAt: minutesAfterStart(231),
        updatedAt: minutesAfterStart(231),
        closedAt: minutesAfterStart(500),
        comments: [
          {
            author: { id: "2", name: "bob" },
            body: "First",
            createdAt: minutesAfterStart(10),
            updatedAt: minutesAfterStart(1),
            fromCollaborator: false,
          },
          {
            author: { id: "4", name: "gone" },
            body: "Second",
            createdAt: minutesAfterStart(20),
            updatedAt: minutesAfterStart(1),
            fromCollaborator: false,
          },
        ],
      });
      const task = issues.find(({ key }) => key === "#232");
      assert.deepEqual([task?.rawStatus, task?.category, task?.body], ["opened", "open", ""]);
    });

    it("asks for comments only where there are some, all pages of them, a few requests at a time", async () => {
      const notes = Array.from({ length: 230 }, (_, i) =>
        gitLabNote({ body: `Note ${i}`, createdAt: minutesAfterStart(i) }),
      );
      const some = gitLabIssues(40).map((issue) =>
        issue.iid % 2 === 0 ? { ...issue, notes: notes.slice(0, 1) } : issue,
      );
      await serve([...some, gitLabIssue({ iid: 41, notes })], { latencyMs: 3 });
      const issues = await collect(trackerOf(server, { concurrency: 3 }));
      assert.equal(notesAsked(), 20 + 3);
      assert.equal(server.peak, 3);
      assert.deepEqual(
        issues.find(({ key }) => key === "#41")?.comments.map(({ body }) => body),
        notes.map(({ body }) => body),
      );
    });

    it("reads on where a page of comments holds fewer than asked for, as some are not shown to all", async () => {
      await serve([gitLabIssue({ iid: 1, notes: [gitLabNote({ body: "Here" })] })]);
      server.faults.add({
        path: /notes.*&page=1/,
        times: 1,
        fault: { kind: "body", text: "[]", link: '<x>; rel="next"' },
      });
      server.faults.add({ path: /notes.*&page=2/, fault: { kind: "body", text: noteText("Hidden at first") } });
      const [issue] = await collect(trackerOf(server));
      assert.deepEqual(
        issue?.comments.map(({ body }) => body),
        ["Hidden at first"],
      );
    });

    it("says how far it is", async () => {
      await serve(gitLabIssues(150));
      const seen: string[] = [];
      await collect(trackerOf(server), {
        onProgress: ({ done, total, step }) => seen.push(`${step} ${done}/${total}`),
      });
      assert.deepEqual(seen, ["Fetching issues 100/150", "Fetching issues 150/150"]);
    });

    it("reads lists that GitLab does not count to their end", async () => {
      await serve(gitLabIssues(10_150));
      assert.equal((await collect(trackerOf(server))).length, 10_150);
      assert.ok(server.requests <= 104, `${server.requests} requests`);
    });

    it("misses nothing of many issues of the same time", async () => {
      const at = minutesAfterStart(5);
      await serve(gitLabIssues(350).map((issue) => ({ ...issue, createdAt: at, updatedAt: at })));
      const { keys, position } = await listFrom(trackerOf(server));
      assert.deepEqual([keys.length, new Set(keys).size], [350, 350]);
      const early = JSON.stringify({ ...(JSON.parse(position) as object), at: Date.parse(at), seen: {} });
      assert.equal(new Set((await listFrom(trackerOf(server), early)).keys).size, 350);
    });

    it("gives all issues where some are deleted while it reads", async () => {
      await serve(gitLabIssues(350));
      const found: string[] = [];
      for await (const page of trackerOf(server).listIssues(widgets, { signal: signal() })) {
        if (found.length === 0) for (const iid of [1, 2, 3]) server.project(widgets).remove(iid);
        found.push(...page.map(({ key }) => key));
      }
      const left = Array.from({ length: 347 }, (_, index) => `#${index + 4}`);
      assert.deepEqual(
        left.filter((key) => !found.includes(key)),
        [],
      );
      assert.equal(new Set(found).size, found.length);
    });

    it("keeps an issue whose comments vanish under its hands", async () => {
      await serve([gitLabIssue({ iid: 1, notes: [gitLabNote({ body: "Gone" })] })]);
      server.faults.add({ path: /notes/, fault: { kind: "status", status: 404 } });
      const [issue] = await collect(trackerOf(server));
      assert.deepEqual([issue?.key, issue?.comments, issue?.commentCount], ["#1", [], 1]);
    });

    it("stops asking when the consumer stops", async () => {
      await serve(gitLabIssues(2000), { latencyMs: 5 });
      for await (const page of trackerOf(server).listIssues(widgets, { signal: signal() })) {
        assert.equal(page.length, 100);
        break;
      }
      const { requests } = server;
      await waitFor(() => server.exchanges.length === server.requests, { what: "the answers under way" });
      assert.equal(server.requests, requests);
      assert.ok(requests <= 4, `${requests} requests`);
    });

    it("tells a project that is empty from one that is not shown", async () => {
      await serve([]);
      assert.deepEqual(await collect(trackerOf(server)), []);
      assert.deepEqual(await ids(trackerOf(server)), []);
      const missing = withCode("provider_not_found", "acme/nope");
      await assert.rejects(collect(trackerOf(server), {}, "acme/nope"), missing);
      await assert.rejects(ids(trackerOf(server), "acme/nope"), missing);
    });

    for (const name of [
      "widgets",
      "",
      "/widgets",
      "acme/",
      "acme//widgets",
      "acme/..",
      "../acme",
      "a b/c",
      "acme/x?y",
      "1",
    ]) {
      it(`refuses ${JSON.stringify(name)} for a project before asking`, async () => {
        await serve([]);
        const refused = withCode("invalid_input", "write group/project");
        await assert.rejects(collect(trackerOf(server), {}, name), refused);
        await assert.rejects(ids(trackerOf(server), name), refused);
        await assert.rejects(trackerOf(server).getIssue(name, { key: "#1", externalId: "1" }, signal()), refused);
        assert.equal(server.requests, 0);
      });
    }

    for (const suffix of ["/", "/api/v4", "/api/v4/"]) {
      it(`takes the address with ${suffix} as well`, async () => {
        await serve(gitLabIssues(1));
        assert.equal((await collect(trackerOf(server, { baseUrl: server.url + suffix }))).length, 1);
      });
    }

    it("follows a project that was renamed and tells its name by now", async () => {
      await serve(gitLabIssues(120));
      server.project(widgets).rename("acme/gadgets");
      const names: string[] = [];
      const issues = await collect(trackerOf(server), { onRenamed: (name) => names.push(name) });
      assert.deepEqual([issues.length, names], [120, ["acme/gadgets"]]);
      assert.equal(server.exchanges.filter(({ status }) => status === 301).length, 1);
    });

    it("leaves out comments where there is no token: GitLab shows them to known people only", async () => {
      const issue = gitLabIssue({ iid: 1, notes: [gitLabNote({ body: "Hello" })] });
      const hidden = gitLabIssue({ iid: 2, confidential: true });
      await serve([], { projects: [gitLabProject([issue, hidden], { visibility: "public" })] });
      const issues = await collect(trackerOf(server, { token: "" }));
      assert.deepEqual(
        issues.map(({ key, comments, commentCount }) => [key, comments, commentCount]),
        [["#1", [], 1]],
      );
      assert.equal(notesAsked(), 0);
      assert.ok(server.exchanges.every(({ headers }) => headers["private-token"] === undefined));
    });
  });

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

  it("lists the ids of all issues, a hundred with each request", async () => {
    await serve(gitLabIssues(230).map((issue) => ({ ...issue, notes: [gitLabNote({ body: "Hi" })] })));
    const all = server
      .project(widgets)
      .issues()
      .map(({ id }) => String(id));
    assert.deepEqual((await ids(trackerOf(server))).sort(), all.sort());
    assert.equal(server.requests, 3);
  });

  describe("one issue", () => {
    it("is read with its comments", async () => {
      await serve([
        gitLabIssue({ iid: 7, notes: [gitLabNote({ body: "Hi" }), gitLabNote({ body: "x", system: true })] }),
      ]);
      const found = await trackerOf(server).getIssue(widgets, refOf(server, 7), signal());
      assert.deepEqual([found?.key, found?.comments.map(({ body }) => body)], ["#7", ["Hi"]]);
    });

    it("is null where it was deleted, or its number is another issue's", async () => {
      await serve(gitLabIssues(2));
      const deleted = refOf(server, 1);
      server.project(widgets).remove(1);
      assert.equal(await trackerOf(server).getIssue(widgets, deleted, signal()), null);
      const other = { key: "#2", externalId: "12345" };
      assert.equal(await trackerOf(server).getIssue(widgets, other, signal()), null);
    });

    it("is no answer where all of the project is gone", async () => {
      await serve(gitLabIssues(1));
      const ref = refOf(server, 1);
      await assert.rejects(trackerOf(server).getIssue("acme/nope", ref, signal()), withCode("provider_not_found"));
    });

    for (const key of ["1", "#", "#0", "#1/notes", "#-1", "PROJ-1"]) {
      it(`is refused where its key is ${key}`, async () => {
        await serve([]);
        const ref = { key, externalId: "1" };
        await assert.rejects(trackerOf(server).getIssue(widgets, ref, signal()), withCode("invalid_input", "#12"));
        assert.equal(server.requests, 0);
      });
    }
  });
});

function noteText(body: string): string {
  const at = minutesAfterStart(1);
  return JSON.stringify([{ id: 1, body, author: null, created_at: at, updated_at: at, system: false }]);
}
