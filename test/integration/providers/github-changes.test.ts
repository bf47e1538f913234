import assert from "node:assert/strict";
import type { Clock } from "../../../shared/clock.ts";
import { withCode } from "../../support/error-code.ts";
import { commentData, issueData, minutesAfterStart, repositoryData } from "../../fixtures/github/samples.ts";
import type { GitHubServerOptions } from "../../fixtures/github/server.ts";
import { GitHubStage, never } from "./github-stage.ts";

/** A clock at GitHub, years from ours in either direction. */
class ServerClock implements Clock {
  time = Date.parse("2031-05-05T12:00:00Z");

  now(): number {
    return this.time;
  }

  pass(minutes: number): void {
    this.time += minutes * 60_000;
  }
}

describe("reading from GitHub what changed", () => {
  let stage: GitHubStage;
  let clock: ServerClock;

  async function open(options: Partial<GitHubServerOptions> = {}): Promise<void> {
    clock = new ServerClock();
    stage = await GitHubStage.open({ repositories: [widgets(150)], clock, ...options });
  }
  afterEach(() => stage.close());

  function edit(number: number, title: string): void {
    const issue = stage.store.issue(number);
    assert.ok(issue);
    stage.store.edit(issue, { title });
  }

  it("takes one conditional request where nothing changed, which costs nothing of the limit", async () => {
    await open();
    const first = await stage.list();
    assert.equal(first.issues.length, 149);
    for (let round = 0; round < 3; round += 1) {
      const again = await stage.list({ since: first.position });
      assert.deepEqual([again.issues, again.requests, again.position], [[], 1, first.position]);
      assert.equal(stage.server.exchanges.at(-1)?.status, 304);
    }
  });

  it("gives what changed with all its comments, and is quiet again after it", async () => {
    await open();
    const first = await stage.list();
    clock.pass(5);
    edit(9, "Renamed");
    const issue = stage.store.issue(12);
    assert.ok(issue);
    stage.store.addComment(issue, "octo-eve", "newer");
    stage.store.create("octo-eve", { title: "New one" });
    const second = await stage.list({ since: first.position });
    assert.deepEqual(second.keys.sort(), ["#12", "#150", "#151", "#9"], "#150 lies within the overlap");
    assert.deepEqual(
      second.issues.find(({ key }) => key === "#12")?.comments.map(({ body }) => body),
      ["Comment on 12", "newer"],
    );
    assert.equal(second.issues.find(({ key }) => key === "#9")?.title, "Renamed");
    const third = await stage.list({ since: second.position });
    assert.deepEqual([third.issues, third.requests], [[], 1]);
  });

  it("gives edited comments, and closed and reopened issues", async () => {
    await open();
    const first = await stage.list();
    clock.pass(5);
    const [comment] = stage.store.commentsOf(4);
    assert.ok(comment);
    stage.store.editComment(comment.id, "Edited");
    const issue = stage.store.issue(7);
    assert.ok(issue);
    stage.store.edit(issue, { state: "closed" });
    const { issues, position } = await stage.list({ since: first.position });
    assert.deepEqual(issues.find(({ key }) => key === "#4")?.comments[0]?.body, "Edited");
    assert.equal(issues.find(({ key }) => key === "#7")?.rawStatus, "closed");
    clock.pass(5);
    stage.store.edit(issue, { state: "open" });
    assert.equal((await stage.list({ since: position })).issues.find(({ key }) => key === "#7")?.rawStatus, "open");
  });

  it("misses nothing that changes while it reads, whatever page it is on", async () => {
    await open({ repositories: [widgets(350)] });
    const first = await stage.list();
    clock.pass(5);
    for (let number = 1; number <= 320; number += 1) edit(number, `Changed ${number}`);
    // Whatever is read already changes again, and one vanishes: numbered pages would shift.
    const titles = new Map<string, string>();
    let page = 0;
    let position = "";
    const options = { signal: never, since: first.position, onPosition: (text: string) => (position = text) };
    for await (const issues of stage.provider.listIssues("acme/widgets", options)) {
      for (const { key, title } of issues) titles.set(key, title);
      page += 1;
      clock.pass(1);
      if (page === 1) for (let number = 1; number <= 40; number += 1) edit(number, `Again ${number}`);
      if (page === 2) stage.store.remove(60);
    }
    for (const { key, title } of (await stage.list({ since: position })).issues) titles.set(key, title);
    for (let number = 1; number <= 320; number += 1) {
      if (number === 3 || number === 60) continue;
      assert.equal(titles.get(`#${number}`), number <= 40 ? `Again ${number}` : `Changed ${number}`);
    }
  });

  it("reads on where more than a page changed within one second", async () => {
    await open({ repositories: [widgets(260)] });
    const first = await stage.list();
    clock.pass(5);
    for (let number = 1; number <= 250; number += 1) edit(number, `Changed ${number}`);
    const second = await stage.list({ since: first.position });
    assert.equal(second.issues.filter(({ title }) => title.startsWith("Changed")).length, 249);
    assert.equal(new Set(second.keys).size, second.keys.length, "each once");
    const third = await stage.list({ since: second.position });
    assert.deepEqual([third.issues, third.requests], [[], 1]);
  });

  it("takes the comments of many changes together, and those of few one by one", async () => {
    await open({ repositories: [widgets(350)] });
    const first = await stage.list();
    clock.pass(5);
    edit(20, "Changed");
    edit(21, "Changed");
    const few = await stage.list({ since: first.position });
    // The listing, the comments of #20, #21 and #350, and the position.
    assert.equal(few.requests, 5);
    clock.pass(5);
    for (let number = 30; number < 110; number += 1) edit(number, "Changed");
    const many = await stage.list({ since: few.position });
    assert.equal(many.issues.filter(({ comments }) => comments.length > 0).length, many.issues.length);
    assert.ok(many.requests <= 8, `${many.requests} requests for 80 issues`);
  });

  it("sees what changed during the full listing in the next one", async () => {
    await open({ repositories: [widgets(350)] });
    let position = "";
    let changed = false;
    const options = { signal: never, onPosition: (text: string) => (position = text) };
    for await (const issues of stage.provider.listIssues("acme/widgets", options)) {
      assert.ok(issues.length > 0);
      clock.pass(10);
      if (!changed) edit(1, "Changed behind its back");
      changed = true;
    }
    const next = await stage.list({ since: position });
    assert.ok(next.issues.some(({ title }) => title === "Changed behind its back"));
  });

  it("goes by GitHub's clock: ours may be years off, and a jump of GitHub's back hides nothing", async () => {
    await open();
    clock.time = Date.parse("2011-05-05T12:00:00Z");
    const first = await stage.list();
    clock.pass(1);
    edit(8, "Changed in 2011");
    const { issues } = await stage.list({ since: first.position });
    assert.ok(issues.some(({ title }) => title === "Changed in 2011"));
  });

  it("begins anew with a position that is none, or another repository's", async () => {
    await open({ repositories: [widgets(150), { ...widgets(4), name: "gadgets" }] });
    const other = (await stage.list({}, "acme/gadgets")).position;
    for (const since of ["", "{", "[]", other]) assert.equal((await stage.list({ since })).issues.length, 149);
  });

  it("tells a repository's new name, and reads on under the old one", async () => {
    await open();
    const first = await stage.list();
    assert.deepEqual(first.names, []);
    stage.server.rename("acme/widgets", "umbrella/gears");
    const renamed = await stage.list();
    assert.deepEqual([renamed.issues.length, renamed.names], [149, ["umbrella/gears"]]);
    clock.pass(5);
    const issue = stage.store.issue(5);
    assert.ok(issue);
    stage.store.edit(issue, { title: "Changed" });
    const changes = await stage.list({ since: first.position });
    assert.deepEqual(changes.names, ["umbrella/gears"]);
    assert.ok(changes.keys.includes("#5"));
    const body = "Under the old name";
    await stage.provider.addComment("acme/widgets", stage.ref(5), body, never);
    assert.equal(stage.store.commentsOf(5).at(-1)?.body, body);
  });

  it("lists the lasting ids of issues, and none of pull requests, a hundred per request", async () => {
    await open();
    const keys: string[] = [];
    for await (const page of stage.provider.listKeys("acme/widgets", { signal: never })) keys.push(...page);
    assert.deepEqual([keys.length, stage.server.requests], [149, 2]);
    assert.ok(keys.includes(stage.ref(150).externalId) && !keys.includes(stage.ref(3).externalId));
  });

  it("knows a deleted and a transferred issue from a repository out of reach", async () => {
    await open({ repositories: [widgets(20), { ...widgets(4), name: "gadgets" }] });
    const get = (number: number) => stage.provider.getIssue("acme/widgets", stage.ref(number), never);
    assert.equal((await get(5))?.title, "Issue 5");
    assert.equal((await get(5))?.comments.length, 1);
    stage.store.remove(5);
    stage.store.transfer(6, stage.server.repository("acme/gadgets"));
    assert.equal(await get(5), null);
    assert.equal(await get(6), null, "what it became elsewhere is another issue");
    assert.equal(await get(99), null);
    const elsewhere = { key: "#7", externalId: "1" };
    assert.equal(await stage.provider.getIssue("acme/widgets", elsewhere, never), null, "a number given again");
    stage.server.faults.add({ path: /^\/repos/, fault: { kind: "status", status: 404 } });
    await assert.rejects(get(7), withCode("provider_not_found"));
    stage.server.faults.clear();
    stage.server.faults.add({ path: /issues\/7/, fault: { kind: "status", status: 500 } });
    await assert.rejects(get(7), withCode("provider_failed"));
  });

  it("leaves the last requests before a limit to people", async () => {
    await open();
    const soon = String(Math.floor(Date.now() / 1000) + 1800);
    const headers = { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "20", "x-ratelimit-reset": soon };
    stage.server.faults.add({ path: /^\/user$/, fault: { kind: "status", status: 404, headers } });
    assert.equal((await stage.provider.test(never)).ok, false);
    const before = stage.server.requests;
    await assert.rejects(stage.list(), withCode("provider_rate_limited", "30 minutes"));
    assert.equal(stage.server.requests, before, "nothing is asked in the background");
    assert.equal((await stage.issue(2)).key, "#2");
  });
});

/** So many numbers, two minutes apart: #3 is a pull request, each other has a comment of its time. */
function widgets(count: number) {
  return repositoryData(
    Array.from({ length: count }, (_, index) => {
      const number = index + 1;
      const at = minutesAfterStart(2 * number);
      const comments = [commentData({ body: `Comment on ${number}`, createdAt: at, updatedAt: at })];
      return issueData({
        number,
        createdAt: at,
        updatedAt: at,
        comments,
        ...(number === 3 && { pullRequest: { mergedAt: null } }),
      });
    }),
  );
}
