import assert from "node:assert/strict";
import * as z from "zod";
import { GitHubClient } from "../../../server/providers/github/client.ts";
import { GitHubProvider } from "../../../server/providers/github/github-provider.ts";
import { listPages } from "../../../server/providers/github/pages.ts";
import { listedIssue, namedLabel, toIssue } from "../../../server/providers/github/payloads.ts";
import type { ProviderConnection } from "../../../server/providers/provider.ts";
import { AppError } from "../../../shared/errors.ts";
import { GitHubDescription } from "../../fixtures/github/openapi.ts";
import { recorded, recording, replay, type RecordedExchange, type Scenario } from "../../fixtures/github/recordings.ts";
import { issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { type GitHubServer, startGitHubServer } from "../../fixtures/github/server.ts";
import { shapeDifferences } from "../../fixtures/github/shape.ts";
import { never, token } from "./github-stage.ts";

const connectionTo = (baseUrl: string): ProviderConnection => ({ id: baseUrl, provider: "github", baseUrl, token });
const ask = { subject: "what was recorded", signal: never };
const issuesOf = (repo: string) => ({
  path: "/repos/{owner}/{repo}/issues",
  parameters: { owner: "octokit-fixture-org", repo },
  item: z.array(listedIssue),
  subject: `the repository ${repo}`,
});

/** What github.com really answered, once, served over HTTP to our own client. */
describe("recorded answers of GitHub", () => {
  it("are read to the last page by the links they carry", async () => {
    await using server = await replay("paginate-issues");
    const client = new GitHubClient(connectionTo(server.url));
    const pages = [];
    for await (const page of listPages(client, issuesOf("paginate-issues"), never)) pages.push(page);

    const numbers = pages.flatMap(({ items }) => items.map(({ number }) => number));
    assert.deepEqual(
      numbers.sort((one, other) => one - other),
      Array.from({ length: 13 }, (_, index) => index + 1),
    );
    assert.equal(server.requests.length, 5);
    assert.ok(pages.every(({ answeredAt }) => answeredAt === "Tue, 10 Oct 2017 16:00:00 GMT"));
  });

  it("become the issues that the store takes", async () => {
    await using server = await replay("paginate-issues");
    const client = new GitHubClient(connectionTo(server.url));
    const { data } = await client.get("/repositories/1000/issues", { page: 5 }, z.array(listedIssue), ask);
    const person = { id: "1000", name: "octokit-fixture-user-a" };
    assert.deepEqual(
      data.map((issue) => toIssue(issue, [])),
      [
        {
          key: "#1",
          externalId: "1012",
          title: "Test issue 1",
          body: "",
          rawStatus: "open",
          category: "open",
          labels: [],
          assignees: [],
          author: person,
          milestone: null,
          url: "https://github.com/octokit-fixture-org/paginate-issues/issues/1",
          commentCount: 42,
          createdAt: "2017-10-10T16:00:00.000Z",
          updatedAt: "2017-10-10T16:00:00.000Z",
          closedAt: null,
          comments: [],
        },
      ],
    );
  });

  it("cost nothing more where nothing changed: their ETag is given back", async () => {
    await using server = await replay("labels");
    const client = new GitHubClient(connectionTo(server.url));
    const path = "/repos/octokit-fixture-org/labels/labels";
    const first = await client.getIfChanged(path, {}, z.array(namedLabel), { ...ask, etag: null });
    assert.deepEqual(
      first?.data.map(({ name }) => name),
      [
        "bug",
        "documentation",
        "duplicate",
        "enhancement",
        "good first issue",
        "help wanted",
        "invalid",
        "question",
        "wontfix",
      ],
    );
    const etag = String(first?.headers["etag"]);
    assert.equal(await client.getIfChanged(path, {}, z.array(namedLabel), { ...ask, etag }), null);
    assert.equal(server.requests.length, 2, "the recorded limit, 4,999 of 5,000 left, holds nobody up");
  });

  it("tell what the account may do in a repository, also where it was renamed", async () => {
    const may = async (scenario: Scenario, repository: string) => {
      await using server = await replay(scenario);
      return await new GitHubProvider(connectionTo(server.url)).projectAbilities(repository, never);
    };
    const everything = {
      create: true,
      edit: true,
      comment: true,
      changeStatus: true,
      label: true,
      assign: true,
      severalAssignees: true,
    };
    assert.deepEqual(await may("get-repository", "octokit-fixture-org/hello-world"), everything);
    assert.deepEqual(await may("rename-repository", "octokit-fixture-org/rename-repository"), everything);
  });

  it("say what became of a new issue", async () => {
    await using server = await replay("add-labels-to-issue");
    const provider = new GitHubProvider(connectionTo(server.url));
    const draft = { title: "Issue without a label", body: "", labels: [], assignees: [] };
    const issue = await provider.createIssue("octokit-fixture-org/add-labels-to-issue", draft, never);
    const { key, title, labels, rawStatus } = issue;
    assert.deepEqual(
      { key, title, labels, rawStatus },
      { key: "#1", title: draft.title, labels: [], rawStatus: "open" },
    );
    assert.deepEqual(server.requests, [
      {
        method: "POST",
        path: "/repos/octokit-fixture-org/add-labels-to-issue/issues",
        body: draft,
      },
    ]);
  });

  it("become errors that say what GitHub said", async () => {
    await using refusing = await replay("errors");
    const wrong = new GitHubClient(connectionTo(refusing.url)).send(
      "POST",
      "/repos/octokit-fixture-org/errors/labels",
      { name: "foo", color: "invalid" },
      z.unknown(),
      ask,
    );
    await assert.rejects(wrong, (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "invalid_input");
      assert.match(error.message, /Validation Failed: .*"resource":"Label".*"field":"color"/);
      assert.equal(error.data["uncertain"], undefined);
      return true;
    });

    await using missing = await replay("branch-protection");
    const path = "/repos/octokit-fixture-org/branch-protection/branches/main/protection";
    await assert.rejects(new GitHubClient(connectionTo(missing.url)).get(path, {}, z.unknown(), ask), {
      code: "provider_not_found",
    });
  });
});

/** Members that GitHub answers since after the recordings; `@octokit/openapi` has them. */
const sinceRecorded = /(?:^|\.)(?:user_view_type|has_discussions|status)$/;

/** Headers that our clients, or octokit, go by. */
const readHeaders =
  /^(?:content-type|date|etag|link|location|x-accepted-oauth-scopes|x-github-(?:media-type|request-id)|x-oauth-scopes|x-ratelimit-.*)$/;

describe("the GitHub-compatible server beside recorded answers", () => {
  let server: GitHubServer;

  before(async () => {
    const issues = [1, 2, 3].map((number) => issueData({ number, labels: ["bug"], assignees: ["octo-ann"] }));
    const tokens = { [token]: { login: "octo-ann", scopes: ["repo"] } };
    server = await startGitHubServer({ repositories: [repositoryData(issues)], tokens });
  });
  after(() => server.close());

  /** Asks for the same of our server; how its answer departs from the recorded one. */
  async function departs(exchange: RecordedExchange, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(server.url + path, {
      method: exchange.method,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const { missing, extra, kinds } = shapeDifferences(exchange.response, await response.json());
    return {
      status: response.status === exchange.status ? "as recorded" : response.status,
      missing,
      extra: extra.filter((member) => !sinceRecorded.test(member)),
      kinds,
      headers: Object.keys(exchange.headers).filter((name) => readHeaders.test(name) && !response.headers.has(name)),
    };
  }

  const repository = "/repos/acme/widgets";
  const same = { status: "as recorded", missing: [], extra: [], kinds: [], headers: [] };
  const cases: [what: string, exchange: RecordedExchange, path: string, body?: unknown][] = [
    ["a page of issues", recorded("paginate-issues", "GET", 200), `${repository}/issues?per_page=2`],
    ["a new issue", recorded("add-labels-to-issue", "POST", 201), `${repository}/issues`, { title: "New" }],
    ["the labels", recorded("labels", "GET", 200), `${repository}/labels`],
    ["a repository", recorded("get-repository", "GET", 200), repository],
    ["a refused value", recorded("errors", "POST", 422), `${repository}/issues`, { title: "" }],
    ["nothing there", recorded("branch-protection", "GET", 404), `${repository}/issues/999`],
  ];
  for (const [what, exchange, path, body] of cases) {
    it(`answers ${what} with the same members and headers`, async () => {
      assert.deepEqual(await departs(exchange, path, body), same);
    });
  }

  it("redirects a renamed repository as recorded", async () => {
    server.rename("acme/widgets", "acme/gadgets");
    const exchange = recorded("rename-repository", "GET", 301);
    const options = { headers: { authorization: `Bearer ${token}` }, redirect: "manual" } as const;
    const response = await fetch(server.url + repository, options);
    assert.deepEqual(
      [response.status, shapeDifferences(exchange.response, await response.json())],
      [301, { missing: [], extra: [], kinds: [] }],
    );
    const path = (location: string | null) => new URL(location ?? "").pathname.replace(/\d+$/, "ID");
    assert.equal(path(response.headers.get("location")), path(exchange.headers["location"] ?? null));
    server.rename("acme/gadgets", "acme/widgets");
  });

  it("is held to a description that what was recorded fits", () => {
    const description = GitHubDescription.load();
    const scenarios: Scenario[] = [
      "add-labels-to-issue",
      "errors",
      "get-repository",
      "labels",
      "paginate-issues",
      "rename-repository",
    ];
    const problems = scenarios.flatMap((scenario) =>
      recording(scenario).flatMap(({ method, path, body, status, response }) => {
        const { pathname, searchParams } = new URL(path, "https://api.github.com");
        return description.problems({
          method,
          path: pathname.replace(/^\/repositories\/\d+/, `/repos/octokit-fixture-org/${scenario}`),
          query: searchParams,
          headers: {},
          requestBody: body === "" ? undefined : body,
          status,
          responseBody: response,
          faulty: false,
        });
      }),
    );
    assert.deepEqual(
      problems.filter((problem) => !problem.endsWith("must have required property 'has_discussions'")),
      [],
    );
    assert.equal(problems.length, 4, "repositories had no discussions when they were recorded");
  });
});

describe("shapeDifferences", () => {
  it("names what is missing, what is too much and what is of another kind", () => {
    const model = { id: 1, user: { login: "ann", id: 2 }, labels: [{ name: "a" }], milestone: null };
    assert.deepEqual(shapeDifferences(model, model), { missing: [], extra: [], kinds: [] });
    assert.deepEqual(
      shapeDifferences(model, {
        id: "1",
        user: { login: "ann", site: true },
        labels: [{ color: "b" }],
        milestone: { id: 1 },
      }),
      {
        missing: ["labels[].name", "user.id"],
        extra: ["labels[].color", "user.site"],
        kinds: ["id: string instead of number"],
      },
    );
    assert.deepEqual(shapeDifferences(model, { ...model, user: null, labels: [] }), {
      missing: [],
      extra: [],
      kinds: [],
    });
  });
});
