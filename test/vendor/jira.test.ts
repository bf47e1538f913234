import assert from "node:assert/strict";
import { join } from "node:path";
import { JiraProvider } from "../../server/providers/jira/jira-provider.ts";
import { AppError } from "../../shared/errors.ts";
import { JiraDescription } from "../fixtures/jira/openapi.ts";
import { documentOf, jiraComment, jiraIssue, jiraProject, minutesAfterStart } from "../fixtures/jira/samples.ts";
import { type JiraServer, startJiraServer } from "../fixtures/jira/server.ts";
import type { Exchange } from "../fixtures/tracker-server.ts";

/** Atlassian's description stands beside the checkout; see scripts/testing/vendor-stage.ts. */
const shared = process.env["AIOPS_TEST_SHARED"] ?? join(import.meta.dirname, "../../../shared");

describe("Jira Cloud, as Atlassian describes it", () => {
  let server: JiraServer;
  let description: JiraDescription;
  const signal = new AbortController().signal;

  before(async () => {
    description = new JiraDescription(shared);
    const comments = Array.from({ length: 45 }, (_, index) => jiraComment({ body: documentOf(`Comment ${index}`) }));
    const full = jiraIssue({
      number: 1,
      description: documentOf("Text", "More"),
      labels: ["bug"],
      assignee: "bob",
      fixVersions: ["1.0"],
      sprints: [{ id: 1, name: "Sprint 1", state: "active" }],
      attachments: [{ id: "77", filename: "a.png", mimeType: "image/png", bytes: Buffer.from("png") }],
      status: "Done",
      closedAt: minutesAfterStart(9),
      comments,
    });
    const rest = Array.from({ length: 11 }, (_, index) => jiraIssue({ number: index + 2, reporter: null }));
    const credentials = { [Buffer.from("ann@example.org:sesame").toString("base64")]: "ann" };
    const projects = [
      jiraProject([full, ...rest], {
        transitions: [
          { id: "11", name: "Start", to: "In Progress" },
          { id: "21", name: "Finish", to: "Done", requires: ["Resolution"] },
        ],
      }),
    ];
    server = await startJiraServer({ flavour: "cloud", projects, credentials, pageCap: 5, record: true });
  });
  after(() => server.close());

  const provider = (token = "sesame") =>
    new JiraProvider(
      { id: "c", provider: "jira", baseUrl: server.url, token, email: "ann@example.org" },
      { retryStepMs: 1, mediaOrigins: [server.media.url] },
    );

  it("is asked and answers as described, in everything that is done with it", async () => {
    const own = provider();
    let position = "";
    const onPosition = (next: string) => (position = next);
    assert.equal((await own.test(signal)).ok, true);
    const counted = { issues: 0, ids: 0 };
    for await (const page of own.listIssues("WID", { signal, onPosition })) counted.issues += page.length;
    for await (const page of own.listIssues("WID", { signal, since: position })) counted.issues += page.length;
    for await (const page of own.listKeys("WID", { signal })) counted.ids += page.length;
    assert.deepEqual(counted, { issues: 12, ids: 12 });
    const ref = { key: "WID-2", externalId: server.project("WID").get(2).id };
    const draft = { title: "New", body: "# Head\n\n- [ ] task\n\n`code`", labels: ["new"], assignees: ["ann"] };
    const created = await own.createIssue("WID", draft, signal);
    await own.updateIssue("WID", created, { title: "Changed", body: "*x*", labels: [], assignees: [] }, signal);
    await own.updateIssue("WID", ref, { rawStatus: "In Progress" }, signal);
    await own.addComment("WID", ref, "> quote\n\n| a |\n| --- |\n| b |", signal);
    await own.choices("WID", ref, signal);
    await own.projectAbilities("WID", signal);
    await own.fetchAttachment(`${server.url}/rest/api/3/attachment/content/77`, 100, signal);
    const refused = async (write: Promise<unknown>) => assert.rejects(write, AppError);
    await refused(own.updateIssue("WID", ref, { status: "closed" }, signal));
    await refused(own.updateIssue("WID", ref, { assignees: ["nobody"] }, signal));
    await refused(own.createIssue("WID", { ...draft, assignees: ["nobody"] }, signal));
    assert.equal(await own.getIssue("WID", { key: "WID-99", externalId: "99" }, signal), null);
    assert.equal((await provider("wrong").test(signal)).ok, false);
    assert.deepEqual(
      server.exchanges.flatMap((exchange) => description.problems(exchange)),
      [],
    );
    const asked = new Set(server.exchanges.map(({ method, path }) => `${method} ${path.replaceAll(/\d{3,}/g, ":n")}`));
    assert.ok(asked.size >= 16, [...asked].join(", "));
  });

  it("is held to the description: what departs from it is named", async () => {
    const exchange = server.exchanges.find(({ path }) => path.endsWith("/search/jql"));
    assert.ok(exchange);
    const departs = (change: Partial<Exchange>) => description.problems({ ...exchange, ...change }).join("\n");
    assert.equal(departs({}), "");
    assert.match(departs({ path: "/rest/api/3/search/jqll" }), /no such operation/);
    assert.match(departs({ query: new URLSearchParams({ startAt: "5" }) }), /startAt is not described/);
    assert.match(departs({ query: new URLSearchParams({ maxResults: "many" }) }), /must be integer/);
    assert.match(departs({ status: 418 }), /418 is not described/);
    assert.match(departs({ responseBody: { issues: [{ id: 7 }] } }), /\/issues\/0\/id must be string/);
    assert.match(departs({ responseBody: { issues: [], total: 7 } }), /additional properties/);
    const write = { method: "POST", path: "/rest/api/3/issue", query: new URLSearchParams(), status: 201 };
    assert.match(departs({ ...write, requestBody: { fields: 7 }, responseBody: { id: "1" } }), /fields must be object/);
  });
});
