import assert from "node:assert/strict";
import type { GitLabIssueData } from "../../fixtures/gitlab/model.ts";
import { collect, refOf, signal, token, trackerOf, widgets } from "../../fixtures/gitlab/listing.ts";
import { gitLabIssue, gitLabIssues, gitLabNote, gitLabProject } from "../../fixtures/gitlab/samples.ts";
import { type GitLabServer, type GitLabServerOptions, startGitLabServer } from "../../fixtures/gitlab/server.ts";
import { withCode } from "../../support/error-code.ts";

const secret = "0123456789abcdef0123456789abcdef";
const draft = { title: "New", body: "", labels: [], assignees: [] };

describe("writing to GitLab", () => {
  let server: GitLabServer;

  async function serve(issues: GitLabIssueData[], options: Partial<GitLabServerOptions> = {}): Promise<void> {
    server = await startGitLabServer({
      projects: [gitLabProject(issues)],
      tokens: {
        [token]: { username: "ann", scopes: ["api"] },
        reader: { username: "ann", scopes: ["read_api"] },
        guest: { username: "eve", scopes: ["api"] },
        useless: { username: "ann", scopes: ["read_repository"] },
      },
      basePath: "/gitlab",
      record: true,
      ...options,
    });
  }
  afterEach(() => server.close());

  const stored = (iid: number) => server.project(widgets).get(iid);
  const writes = () => server.exchanges.filter(({ method }) => method !== "GET");

  it("creates an issue", async () => {
    await serve([]);
    const labels = ["bug", "priority::high"];
    const body = `Some *text* and ![x](${server.url}/${widgets}/uploads/${secret}/x.png)`;
    const created = await trackerOf(server).createIssue(
      widgets,
      { title: "Nöw", body, labels, assignees: ["2"] },
      signal(),
    );
    assert.deepEqual(
      [
        created.key,
        created.title,
        created.body,
        created.labels,
        created.assignees,
        created.author.name,
        created.comments,
      ],
      ["#1", "Nöw", body, labels, [{ id: "2", name: "bob" }], "ann", []],
    );
    assert.equal(stored(1).description, `Some *text* and ![x](/uploads/${secret}/x.png)`, "as GitLab writes it");
    assert.equal((await trackerOf(server).getIssue(widgets, refOf(server, 1), signal()))?.title, "Nöw");
  });

  it("changes what is named and nothing else, in one request", async () => {
    await serve([gitLabIssue({ iid: 1, labels: ["bug"], assignees: ["bob"], notes: [gitLabNote({ body: "Hi" })] })]);
    const changed = await trackerOf(server).updateIssue(widgets, refOf(server, 1), { title: "Other" }, signal());
    assert.deepEqual([changed.title, changed.body, changed.labels], ["Other", "Body of 1", ["bug"]]);
    assert.deepEqual(
      changed.comments.map(({ body }) => body),
      ["Hi"],
    );
    assert.equal(changed.commentCount, 1);
    assert.deepEqual(
      writes().map(({ requestBody }) => requestBody),
      [{ title: "Other" }],
    );
  });

  it("empties what is to be empty", async () => {
    await serve([gitLabIssue({ iid: 1, labels: ["bug"], assignees: ["bob"] })]);
    const change = { body: "", labels: [], assignees: [] };
    const changed = await trackerOf(server).updateIssue(widgets, refOf(server, 1), change, signal());
    assert.deepEqual([changed.body, changed.labels, changed.assignees], ["", [], []]);
  });

  it("closes and opens again, by status and by word", async () => {
    await serve(gitLabIssues(1));
    const change = async (wanted: { status?: "open" | "closed"; rawStatus?: string }) =>
      (await trackerOf(server).updateIssue(widgets, refOf(server, 1), wanted, signal())).rawStatus;
    assert.equal(await change({ status: "closed" }), "closed");
    assert.notEqual(stored(1).closedAt, null);
    assert.equal(await change({ rawStatus: "opened" }), "opened");
    assert.equal(await change({ status: "closed", rawStatus: "Closed" }), "closed");
    assert.deepEqual(
      writes().map(({ requestBody }) => requestBody),
      [{ state_event: "close" }, { state_event: "reopen" }, { state_event: "close" }],
    );
  });

  it("asks for no change where there is none", async () => {
    await serve(gitLabIssues(1));
    const tracker = trackerOf(server);
    assert.equal(
      (await tracker.updateIssue(widgets, refOf(server, 1), { status: "open" }, signal())).rawStatus,
      "opened",
    );
    assert.equal((await tracker.updateIssue(widgets, refOf(server, 1), {}, signal())).title, "Issue 1");
    assert.deepEqual(writes(), []);
  });

  const wrong = [
    [{ rawStatus: "wontfix" }, 'no status "wontfix"'],
    [{ rawStatus: "toString" }, "no status"],
    [{ rawStatus: "closed", status: "open" }, "does not mean open"],
    [{ labels: ["a,b"] }, "no commas"],
    [{ labels: [" "] }, "not empty"],
    [{ assignees: ["bob"] }, "nobody at GitLab"],
    [{ title: "" }, "can't be blank"],
  ] as const;
  for (const [change, says] of wrong) {
    it(`refuses ${JSON.stringify(change)}`, async () => {
      await serve(gitLabIssues(1));
      const refused = trackerOf(server).updateIssue(widgets, refOf(server, 1), change, signal());
      await assert.rejects(refused, withCode("invalid_input", says));
      assert.equal(stored(1).title, "Issue 1");
    });
  }

  it("says so where GitLab keeps one assignee of several, and takes several where it can", async () => {
    await serve(gitLabIssues(1));
    const tracker = trackerOf(server);
    assert.equal(tracker.can.severalAssignees, false);
    const both = { assignees: ["1", "2"] };
    const refused = tracker.updateIssue(widgets, refOf(server, 1), both, signal());
    await assert.rejects(refused, withCode("provider_forbidden", "assignees", "Premium"));
    await server.close();

    await serve([gitLabIssue({ iid: 1, labels: [] })], { premium: true });
    const premium = trackerOf(server);
    const changed = await premium.updateIssue(widgets, refOf(server, 1), both, signal());
    assert.deepEqual(
      changed.assignees.map(({ name }) => name),
      ["ann", "bob"],
    );
    assert.equal(premium.can.severalAssignees, true, "it has been seen");
    const other = trackerOf(server);
    await collect(other);
    assert.equal(other.can.severalAssignees, true, "in a list as well");
  });

  it("takes it that of labels of one scope the last wins", async () => {
    await serve(gitLabIssues(1), { premium: true });
    const change = { labels: ["bug", "priority::high", "priority::low"] };
    const changed = await trackerOf(server).updateIssue(widgets, refOf(server, 1), change, signal());
    assert.deepEqual(changed.labels, ["bug", "priority::low"]);
  });

  it("comments", async () => {
    await serve(gitLabIssues(1));
    const comment = await trackerOf(server).addComment(widgets, refOf(server, 1), "Hello *there*", signal());
    assert.deepEqual([comment.author.name, comment.body], ["ann", "Hello *there*"]);
    assert.deepEqual(
      stored(1).notes.map(({ id, body }) => [String(id), body]),
      [[comment.id, "Hello *there*"]],
    );
  });

  it("says so where a comment was commands", async () => {
    await serve(gitLabIssues(1));
    const commenting = trackerOf(server).addComment(widgets, refOf(server, 1), "/close", signal());
    await assert.rejects(commenting, withCode("invalid_input", "Closed this issue."));
  });

  it("reaches a project that was renamed: GitLab takes no changes at the old name", async () => {
    await serve(gitLabIssues(1));
    const ref = refOf(server, 1);
    server.project(widgets).rename("acme/gadgets");
    const tracker = trackerOf(server);
    await tracker.updateIssue(widgets, ref, { title: "Changed" }, signal());
    await tracker.addComment(widgets, ref, "Hello", signal());
    assert.equal((await tracker.createIssue(widgets, draft, signal())).key, "#2");
    const { title, notes } = server.project("acme/gadgets").get(1);
    assert.deepEqual([title, notes.length], ["Changed", 1]);
  });

  it("says so where the issue is gone", async () => {
    await serve(gitLabIssues(1));
    const ref = refOf(server, 1);
    server.project(widgets).remove(1);
    const gone = withCode("provider_not_found", "no issue #1 any more");
    await assert.rejects(trackerOf(server).updateIssue(widgets, ref, { title: "x" }, signal()), gone);
    await assert.rejects(trackerOf(server).addComment(widgets, ref, "x", signal()), gone);
    await assert.rejects(trackerOf(server).choices(widgets, ref, signal()), gone);
  });

  it("tells what may be chosen", async () => {
    const labels = Array.from({ length: 130 }, (_, index) => `label ${index}`);
    await serve([], { projects: [gitLabProject([gitLabIssue({ iid: 1, state: "closed" })], { labels })] });
    const tracker = trackerOf(server);
    const [forNew, forClosed] = [await tracker.choices(widgets, null, signal()), refOf(server, 1)];
    assert.deepEqual(forNew.labels, labels);
    assert.deepEqual(forNew.assignees, [
      { id: "1", name: "ann" },
      { id: "2", name: "bob" },
    ]);
    assert.deepEqual(forNew.statuses, [{ name: "opened", status: "open" }]);
    assert.deepEqual((await tracker.choices(widgets, forClosed, signal())).statuses, [
      { name: "opened", status: "open" },
    ]);
    await tracker.updateIssue(widgets, forClosed, { status: "open" }, signal());
    const { statuses } = await tracker.choices(widgets, forClosed, signal());
    assert.deepEqual(statuses, [{ name: "closed", status: "closed" }]);
  });

  describe("what the account may", () => {
    it("is everything for a maintainer with the scope api", async () => {
      await serve([]);
      const found = await trackerOf(server).projectAbilities(widgets, signal());
      const { severalAssignees, ...rest } = found;
      assert.deepEqual([severalAssignees, Object.values(rest)], [false, [true, true, true, true, true, true]]);
    });

    it("is nothing without a token, with a token for reading, or in an archived project", async () => {
      const archived = gitLabProject([], { path: "acme/old", archived: true });
      const closed = gitLabProject([], { path: "acme/code", issuesEnabled: false });
      await serve([], { projects: [gitLabProject([], { visibility: "public" }), archived, closed] });
      const nothing = [false, false, false, false, false, false, false];
      const may = async (own: string, project = widgets) =>
        Object.values(await trackerOf(server, { token: own }).projectAbilities(project, signal()));
      assert.deepEqual(await may(""), nothing);
      assert.deepEqual(Object.values(trackerOf(server, { token: "" }).can), nothing);
      assert.deepEqual(await may("reader"), nothing);
      assert.deepEqual(await may(token, "acme/old"), nothing);
      assert.deepEqual(await may(token, "acme/code"), nothing);
    });

    it("is creating and commenting for guests and strangers", async () => {
      const shared = gitLabProject([], { path: "acme/guests", members: { eve: 10 } });
      await serve([], { projects: [gitLabProject([], { visibility: "public" }), shared] });
      for (const project of [widgets, "acme/guests"]) {
        const { create, comment, ...rest } = await trackerOf(server, { token: "guest" }).projectAbilities(
          project,
          signal(),
        );
        assert.deepEqual([create, comment, Object.values(rest)], [true, true, [false, false, false, false, false]]);
      }
    });

    it("is said where it is too little", async () => {
      await serve(gitLabIssues(1), {
        projects: [gitLabProject(gitLabIssues(1), { visibility: "public" })],
      });
      const change = (own: string) =>
        trackerOf(server, { token: own }).updateIssue(widgets, refOf(server, 1), { title: "x" }, signal());
      await assert.rejects(change("reader"), withCode("provider_forbidden", "needs the scope api"));
      await assert.rejects(change("guest"), withCode("provider_forbidden", "role in the project"));
      await assert.rejects(change("wrong"), withCode("provider_unauthorized", "Save a new one"));
      await assert.rejects(
        trackerOf(server, { token: "" }).createIssue(widgets, draft, signal()),
        withCode("provider_unauthorized"),
      );
    });
  });

  describe("testing the connection", () => {
    const test = (own: string) => trackerOf(server, { token: own }).test(signal());

    it("names the account and the token's scopes, and what is missing", async () => {
      await serve([]);
      assert.deepEqual(await test(token), {
        ok: true,
        message: "Signed in as ann. The token expires on 2099-01-01.",
        account: "ann",
        scopes: ["api"],
      });
      const reader = await test("reader");
      assert.deepEqual([reader.ok, reader.scopes], [true, ["read_api"]]);
      assert.match(reader.message, /nothing can be changed with it: that needs the scope "api"/);
    });

    it("answers what is wrong", async () => {
      await serve([]);
      const useless = await test("useless");
      assert.deepEqual([useless.ok, /needs the scope api or read_api/.test(useless.message)], [false, true]);
      assert.match((await test("wrong")).message, /refuses the token/);
      const nowhere = trackerOf(server, { baseUrl: `${server.url}/nowhere` });
      const answer = await nowhere.test(signal());
      assert.deepEqual([answer.ok, /check that the connection's base URL/.test(answer.message)], [false, true]);
    });

    it("goes without a token", async () => {
      await serve([]);
      const { ok, message } = await test("");
      assert.deepEqual([ok, /only public projects/.test(message)], [true, true]);
    });

    it("goes without scopes where GitLab does not tell them, as of tokens that are no personal ones", async () => {
      await serve([]);
      server.faults.add({ path: /personal_access_tokens/, fault: { kind: "status", status: 404 } });
      assert.deepEqual(await test(token), { ok: true, message: "Signed in as ann.", account: "ann", scopes: [] });
    });

    it("throws where it is cancelled", async () => {
      await serve([]);
      const cancelled = trackerOf(server).test(AbortSignal.abort());
      await assert.rejects(cancelled, withCode("cancelled"));
    });
  });
});
