import assert from "node:assert/strict";
import { GitHubDescription } from "../../fixtures/github/openapi.ts";
import { commentData, issueData, minutesAfterStart, repositoryData } from "../../fixtures/github/samples.ts";
import { type Exchange, type GitHubServer, startGitHubServer } from "../../fixtures/github/server.ts";

const bearer = { authorization: "Bearer sesame" };

describe("the GitHub-compatible server", () => {
  let server: GitHubServer;

  before(async () => {
    const issues = Array.from({ length: 65 }, (_, index) => issueData({ number: index + 1 }));
    issues[1] = issueData({
      number: 2,
      state: "closed",
      closedAt: minutesAfterStart(90),
      author: null,
      body: null,
      labels: ["bug", "unlisted"],
      assignees: ["octo-ann"],
      milestone: "v1",
      comments: [commentData({ body: "First" }), commentData({ body: "Second", author: null })],
    });
    issues[2] = issueData({
      number: 3,
      pullRequest: { mergedAt: null },
      comments: [commentData({ body: "On a pull" })],
    });
    server = await startGitHubServer({
      repositories: [
        repositoryData(issues, {
          milestones: [{ number: 1, title: "v1", description: null, state: "open", dueOn: null }],
        }),
      ],
      basePath: "/api/v3",
      tokens: { sesame: { login: "octo-ann", scopes: ["repo"] } },
      record: true,
    });
  });
  after(() => server.close());

  const get = (path: string, headers: Record<string, string> = bearer) => fetch(server.url + path, { headers });

  it("answers everything as GitHub describes it", async () => {
    const write = (method: string, path: string, body: unknown) =>
      fetch(server.url + path, { method, headers: bearer, body: JSON.stringify(body) });
    const responses = [
      await get("/user"),
      await get("/rate_limit"),
      await get("/repos/acme/widgets"),
      await get("/repos/acme/widgets/labels"),
      await get("/repos/acme/widgets/assignees"),
      await get("/repos/acme/widgets/issues?state=all&per_page=100&sort=created&direction=asc&page=1"),
      await get("/repos/acme/widgets/issues/2"),
      await get("/repos/acme/widgets/issues/2/comments"),
      await get("/repos/acme/widgets/issues/comments?per_page=100"),
      await write("POST", "/repos/acme/widgets/issues", { title: "New", body: "Text", labels: ["bug"], milestone: 1 }),
      await write("PATCH", "/repos/acme/widgets/issues/66", { state: "closed", assignees: ["octo-ann"], body: null }),
      await write("POST", "/repos/acme/widgets/issues/66/comments", { body: "Done" }),
      await write("POST", "/repos/acme/widgets/issues", { title: "" }),
      await get("/repos/acme/nothing"),
      await get("/user", {}),
    ];
    assert.deepEqual(
      responses.map((response) => response.status),
      [200, 200, 200, 200, 200, 200, 200, 200, 200, 201, 200, 201, 422, 404, 401],
    );
    const description = GitHubDescription.load();
    assert.deepEqual(
      server.exchanges.flatMap((exchange) => description.problems(exchange)),
      [],
    );
    assert.equal(server.exchanges.length, responses.length);
    server.repository("acme/widgets").remove(66);
  });

  it("is held to the description: what departs from it is named", async () => {
    await get("/repos/acme/widgets/issues/2");
    const exchange = server.exchanges.at(-1);
    assert.ok(exchange);
    const description = GitHubDescription.load();
    const departs = (change: Partial<Exchange>) => description.problems({ ...exchange, ...change }).join("\n");
    const body = exchange.responseBody as Record<string, unknown>;
    assert.equal(departs({}), "");
    assert.match(departs({ responseBody: { ...body, number: "2" } }), /\/number must be integer/);
    assert.match(departs({ path: "/repos/acme/widgets/issue/2" }), /no such operation/);
    assert.match(departs({ path: "/repos/acme/widgets/issues/two" }), /issue_number must be integer/);
    assert.match(departs({ query: new URLSearchParams({ colour: "red" }) }), /colour is not described/);
    assert.match(departs({ status: 418 }), /418 is not described/);
    const list = { path: "/repos/acme/widgets/issues", responseBody: [] };
    assert.match(
      departs({ ...list, query: new URLSearchParams({ state: "merged" }) }),
      /state must be equal to one of/,
    );
    assert.match(
      departs({ ...list, method: "POST", requestBody: { body: "no title" } }),
      /must have required property 'title'/,
    );
  });

  it("pages with Link headers, and lists pull requests among the issues", async () => {
    const page = await get("/repos/acme/widgets/issues?state=all&per_page=30&page=2&sort=created&direction=asc");
    const numbers = ((await page.json()) as Array<{ number: number }>).map((issue) => issue.number);
    assert.deepEqual([numbers.length, numbers[0], numbers.at(-1)], [30, 31, 60]);
    const link = page.headers.get("link") ?? "";
    assert.match(link, /page=3[^>]*>; rel="next"/);
    assert.match(link, /page=3[^>]*>; rel="last"/);
    assert.match(link, /page=1[^>]*>; rel="prev"/);

    const pull = (await (await get("/repos/acme/widgets/issues/3")).json()) as Record<string, unknown>;
    assert.ok("pull_request" in pull);
    const open = (await (await get("/repos/acme/widgets/issues?per_page=100")).json()) as unknown[];
    assert.equal(open.length, 64);
  });

  it("answers 304 to an ETag it gave, until something changes", async () => {
    const first = await get("/repos/acme/widgets/issues/5");
    await first.text();
    const condition = { ...bearer, "if-none-match": first.headers.get("etag") ?? "" };
    assert.equal((await get("/repos/acme/widgets/issues/5", condition)).status, 304);
    const store = server.repository("acme/widgets");
    const issue = store.issue(5);
    assert.ok(issue);
    store.edit(issue, { title: "Changed" });
    assert.equal((await get("/repos/acme/widgets/issues/5", condition)).status, 200);
  });

  it("shows an issue as a web page, with its text as text", async () => {
    const store = server.repository("acme/widgets");
    const issue = store.issue(7);
    assert.ok(issue);
    store.edit(issue, { title: "<script>alert(1)</script>" });
    const page = await fetch(new URL("/acme/widgets/issues/7", server.url));
    const html = await page.text();
    assert.match(html, /&lt;script&gt;alert/);
    assert.ok(!html.includes("<script>"));
    assert.equal((await fetch(new URL("/acme/widgets/issues/999", server.url))).status, 404);
  });
});
