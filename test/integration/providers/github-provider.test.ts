import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import type { GitHubClientOptions } from "../../../server/providers/github/client.ts";
import { GitHubProvider } from "../../../server/providers/github/github-provider.ts";
import type { ProviderIssue } from "../../../server/providers/provider.ts";
import { AppError, type ErrorCode } from "../../../shared/errors.ts";
import type { Fault } from "../../fixtures/github/faults.ts";
import { GitHubDescription } from "../../fixtures/github/openapi.ts";
import { commentData, issueData, minutesAfterStart, repositoryData } from "../../fixtures/github/samples.ts";
import { type GitHubServer, type GitHubServerOptions, startGitHubServer } from "../../fixtures/github/server.ts";
import { waitFor } from "../../support/wait.ts";

const token = "ghp_canary0123456789";
/** Waiting a hundredth of the real time. */
const quick: GitHubClientOptions = { retryStepMs: 10 };

describe("the GitHub provider", () => {
  let server: GitHubServer;
  let connections = 0;

  async function serve(options: Partial<GitHubServerOptions> = {}): Promise<void> {
    server = await startGitHubServer({
      repositories: [manyIssues()],
      tokens: { [token]: { login: "octo-ann", scopes: ["repo", "read:org"] } },
      record: true,
      ...options,
    });
  }
  afterEach(async () => {
    const description = GitHubDescription.load();
    const problems = server.exchanges.flatMap((exchange) => description.problems(exchange));
    await server.close();
    assert.deepEqual(problems, [], "every request and answer is as GitHub describes it");
  });

  function provider(options: GitHubClientOptions & { token?: string; baseUrl?: string } = {}): GitHubProvider {
    connections += 1;
    const { token: own = token, baseUrl = server.url, ...rest } = options;
    return new GitHubProvider(
      { id: `connection-${connections}`, provider: "github", baseUrl, token: own },
      { ...quick, ...rest },
    );
  }

  describe("listing issues", () => {
    it("gives every issue with its comments, and no pull request", async () => {
      await serve();
      const issues = await collect(provider());
      assert.equal(issues.length, 225);
      assert.ok(issues.every((issue) => !issue.title.startsWith("Pull")));
      const second = issues.find((issue) => issue.key === "#2");
      assert.deepEqual(second && { ...second, externalId: "", author: second.author.name }, {
        key: "#2",
        externalId: "",
        title: "Closed with everything",
        body: "",
        rawStatus: "closed",
        category: "closed",
        labels: ["bug"],
        assignees: second?.assignees,
        author: "ghost",
        milestone: "v1",
        url: `http://127.0.0.1:${server.port}/acme/widgets/issues/2`,
        commentCount: 2,
        createdAt: minutesAfterStart(2),
        updatedAt: minutesAfterStart(2),
        closedAt: minutesAfterStart(90),
        comments: second?.comments,
      });
      assert.deepEqual(
        second?.assignees.map((person) => person.name),
        ["octo-ann", "octo-bob"],
      );
      assert.deepEqual(
        second?.comments.map(({ author, body, fromCollaborator }) => [author.name, body, fromCollaborator]),
        [
          ["octo-bob", "First <b>", true],
          ["ghost", "Second", false],
        ],
      );
      assert.equal(
        issues.reduce((sum, issue) => sum + issue.comments.length, 0),
        227,
      );
    });

    it("needs no request per issue: three pages of comments and three of issues", async () => {
      await serve();
      await collect(provider());
      assert.equal(server.requests, 6);
    });

    it("says how far it is, and ends where it said it would", async () => {
      await serve();
      const seen: string[] = [];
      await collect(provider(), { onProgress: ({ done, total, step }) => seen.push(`${step} ${done}/${total}`) });
      assert.deepEqual(seen, [
        "Fetching comments 100/300",
        "Fetching comments 200/300",
        "Fetching comments 228/228",
        "Fetching issues 100/300",
        "Fetching issues 200/300",
        "Fetching issues 226/226",
      ]);
    });

    it("fetches a few pages at a time, and no more", async () => {
      await serve({
        repositories: [repositoryData(Array.from({ length: 1200 }, (_, i) => issueData({ number: i + 1 })))],
        latencyMs: 20,
      });
      assert.equal((await collect(provider({ concurrency: 3 }))).length, 1200);
      assert.equal(server.peak, 3);
    });

    it("follows GitHub's own cursors where pages are not numbered to the end", async () => {
      await serve({ pagination: "cursors" });
      assert.equal((await collect(provider())).length, 225);
      assert.ok(server.exchanges.some((exchange) => exchange.query.has("after")));
    });

    it("works below a path prefix, as on GitHub Enterprise Server, and with a trailing slash", async () => {
      await serve({ basePath: "/api/v3" });
      assert.equal((await collect(provider({ baseUrl: `${server.url}/` }))).length, 225);
    });

    it("reads comments issue by issue where GitHub lists no more of them", async () => {
      await serve();
      server.faults.add({ path: /\/issues\/comments\?.*page=3/, fault: { kind: "status", status: 422 } });
      const issues = await collect(provider());
      assert.equal(
        issues.reduce((sum, issue) => sum + issue.comments.length, 0),
        227,
      );
    });

    it("stops asking when the consumer stops", async () => {
      await serve({ latencyMs: 10 });
      for await (const page of provider({ concurrency: 1 }).listIssues("acme/widgets", options())) {
        assert.ok(page.length > 0);
        break;
      }
      await waitFor(() => server.exchanges.length === server.requests, { what: "the answers under way" });
      assert.ok(server.requests < 6, `${server.requests} requests`);
    });

    for (const name of ["widgets", "acme/widgets/issues", "../acme", "acme/..", "acme/wid gets", "", "acme/"]) {
      it(`refuses ${JSON.stringify(name)} for a repository before asking`, async () => {
        await serve();
        await assert.rejects(collect(provider(), {}, name), isAppError("invalid_input", /owner\/repository/));
        assert.equal(server.requests, 0);
      });
    }
  });

  describe("faults", () => {
    const wrong: Array<[what: string, fault: Fault, code: ErrorCode, says: RegExp]> = [
      ["401", { kind: "status", status: 401, message: "Bad credentials" }, "provider_unauthorized", /Save a new one/],
      ["403", { kind: "status", status: 403, message: `No ${token}\nfor you` }, "provider_forbidden", /scope "repo"/],
      [
        "403 for want of single sign-on",
        { kind: "status", status: 403, headers: { "x-github-sso": "required; url=https://sso.test/" } },
        "provider_forbidden",
        /single sign-on/,
      ],
      [
        "404",
        { kind: "status", status: 404 },
        "provider_not_found",
        /does not have the repository acme\/widgets, .*Check its name/,
      ],
      ["410", { kind: "status", status: 410 }, "provider_not_found", /switched off/],
      [
        "a rate limit longer than is waited",
        { kind: "exhausted", resetInSeconds: 1800 },
        "provider_rate_limited",
        /try again in \d+ minutes/,
      ],
      [
        "a secondary limit that lasts",
        { kind: "secondary", retryAfterSeconds: 600 },
        "provider_rate_limited",
        /10 minutes/,
      ],
      [
        "429 that lasts",
        { kind: "status", status: 429, headers: { "retry-after": "90" } },
        "provider_rate_limited",
        /90 seconds/,
      ],
      ["500", { kind: "status", status: 500 }, "provider_failed", /try again later/],
      ["garbage", { kind: "body", text: '{"mes' }, "provider_failed", /not JSON/],
      ["a web page", { kind: "body", text: "<html>", contentType: "text/html" }, "provider_failed", /\/api\/v3/],
      ["an empty answer", { kind: "body", text: "" }, "provider_failed", /not JSON/],
      ["another form", { kind: "body", text: '[{"id":"x"}]' }, "provider_failed", /unknown form/],
      [
        "an impossible number of pages",
        { kind: "body", text: "[]", link: '<http://127.0.0.1/?page=1000000000>; rel="last"' },
        "provider_failed",
        /1000000000 pages/,
      ],
      [
        "a Link to nowhere",
        { kind: "body", text: "[]", link: '<nowhere>; rel="next"' },
        "provider_failed",
        /address is none/,
      ],
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
        await serve();
        server.faults.add({ fault });
        const limits = { requestTimeoutMs: 150, maxAnswerBytes: 2 * 1024 * 1024, concurrency: 1 };
        await assert.rejects(collect(provider(limits)), isAppError(code, says));
        assert.ok(server.requests <= 4, `${server.requests} requests`);
      });
    }

    const passing: Array<[what: string, fault: Fault]> = [
      ["two server errors", { kind: "status", status: 502 }],
      ["two dropped connections", { kind: "cut" }],
      ["two truncated answers", { kind: "truncated" }],
      ["a short secondary limit", { kind: "secondary", retryAfterSeconds: 2 }],
      ["a rate limit about to end", { kind: "exhausted", resetInSeconds: 2 }],
      ["429 with a short Retry-After", { kind: "status", status: 429, headers: { "retry-after": "2" } }],
    ];
    for (const [what, fault] of passing) {
      it(`gets over ${what}`, async () => {
        await serve();
        server.faults.add({ path: /issues\?/, after: 1, times: 2, fault });
        assert.equal((await collect(provider())).length, 225);
        assert.equal(server.requests, 8);
      });
    }

    it("waits as long as Retry-After says", async () => {
      await serve();
      server.faults.add({ times: 1, fault: { kind: "status", status: 429, headers: { "retry-after": "30" } } });
      const before = performance.now();
      await collect(provider());
      assert.ok(performance.now() - before >= 300, "30 seconds, a hundredth of the real time");
    });

    it("never takes the token to another host", async () => {
      await serve();
      const received: unknown[] = [];
      const other = createServer((request, response) => {
        received.push(request.headers);
        response.end("[]");
      });
      await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
      try {
        const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/repos/acme/widgets/issues`;
        server.faults.add({ fault: { kind: "redirect", location } });
        await assert.rejects(collect(provider()), isAppError("provider_failed", /The token is not sent there/));
        assert.deepEqual(received, []);
        assert.equal(server.requests, 1);
      } finally {
        other.close();
      }
    });

    it("follows a redirect within the server, as for a renamed repository", async () => {
      await serve();
      const location = (requested: string) => requested.replace("old-name", "widgets");
      server.faults.add({ path: /old-name/, fault: { kind: "redirect", status: 301, location } });
      assert.equal((await collect(provider(), {}, "acme/old-name")).length, 225);
    });

    it("says that nothing listens", async () => {
      await serve();
      const closed = await startGitHubServer({ repositories: [] });
      await closed.close();
      await assert.rejects(collect(provider({ baseUrl: closed.url })), isAppError("provider_failed", /ECONNREFUSED/));
    });

    it("is cancelled at once, in the middle of a request or of a wait", async () => {
      for (const fault of [{ kind: "stall" }, { kind: "secondary", retryAfterSeconds: 59 }] satisfies Fault[]) {
        await serve();
        server.faults.add({ fault });
        const cancel = new AbortController();
        const listing = collect(provider({ retryStepMs: 1000 }), { signal: cancel.signal });
        const rejected = assert.rejects(listing, isAppError("cancelled", /was cancelled/));
        await waitFor(() => server.requests > 0, { what: "a request" });
        const before = performance.now();
        cancel.abort();
        await rejected;
        assert.ok(performance.now() - before < 500);
        await server.close();
      }
      await serve();
    });
  });

  describe("testing a connection", () => {
    const never = new AbortController().signal;

    it("says who the token is and what it may", async () => {
      await serve();
      assert.deepEqual(await provider().test(never), {
        ok: true,
        message: "Signed in as octo-ann.",
        account: "octo-ann",
        scopes: ["repo", "read:org"],
      });
    });

    it("says what is wrong with a bad token or a dead server, without throwing", async () => {
      await serve();
      const refused = await provider({ token: "ghp_wrong" }).test(never);
      assert.equal(refused.ok, false);
      assert.match(refused.message, /refuses the token/);
      server.faults.add({ fault: { kind: "cut" } });
      assert.match((await provider().test(never)).message, /could not be reached/);
    });

    it("works without a token where that is allowed, and asks for one where not", async () => {
      await serve();
      assert.match((await provider({ token: "" }).test(never)).message, /wants a token/);
      assert.equal(server.exchanges.at(-1)?.headers.authorization, undefined);
      await server.close();
      await serve({ tokens: undefined });
      assert.deepEqual(await provider({ token: "" }).test(never), {
        ok: true,
        message: "Reached without a token: only public repositories can be read, 60 requests an hour.",
        scopes: [],
      });
    });
  });
});

/** 225 issues (2 of them special), one pull request with a comment, 227 comments on issues. */
function manyIssues() {
  const issues = Array.from({ length: 226 }, (_, index) => {
    const number = index + 1;
    return issueData({
      number,
      comments: [commentData({ body: `Comment on ${number}`, createdAt: minutesAfterStart(number) })],
    });
  });
  issues[1] = issueData({
    number: 2,
    title: "Closed with everything",
    body: null,
    state: "closed",
    closedAt: minutesAfterStart(90),
    author: null,
    labels: ["bug"],
    assignees: ["octo-ann", "octo-bob"],
    milestone: "v1",
    comments: [
      commentData({ body: "First <b>", authorAssociation: "MEMBER" }),
      commentData({ body: "Second", author: null, createdAt: minutesAfterStart(5) }),
    ],
  });
  issues[2] = issueData({
    number: 3,
    title: "Pull",
    pullRequest: { mergedAt: null },
    comments: [commentData({ body: "On the pull request" })],
  });
  issues[3] = issueData({ number: 4, comments: [commentData({ body: "a" }), commentData({ body: "b" })] });
  return repositoryData(issues, {
    milestones: [{ number: 1, title: "v1", description: "First", state: "open", dueOn: null }],
  });
}

type Options = Partial<Parameters<GitHubProvider["listIssues"]>[1]>;

function options(given: Options = {}): Parameters<GitHubProvider["listIssues"]>[1] {
  return { signal: new AbortController().signal, ...given };
}

async function collect(provider: GitHubProvider, given: Options = {}, name = "acme/widgets"): Promise<ProviderIssue[]> {
  const issues: ProviderIssue[] = [];
  for await (const page of provider.listIssues(name, options(given))) issues.push(...page);
  return issues;
}

function isAppError(code: ErrorCode, says: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, says);
    assert.ok(!error.message.includes("\n"));
    assert.ok(!inspect(error, { depth: 20 }).includes(token), "no token in the error or its causes");
    return true;
  };
}
