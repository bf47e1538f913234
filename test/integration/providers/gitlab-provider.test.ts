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
      const asked = server.exchanges.filter(({ path }) => path.endsWith("/notes"));
      assert.ok(asked.every(({ query }) => query.get("activity_filter") === "only_comments"));
      assert.equal(server.peak, 3);
      assert.deepEqual(
        issues.find(({ key }) => key === "#41")?.comments.map(({ body }) => body),
        notes.map(({ body }) => body),
      );
    });

    it("leaves out what GitLab itself notes also where it cannot be asked to", async () => {
      await serve([gitLabIssue({ iid: 1, notes: [gitLabNote({ body: "Hi" })] })]);
      const text = JSON.stringify([noteAnswer("closed", true), noteAnswer("Hello")]);
      server.faults.add({ path: /notes/, fault: { kind: "body", text } });
      const [issue] = await collect(trackerOf(server));
      assert.deepEqual(
        issue?.comments.map(({ body }) => body),
        ["Hello"],
      );
    });

    it("reads on where a page of comments holds fewer than asked for, as some are not shown to all", async () => {
      await serve([gitLabIssue({ iid: 1, notes: [gitLabNote({ body: "Here" })] })]);
      server.faults.add({
        path: /notes.*&page=1/,
        times: 1,
        fault: { kind: "body", text: "[]", link: '<x>; rel="next"' },
      });
      server.faults.add({
        path: /notes.*&page=2/,
        fault: { kind: "body", text: JSON.stringify([noteAnswer("Hidden at first")]) },
      });
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

    it("reads long lists in several places at the same time, with few requests more", async () => {
      await serve(gitLabIssues(3000), { latencyMs: 10 });
      const issues = await collect(trackerOf(server, { concurrency: 4 }));
      assert.deepEqual([issues.length, new Set(issues.map(({ key }) => key)).size], [3000, 3000]);
      assert.equal(server.peak, 4);
      assert.ok(server.requests <= 30 + 16, `${server.requests} requests`);
    });

    it("reads lists that GitLab does not count to their end, however they are spread over time", async () => {
      const last = minutesAfterStart(5_000_000);
      const early = gitLabIssues(10_150).map((issue) => (issue.iid < 9000 ? issue : { ...issue, createdAt: last }));
      await serve([...early, gitLabIssue({ iid: 20_000, createdAt: minutesAfterStart(9_000_000) })]);
      const issues = await collect(trackerOf(server));
      assert.deepEqual([issues.length, new Set(issues.map(({ key }) => key)).size], [10_151, 10_151]);
      assert.ok(server.requests <= 104 + 64 + 12, `${server.requests} requests`);
      assert.equal(new Set(await ids(trackerOf(server))).size, 10_151);
    });

    it("gives what is created while a long list is read", async () => {
      await serve(gitLabIssues(3000));
      const found: string[] = [];
      for await (const page of trackerOf(server).listIssues(widgets, { signal: signal() })) {
        if (found.length === 0) server.project(widgets).create("ann", { title: "Meanwhile" });
        found.push(...page.map(({ key }) => key));
      }
      assert.deepEqual([found.length, found.includes("#3001")], [3001, true]);
    });

    it("misses nothing of many issues of the same time", async () => {
      const at = minutesAfterStart(5);
      await serve(gitLabIssues(350).map((issue) => ({ ...issue, createdAt: at, updatedAt: at })));
      const { keys, position } = await listFrom(trackerOf(server));
      assert.deepEqual([keys.length, new Set(keys).size], [350, 350]);
      const early = JSON.stringify({ ...(JSON.parse(position) as object), at: Date.parse(at), seen: {} });
      assert.equal(new Set((await listFrom(trackerOf(server), early)).keys).size, 350);
    });

    it("misses nothing of them where some are deleted or changed meanwhile", async () => {
      const at = minutesAfterStart(5);
      await serve(gitLabIssues(900).map((issue) => ({ ...issue, createdAt: at, updatedAt: at })));
      const store = server.project(widgets);
      const read = async (since: string | undefined, meanwhile: (iid: number) => void): Promise<Set<string>> => {
        const found = new Set<string>();
        for await (const page of trackerOf(server).listIssues(widgets, { signal: signal(), since })) {
          for (const { key } of page) found.add(key);
          if (found.size === 300) for (const iid of [1, 2, 3]) meanwhile(iid);
        }
        return found;
      };
      assert.equal((await read(undefined, (iid) => store.remove(iid))).size, 900);
      const { position } = await listFrom(trackerOf(server));
      const early = JSON.stringify({ ...(JSON.parse(position) as object), at: Date.parse(at), seen: {} });
      assert.equal((await read(early, (iid) => store.edit(store.get(iid + 3), { title: "Changed" }))).size, 897);
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

function noteAnswer(body: string, system = false) {
  const at = minutesAfterStart(1);
  return { id: system ? 1 : 2, body, author: null, created_at: at, updated_at: at, system };
}
