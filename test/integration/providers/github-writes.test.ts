import assert from "node:assert/strict";
import { inspect } from "node:util";
import { AppError, type ErrorCode } from "../../../shared/errors.ts";
import type { IssueTracker } from "../../../server/providers/tracker.ts";
import { withCode } from "../../support/error-code.ts";
import { waitFor } from "../../support/wait.ts";
import type { Fault } from "../../fixtures/github/faults.ts";
import { commentData, issueData, repositoryData } from "../../fixtures/github/samples.ts";
import type { GitHubServerOptions } from "../../fixtures/github/server.ts";
import { GitHubStage, never, token } from "./github-stage.ts";

const labels = ["bug", "help wanted"].map((name) => ({ name, description: null, color: "d73a4a" }));

describe("writing to GitHub", () => {
  let stage: GitHubStage;

  async function open(options: Partial<GitHubServerOptions> = {}): Promise<void> {
    const issues = [
      issueData({ number: 1, author: "octo-bob", assignees: ["octo-ann"], comments: [commentData({ body: "First" })] }),
      issueData({ number: 2, state: "closed", closedAt: new Date(0).toISOString() }),
    ];
    const gadgets = repositoryData([], { name: "gadgets" });
    stage = await GitHubStage.open({ repositories: [repositoryData(issues, { labels }), gadgets], ...options });
  }
  afterEach(() => stage.close());

  const stored = (number: number) => stage.store.issue(number);
  const update = (number: number, change: Parameters<IssueTracker["updateIssue"]>[2]) =>
    stage.provider.updateIssue("acme/widgets", stage.ref(number), change, never);
  const comment = (number: number, body = "Hello") =>
    stage.provider.addComment("acme/widgets", stage.ref(number), body, never);

  it("creates an issue with labels and assignees, and gives it as a sync would", async () => {
    await open();
    const { assignees } = await stage.provider.choices("acme/widgets", null, never);
    const bob = assignees.find(({ name }) => name === "octo-bob");
    assert.ok(bob);
    const title = "Ünïcode 🐢 <b>";
    const draft = { title, body: "Text\n\nmore", labels: ["bug"], assignees: [bob.id] };
    const created = await stage.provider.createIssue("acme/widgets", draft, never);
    assert.deepEqual(
      [created.title, created.body, created.labels, created.assignees],
      [title, "Text\n\nmore", ["bug"], [bob]],
    );
    assert.deepEqual(created, await stage.issue(3));
    assert.equal(stored(3)?.author, "octo-ann");
  });

  it("changes what is named and leaves the rest", async () => {
    await open();
    const before = await stage.issue(1);
    const renamed = await update(1, { title: "Renamed" });
    assert.deepEqual(
      { ...renamed, updatedAt: before.updatedAt },
      { ...before, title: "Renamed" },
      "comments and assignees are as they were",
    );
    assert.deepEqual((await update(1, { body: "", labels: ["help wanted", "bug"] })).labels, ["help wanted", "bug"]);
    assert.deepEqual([stored(1)?.body, stored(1)?.title], ["", "Renamed"]);
    assert.deepEqual((await update(1, { labels: [], assignees: [] })).assignees, []);
  });

  it("adds an assignee to those there are, by the ids that issues and choices show", async () => {
    await open();
    const { assignees } = await stage.provider.choices("acme/widgets", stage.ref(1), never);
    const present = (await stage.issue(1)).assignees.map(({ id }) => id);
    const bob = assignees.find(({ name }) => name === "octo-bob");
    const changed = await update(1, { assignees: [...present, bob?.id ?? ""] });
    assert.deepEqual(
      changed.assignees.map(({ name }) => name),
      ["octo-ann", "octo-bob"],
    );
    await assert.rejects(update(1, { assignees: ["1"] }), withCode("provider_not_found", "the account 1"));
  });

  it("closes with each of GitHub's reasons, and opens again", async () => {
    await open();
    const { statuses } = await stage.provider.choices("acme/widgets", stage.ref(1), never);
    assert.deepEqual(statuses, [
      { name: "completed", status: "closed" },
      { name: "not planned", status: "closed" },
      { name: "duplicate", status: "closed" },
    ]);
    const reasons = { completed: "completed", "not planned": "not_planned", duplicate: "duplicate" };
    for (const [rawStatus, reason] of Object.entries(reasons)) {
      assert.equal((await update(1, { status: "closed", rawStatus })).rawStatus, "closed");
      assert.equal(stored(1)?.stateReason, reason);
      const choices = await stage.provider.choices("acme/widgets", stage.ref(1), never);
      assert.deepEqual(choices.statuses, [{ name: "open", status: "open" }]);
      assert.equal((await update(1, { status: "open" })).closedAt, null);
    }
    assert.equal((await update(1, { status: "closed" })).category, "closed");
    await assert.rejects(update(1, { rawStatus: "wontfix" }), withCode("invalid_input", "not planned"));
    await assert.rejects(update(1, { rawStatus: "open", status: "closed" }), withCode("invalid_input", "choose one"));
  });

  it("comments, and gives the comment as a sync would", async () => {
    await open();
    const added = await comment(1, "> quoted\n\n🐢");
    assert.deepEqual((await stage.issue(1)).comments.at(-1), added);
    assert.deepEqual([added.author.name, added.fromCollaborator], ["octo-ann", true]);
    await assert.rejects(comment(1, ""), withCode("invalid_input", "Validation Failed"));
  });

  it("touches nothing where the issue was deleted, or moved to another repository", async () => {
    await open();
    stage.store.transfer(1, stage.server.repository("acme/gadgets"));
    stage.store.remove(2);
    for (const number of [1, 2]) {
      await assert.rejects(comment(number), withCode("provider_not_found", "deleted or moved"));
      await assert.rejects(update(number, { title: "x" }), withCode("provider_not_found", "deleted or moved"));
    }
    assert.equal(stage.count("POST", /./) + stage.count("PATCH", /./), 0);
  });

  it("says what the account may do in a repository, and offers nothing without a token", async () => {
    await open();
    const may = async (role?: "read" | "triage" | "write") => {
      stage.server.setToken(token, { login: "octo-ann", scopes: ["repo"], ...(role && { role }) });
      const can = await stage.provider.projectAbilities("acme/widgets", never);
      return Object.entries(can)
        .filter(([, yes]) => yes)
        .map(([name]) => name)
        .sort()
        .join(" ");
    };
    assert.equal(await may("write"), "assign changeStatus comment create edit label severalAssignees");
    assert.equal(await may("triage"), "assign changeStatus comment create label severalAssignees");
    assert.equal(await may("read"), "comment create severalAssignees");
    assert.deepEqual(Object.values(stage.provide({ token: "" }).can).filter(Boolean), [true]);
  });

  it("says so where GitHub leaves a part of a change out without a word", async () => {
    await open();
    stage.server.setToken(token, { login: "octo-bob", scopes: ["repo"], role: "read" });
    await assert.rejects(
      update(1, { title: "Mine", labels: ["bug"], assignees: ["octo-bob"] }),
      withCode("provider_forbidden", "labels and assignees", "triage"),
    );
    assert.deepEqual([stored(1)?.title, stored(1)?.labels], ["Mine", []]);
    await assert.rejects(update(2, { title: "Not mine" }), withCode("provider_forbidden", "admin rights"));
  });

  it("says clearly that a token's scopes shrank, or that it is no more", async () => {
    await open();
    const shrunk = { login: "octo-ann", scopes: ["read:org"] };
    stage.server.setToken(token, shrunk);
    const says = ["only the scopes read:org", "needs repo"];
    await assert.rejects(comment(1), withCode("provider_forbidden", ...says));
    await assert.rejects(update(1, { title: "x" }), withCode("provider_forbidden", ...says));
    assert.match((await stage.provider.test(never)).message, /no scope for repositories/);
    stage.server.setToken(token, { ...shrunk, scopes: ["public_repo"] });
    assert.match((await stage.provider.test(never)).message, /public repositories only/);
    stage.server.setToken(token, { ...shrunk, scopes: null });
    assert.equal((await stage.provider.test(never)).message, "Signed in as octo-ann.");
  });

  it("says that the scopes are what hides a private repository", async () => {
    await open({ repositories: [repositoryData([], { private: true })] });
    stage.server.setToken(token, { login: "octo-ann", scopes: ["gist"] });
    await assert.rejects(stage.list(), withCode("provider_not_found", "only the scopes gist"));
  });

  describe("when it goes wrong", () => {
    const lost: Array<[what: string, fault: Fault, code: ErrorCode]> = [
      ["the connection drops after it was done", { kind: "lost" }, "provider_failed"],
      ["a gateway gives up after it was done", { kind: "lost", status: 502 }, "provider_failed"],
      ["the connection drops", { kind: "cut" }, "provider_failed"],
      ["GitHub has a problem of its own", { kind: "status", status: 503 }, "provider_failed"],
      ["no answer comes", { kind: "stall" }, "timeout"],
      ["the answer stops", { kind: "stall", afterHeaders: true }, "timeout"],
      ["the answer is cut off", { kind: "truncated" }, "provider_failed"],
      ["the answer is garbage", { kind: "body", text: "<html>" }, "provider_failed"],
      ["the answer is another", { kind: "body", text: "{}" }, "provider_failed"],
    ];
    for (const [what, fault, code] of lost) {
      it(`is uncertain and sent once where ${what}`, async () => {
        await open();
        const provider = stage.provide({ requestTimeoutMs: 150 });
        stage.server.faults.add({ method: "POST", fault });
        stage.server.faults.add({ method: "PATCH", fault });
        const ref = stage.ref(1);
        const draft = { title: "New", body: "", labels: [], assignees: [] };
        const writes = {
          create: () => provider.createIssue("acme/widgets", draft, never),
          comment: () => provider.addComment("acme/widgets", ref, "Hello", never),
          update: () => provider.updateIssue("acme/widgets", ref, { title: "Changed" }, never),
        };
        for (const [name, write] of Object.entries(writes)) {
          const error = await failure(write());
          assert.deepEqual([name, error.code, error.data["uncertain"]], [name, code, true]);
          assert.match(error.message, /look at GitHub before repeating/);
        }
        assert.equal(stage.count("POST", /./) + stage.count("PATCH", /./), 3, "none is repeated");
        assert.equal(stage.store.commentsOf(1).length, fault.kind === "lost" ? 2 : 1);
      });
    }

    const refused: Array<[what: string, fault: Fault, code: ErrorCode]> = [
      ["the token is refused", { kind: "status", status: 401 }, "provider_unauthorized"],
      ["it is forbidden", { kind: "status", status: 403 }, "provider_forbidden"],
      ["it makes no sense to GitHub", { kind: "status", status: 422 }, "invalid_input"],
      ["a limit is reached for long", { kind: "exhausted", resetInSeconds: 1800 }, "provider_rate_limited"],
      ["a secondary limit lasts", { kind: "secondary", retryAfterSeconds: 600 }, "provider_rate_limited"],
      [
        "another host is to have it",
        { kind: "redirect", location: "http://127.0.0.2:9/", status: 307 },
        "provider_failed",
      ],
    ];
    for (const [what, fault, code] of refused) {
      it(`is certain where ${what}`, async () => {
        await open();
        stage.server.faults.add({ method: "POST", fault });
        const error = await failure(comment(1));
        assert.deepEqual([error.code, error.data["uncertain"]], [code, undefined]);
        assert.equal(stage.count("POST", /./), 1);
      });
    }

    it("waits out a short limit, since GitHub did nothing, and writes once", async () => {
      await open();
      for (const fault of [
        { kind: "secondary", retryAfterSeconds: 2 },
        { kind: "exhausted", resetInSeconds: 2 },
      ] satisfies Fault[]) {
        stage.server.faults.add({ method: "POST", times: 1, fault });
      }
      await comment(1, "Once");
      assert.deepEqual(
        stage.store.commentsOf(1).map(({ body }) => body),
        ["First", "Once"],
      );
    });

    it("asks for nothing while a limit lasts, whoever asks over the same connection", async () => {
      await open();
      stage.server.faults.add({ method: "POST", times: 1, fault: { kind: "secondary", retryAfterSeconds: 600 } });
      await assert.rejects(comment(1), withCode("provider_rate_limited"));
      const before = stage.server.requests;
      await assert.rejects(stage.issue(1), withCode("provider_rate_limited", "10 minutes"));
      await assert.rejects(stage.list(), withCode("provider_rate_limited"));
      assert.equal(stage.server.requests, before);
    });

    it("keeps writes apart, as GitHub asks", async () => {
      await open();
      const before = performance.now();
      const provider = stage.provide({ retryStepMs: 100 });
      await Promise.all([1, 2, 1].map((number) => provider.addComment("acme/widgets", stage.ref(number), "x", never)));
      assert.ok(performance.now() - before >= 600, "three comments, three steps of 100 ms between each");
    });

    it("is certain where nothing listens", async () => {
      await open();
      const provider = stage.provide();
      const draft = { title: "New", body: "", labels: [], assignees: [] };
      const other = await GitHubStage.open({ repositories: [] });
      const gone = other.provide();
      await other.close();
      const error = await failure(gone.createIssue("acme/widgets", draft, never));
      assert.deepEqual([error.code, error.data["uncertain"]], ["provider_failed", undefined]);
      await provider.createIssue("acme/widgets", draft, never);
    });

    it("is not sent any more when cancelled while it waits, and uncertain when cancelled on its way", async () => {
      await open();
      const waiting = new AbortController();
      const provider = stage.provide({ retryStepMs: 300 });
      await provider.addComment("acme/widgets", stage.ref(1), "Sent", never);
      const second = failure(provider.addComment("acme/widgets", stage.ref(1), "Never sent", waiting.signal));
      setImmediate(() => waiting.abort());
      const { code, data } = await second;
      assert.deepEqual([code, data["uncertain"]], ["cancelled", undefined]);
      await provider.addComment("acme/widgets", stage.ref(1), "Sent later", never);
      assert.deepEqual(
        stage.store.commentsOf(1).map(({ body }) => body),
        ["First", "Sent", "Sent later"],
      );

      stage.server.faults.add({ method: "POST", fault: { kind: "stall" } });
      const underWay = new AbortController();
      const posts = stage.count("POST", /./);
      const stalled = failure(stage.provide().addComment("acme/widgets", stage.ref(1), "x", underWay.signal));
      await waitFor(() => stage.count("POST", /./) > posts, { what: "the comment's arrival" });
      underWay.abort();
      const ended = await stalled;
      assert.deepEqual([ended.code, ended.data["uncertain"]], ["cancelled", true]);
    });
  });
});

async function failure(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    assert.ok(!inspect(error, { depth: 20 }).includes(token), "no token in the error or its causes");
    return error;
  }
  throw new assert.AssertionError({ message: "the write should have failed" });
}
