import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import type { GitLabProvider } from "../../../server/providers/gitlab/gitlab-provider.ts";
import { AppError, type ErrorCode } from "../../../shared/errors.ts";
import type { Fault } from "../../fixtures/gitlab/faults.ts";
import { collect, refOf, signal, token, trackerOf, widgets } from "../../fixtures/gitlab/listing.ts";
import { gitLabIssues, gitLabNote, gitLabProject } from "../../fixtures/gitlab/samples.ts";
import { type GitLabServer, startGitLabServer } from "../../fixtures/gitlab/server.ts";
import { waitFor } from "../../support/wait.ts";

describe("the GitLab provider and faults", () => {
  let server: GitLabServer;

  beforeEach(async () => {
    const issues = gitLabIssues(250).map((issue) => ({ ...issue, notes: [gitLabNote({ body: "Hi" })] }));
    server = await startGitLabServer({
      projects: [gitLabProject(issues)],
      tokens: { [token]: { username: "ann", scopes: ["api"] } },
      basePath: "/gitlab",
      record: true,
    });
  });
  afterEach(() => server.close());

  const count = async (tracker: GitLabProvider, abort = signal()) => (await collect(tracker, { signal: abort })).length;
  const limited = (seconds: number): Fault => ({
    kind: "status",
    status: 429,
    headers: { "retry-after": String(seconds) },
  });

  const wrong: Array<[what: string, fault: Fault, code: ErrorCode, says: RegExp]> = [
    ["401", { kind: "status", status: 401 }, "provider_unauthorized", /Save a new one/],
    ["403", { kind: "status", status: 403, message: `No\n${token}` }, "provider_forbidden", /\(No \[token\]\)/],
    ["404", { kind: "status", status: 404 }, "provider_not_found", /Check its name/],
    ["400", { kind: "status", status: 400, message: "Bad" }, "provider_failed", /status 400: Bad/],
    ["429 that lasts", limited(900), "provider_rate_limited", /15 minutes/],
    ["429 without a word", { kind: "status", status: 429 }, "provider_rate_limited", /60 seconds/],
    ["500", { kind: "status", status: 500 }, "provider_failed", /try again later/],
    ["garbage", { kind: "body", text: '[{"iid' }, "provider_failed", /not JSON/],
    ["a web page", { kind: "body", text: "<html>", contentType: "text/html" }, "provider_failed", /with its path/],
    ["an empty answer", { kind: "body", text: "" }, "provider_failed", /unknown form/],
    ["another form", { kind: "body", text: '[{"id":1}]' }, "provider_failed", /unknown form/],
    ["no list", { kind: "body", text: "{}" }, "provider_failed", /unknown form/],
    ["a body cut off", { kind: "truncated" }, "provider_failed", /could not be reached/],
    ["a dropped connection", { kind: "cut" }, "provider_failed", /could not be reached/],
    ["no answer", { kind: "stall" }, "timeout", /did not answer in time/],
    ["an answer that stops", { kind: "stall", afterHeaders: true }, "timeout", /did not answer in time/],
    [
      "a redirect to itself",
      { kind: "redirect", location: (requested) => requested },
      "provider_failed",
      /redirects without end/,
    ],
    ["a redirect to nowhere", { kind: "redirect", location: "http://" }, "provider_failed", /no address/],
    ["a huge answer", { kind: "huge", bytes: 3_000_000 }, "provider_failed", /larger than 2 MB/],
  ];
  for (const [what, fault, code, says] of wrong) {
    it(`tells of ${what} in words, without the token and without a storm of requests`, async () => {
      const own = trackerOf(server, { requestTimeoutMs: 150, maxAnswerBytes: 2 * 1024 * 1024 });
      server.faults.add({ path: /\/issues\?/, fault });
      await assert.rejects(count(own), isAppError(code, says));
      assert.ok(server.requests <= 4, `${server.requests} requests`);
    });
  }

  it("ends where a server gives the same page for ever", async () => {
    const [page = ""] = await pageTexts();
    server.faults.add({ path: /\/issues\?/, fault: { kind: "body", text: page, link: '<x>; rel="next"' } });
    await assert.rejects(count(trackerOf(server)), isAppError("provider_failed", /same page/));
  });

  /** Answers of the server's own, of one time. */
  async function pageTexts(): Promise<string[]> {
    const { createdAt } = server.project(widgets).get(1);
    for (const issue of server.project(widgets).issues()) Object.assign(issue, { createdAt, notes: [] });
    await collect(trackerOf(server));
    return server.exchanges.map(({ responseBody }) => JSON.stringify(responseBody));
  }

  const passing: Array<[what: string, fault: Fault]> = [
    ["two server errors", { kind: "status", status: 502 }],
    ["two dropped connections", { kind: "cut" }],
    ["two truncated answers", { kind: "truncated" }],
    ["429 with a short Retry-After", limited(2)],
    ["503 with a short Retry-After", { kind: "status", status: 503, headers: { "retry-after": "2" } }],
  ];
  for (const [what, fault] of passing) {
    it(`gets over ${what}`, async () => {
      server.faults.add({ path: /\/issues\?/, after: 1, times: 2, fault });
      assert.equal(await count(trackerOf(server)), 250);
      server.faults.add({ path: /\/issues\/7\/notes/, times: 2, fault });
      assert.equal(await count(trackerOf(server)), 250);
    });
  }

  it("waits as long as GitLab says, with everything it does", async () => {
    const own = trackerOf(server);
    server.faults.add({ path: /\/notes/, times: 1, fault: limited(40) });
    const listing = count(own);
    await waitFor(() => server.exchanges.some(({ faulty }) => faulty), { what: "the limit" });
    const began = performance.now();
    await own.getIssue(widgets, refOf(server, 1), signal());
    assert.ok(performance.now() - began >= 350, "40 seconds, a hundredth of the real time");
    assert.equal(await listing, 250);
  });

  it("asks no more once it was told to wait", async () => {
    const own = trackerOf(server, { concurrency: 3, maxRateLimitSeconds: 20 });
    server.faults.add({ path: /\/notes/, fault: limited(40) });
    const limit = isAppError("provider_rate_limited", /(?:40|39) seconds/);
    await assert.rejects(count(own), limit);
    await assert.rejects(own.getIssue(widgets, refOf(server, 1), signal()), limit);
    assert.ok(server.requests <= 2 + 3, `${server.requests} requests: two pages of issues, three of comments`);
  });

  it("asks again with a few requests at a time, however many wait", async () => {
    const abort = new AbortController();
    server.faults.add({ path: /\/notes/, fault: limited(4) });
    const began = performance.now();
    const listing = count(trackerOf(server, { concurrency: 3, retries: 100 }), abort.signal);
    const refused = () => server.exchanges.filter(({ faulty }) => faulty).length >= 30;
    await waitFor(refused, { what: "refusals" });
    assert.ok(performance.now() - began >= 250, "three at a time, each 4 seconds, a hundredth of the real time");
    abort.abort();
    await assert.rejects(listing, isAppError("cancelled", /cancelled/));
  });

  it("leaves the last requests of a window to people", async () => {
    const own = trackerOf(server, { maxRateLimitSeconds: 20 });
    const text = JSON.stringify({ id: 1, username: "ann" });
    const fault = { kind: "status", status: 200, message: text } as const;
    const headers = { "ratelimit-limit": "100", "ratelimit-remaining": "3", "ratelimit-reset": inSeconds(30) };
    server.faults.add({ path: /\/user$/, times: 1, fault: { ...fault, headers } });
    await own.test(signal());
    await assert.rejects(count(own), isAppError("provider_rate_limited", /30 seconds|29 seconds/));
    const mine = await own.getIssue(widgets, refOf(server, 1), signal());
    assert.equal(mine?.key, "#1");
  });

  it("never takes the token to another host", async () => {
    await withOther(async (origin, received) => {
      server.faults.add({ path: /\/issues/, fault: { kind: "redirect", location: `${origin}/api/v4/x`, status: 301 } });
      await assert.rejects(count(trackerOf(server)), isAppError("provider_failed", /token is not sent there/));
      const commenting = trackerOf(server).addComment(widgets, refOf(server, 1), "Hi", signal());
      await assert.rejects(commenting, isAppError("provider_failed", /token is not sent there/));
      assert.deepEqual(received, []);
    });
  });

  it("ends at once when cancelled, also while it waits", async () => {
    const abort = new AbortController();
    server.faults.add({ path: /\/issues\?/, fault: limited(60) });
    const listing = count(trackerOf(server, { retryStepMs: 1000 }), abort.signal);
    await waitFor(() => server.requests > 0, { what: "the first request" });
    const began = performance.now();
    abort.abort();
    await assert.rejects(listing, isAppError("cancelled", /cancelled/));
    assert.ok(performance.now() - began < 1000);
  });

  it("lets a failure wait for its turn while a page is worked on", async () => {
    server.faults.add({ path: /\/issues\?/, after: 1, fault: { kind: "status", status: 404 } });
    let pages = 0;
    const reading = async () => {
      for await (const page of trackerOf(server).listIssues(widgets, { signal: signal() })) {
        pages += page.length;
        await waitFor(() => server.exchanges.filter(({ faulty }) => faulty).length > 0, { what: "the failure" });
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await assert.rejects(reading(), isAppError("provider_not_found", /Check its name/));
    assert.equal(pages, 100);
  });

  it("waits for no other part of a long list where one fails", async () => {
    const store = server.project(widgets);
    for (let issue = 0; issue < 1000; issue += 1) store.create("ann", { title: "More" });
    server.faults.add({ path: /created_after=.*created_before/, times: 1, fault: { kind: "status", status: 404 } });
    server.faults.add({ path: /created_after=/, fault: { kind: "stall" } });
    const began = performance.now();
    await assert.rejects(count(trackerOf(server)), isAppError("provider_not_found", /Check its name/));
    assert.ok(performance.now() - began < 10_000, "what never answers is given up after 30 seconds");
  });

  describe("in writes", () => {
    const lost: Array<[what: string, fault: Fault, code: ErrorCode]> = [
      ["a dropped connection", { kind: "cut" }, "provider_failed"],
      ["a truncated answer", { kind: "truncated" }, "provider_failed"],
      ["garbage", { kind: "body", text: "{" }, "provider_failed"],
      ["another form", { kind: "body", text: "{}" }, "provider_failed"],
      ["502", { kind: "status", status: 502 }, "provider_failed"],
      ["no answer", { kind: "stall" }, "timeout"],
    ];
    const draft = { title: "New", body: "", labels: [], assignees: [] };
    for (const [what, fault, code] of lost) {
      it(`does not repeat what may have arrived: ${what}`, async () => {
        const own = trackerOf(server, { requestTimeoutMs: 200 });
        const attempts = [
          ["POST", () => own.addComment(widgets, refOf(server, 1), "Once", signal())],
          ["PUT", () => own.updateIssue(widgets, refOf(server, 1), { title: "Once" }, signal())],
          ["POST", () => own.createIssue(widgets, draft, signal())],
        ] as const;
        for (const [method, attempt] of attempts) {
          server.faults.add({ method, fault });
          const before = server.exchanges.length;
          await assert.rejects(attempt(), isAppError(code, /look at GitLab before repeating it/, true));
          assert.equal(server.exchanges.slice(before).filter((exchange) => exchange.method === method).length, 1);
        }
      });
    }

    const sure: Array<[what: string, fault: Fault, code: ErrorCode]> = [
      ["403", { kind: "status", status: 403 }, "provider_forbidden"],
      ["422", { kind: "status", status: 422 }, "invalid_input"],
      ["409", { kind: "status", status: 409 }, "conflict"],
      ["429", limited(900), "provider_rate_limited"],
    ];
    for (const [what, fault, code] of sure) {
      it(`is sure that nothing was done: ${what}`, async () => {
        server.faults.add({ method: "POST", fault });
        const commenting = trackerOf(server).addComment(widgets, refOf(server, 1), "Never", signal());
        await assert.rejects(commenting, isAppError(code, /./, false));
      });
    }

    it("repeats what was turned away", async () => {
      server.faults.add({ method: "POST", times: 2, fault: limited(1) });
      await trackerOf(server).addComment(widgets, refOf(server, 1), "Once", signal());
      assert.deepEqual(
        server
          .project(widgets)
          .get(1)
          .notes.map(({ body }) => body),
        ["Hi", "Once"],
      );
    });

    it("is sure that nothing arrived where nobody listens", async () => {
      const own = trackerOf(server);
      const ref = refOf(server, 1);
      await server.close();
      await assert.rejects(
        own.addComment(widgets, ref, "Never", signal()),
        isAppError("provider_failed", /reached/, false),
      );
    });

    it("is not sure where it was cancelled on the way, and sure where before", async () => {
      const abort = new AbortController();
      server.faults.add({ method: "POST", fault: { kind: "stall" } });
      const own = trackerOf(server);
      const writing = own.addComment(widgets, refOf(server, 1), "Perhaps", abort.signal);
      await waitFor(() => server.exchanges.some(({ method }) => method === "POST"), { what: "the comment" });
      abort.abort();
      await assert.rejects(writing, isAppError("cancelled", /cancelled/, true));
      const never = own.addComment(widgets, refOf(server, 1), "Never", abort.signal);
      await assert.rejects(never, isAppError("cancelled", /cancelled/, false));
    });
  });
});

/** Another origin, which remembers what it was asked with. */
async function withOther(use: (origin: string, received: IncomingHttpHeaders[]) => Promise<void>): Promise<void> {
  const received: IncomingHttpHeaders[] = [];
  const other = createServer((request, response) => {
    received.push(request.headers);
    response.end("{}");
  });
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  try {
    await use(`http://127.0.0.1:${(other.address() as AddressInfo).port}`, received);
  } finally {
    other.closeAllConnections();
    other.close();
  }
}

function inSeconds(seconds: number): string {
  return String(Math.floor(Date.now() / 1000) + seconds);
}

function isAppError(code: ErrorCode, says: RegExp, uncertain?: boolean): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AppError, inspect(error));
    assert.deepEqual([error.code, says.test(error.message)], [code, true], error.message);
    if (uncertain !== undefined) assert.equal(error.data["uncertain"] === true, uncertain, error.message);
    const shown = inspect(error, { depth: 10 });
    assert.ok(!shown.includes(token), shown);
    return true;
  };
}
