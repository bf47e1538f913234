import assert from "node:assert/strict";
import { join } from "node:path";
import type { GitLabProvider } from "../../server/providers/gitlab/gitlab-provider.ts";
import { GitLabDescription } from "../fixtures/gitlab/description.ts";
import { ids, listFrom, refOf, signal, token, trackerOf, widgets } from "../fixtures/gitlab/listing.ts";
import { gitLabIssue, gitLabIssues, gitLabNote, gitLabProject } from "../fixtures/gitlab/samples.ts";
import { type GitLabServer, startGitLabServer } from "../fixtures/gitlab/server.ts";
import type { Exchange } from "../fixtures/tracker-server.ts";

/** GitLab's own description, which stands beside the checkout; see scripts/testing/vendor-stage.ts. */
const shared = process.env["AIOPS_TEST_SHARED"] ?? join(import.meta.dirname, "../../../shared");

describe("requests to GitLab, held to its description", () => {
  const secret = "0123456789abcdef0123456789abcdef";
  let description: GitLabDescription;
  let server: GitLabServer;
  let tracker: GitLabProvider;

  before(() => {
    description = new GitLabDescription(join(shared, "specs/gitlab-issues.swagger2.json"));
  });
  beforeEach(async () => {
    const uploads = [{ secret, file: "a.png", contentType: "image/png", bytes: Buffer.from("x") }];
    const notes = [gitLabNote({ body: "Hi" })];
    server = await startGitLabServer({
      projects: [gitLabProject([...gitLabIssues(150), gitLabIssue({ iid: 151, notes })], { uploads })],
      tokens: { [token]: { username: "ann", scopes: ["api"] } },
      basePath: "/gitlab",
      record: true,
    });
    tracker = trackerOf(server);
  });
  afterEach(() => server.close());

  const bodyOf = (exchange: Exchange | undefined) => exchange?.requestBody as Record<string, unknown>;

  it("are as it describes them, and so is what the server answers", async () => {
    const { position } = await listFrom(tracker);
    await listFrom(tracker, position);
    await ids(tracker);
    const ref = refOf(server, 151);
    await tracker.getIssue(widgets, ref, signal());
    const draft = { title: "New", body: "Text", labels: ["bug"], assignees: ["2"] };
    await tracker.createIssue(widgets, draft, signal());
    await tracker.updateIssue(widgets, ref, { title: "Other", labels: [], assignees: [], status: "closed" }, signal());
    await tracker.addComment(widgets, ref, "Hello", signal());
    await tracker.choices(widgets, ref, signal());
    await tracker.projectAbilities(widgets, signal());
    await tracker.test(signal());
    await trackerOf(server, { token: "" }).test(signal());
    await tracker.fetchAttachment(`${server.url}/${widgets}/uploads/${secret}/a.png`, 1000, signal());

    assert.deepEqual(
      server.exchanges.flatMap((exchange) => description.problems(exchange)),
      [],
    );
    const described = new Set(server.exchanges.flatMap((exchange) => description.operationOf(exchange) ?? []));
    assert.deepEqual([...described].sort(), [
      "GET /api/v4/projects",
      "GET /api/v4/projects/{id}",
      "GET /api/v4/projects/{id}/issues",
      "GET /api/v4/projects/{id}/issues/{issue_iid}",
      "GET /api/v4/projects/{id}/members/all",
      "POST /api/v4/projects/{id}/issues",
      "PUT /api/v4/projects/{id}/issues/{issue_iid}",
    ]);
    const undescribed = server.exchanges
      .filter((exchange) => description.operationOf(exchange) === null)
      .map(
        ({ method, path }) =>
          `${method} ${path.replace(/projects\/[^/]+/, "projects/{id}").replace(/issues\/\d+/, "issues/{n}")}`,
      );
    assert.deepEqual(
      [...new Set(undescribed)].sort(),
      [
        "GET /api/v4/personal_access_tokens/self",
        `GET /api/v4/projects/{id}/uploads/${secret}/a.png`,
        "GET /api/v4/projects/{id}/issues/{n}/notes",
        "GET /api/v4/projects/{id}/labels",
        "GET /api/v4/user",
        "POST /api/v4/projects/{id}/issues/{n}/notes",
      ].sort(),
      "the cut of GitLab's description that we have leaves these out",
    );
  });

  it("send bodies with GitLab's documented names: https://docs.gitlab.com/api/issues/#edit-an-issue", async () => {
    const ref = refOf(server, 151);
    const draft = { title: "New", body: "Text", labels: ["bug", "new"], assignees: ["2"] };
    await tracker.createIssue(widgets, draft, signal());
    await tracker.updateIssue(widgets, ref, { labels: [], assignees: [], status: "closed" }, signal());
    await tracker.addComment(widgets, ref, "Hello", signal());
    const [created, changed, commented] = server.exchanges.filter(({ method }) => method !== "GET").map(bodyOf);
    assert.deepEqual(created, { description: "Text", labels: "bug,new", assignee_ids: [2], title: "New" });
    assert.deepEqual(changed, { labels: "", assignee_ids: [0], state_event: "close" });
    assert.deepEqual(commented, { body: "Hello" });
  });

  it("would be found out where they were not", () => {
    const request = {
      method: "GET",
      headers: {},
      requestBody: undefined,
      status: 200,
      responseBody: [],
      faulty: false,
    };
    const problems = (path: string, query: Record<string, string>, rest: Partial<Exchange> = {}) =>
      description.problems({ ...request, path, query: new URLSearchParams(query), ...rest });
    const issues = "/api/v4/projects/acme%2Fwidgets/issues";
    assert.deepEqual(problems(issues, { order_by: "created_at", updated_after: "2024-01-01T00:00:00Z" }), []);
    assert.match(problems(issues, { pagination: "keyset" }).join(), /pagination is not described/);
    assert.match(problems(issues, { order_by: "iid" }).join(), /order_by.*allowed values/);
    assert.match(problems(issues, { updated_after: "yesterday" }).join(), /updated_after.*format/);
    assert.match(problems(issues, { page: "one" }).join(), /page.*integer/);
    assert.match(problems(`${issues}/x`, {}).join(), /issue_iid.*integer/);
    assert.match(problems(issues, {}, { method: "POST", status: 201 }).join(), /body is missing/);
    assert.match(problems(issues, {}, { status: 204 }).join(), /status 204/);
    assert.equal(description.operationOf({ method: "PATCH", path: issues }), null);
  });
});
