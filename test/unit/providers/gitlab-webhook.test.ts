import assert from "node:assert/strict";
import { readGitLabWebhook } from "../../../server/providers/gitlab/webhook.ts";
import { withCode } from "../../support/error-code.ts";

const secret = "a secret of the webhook";
const project = { id: 3, path_with_namespace: "acme/tools/widgets" };
const issueEvent = { object_kind: "issue", event_type: "issue", project, object_attributes: { id: 301, iid: 23 } };

function deliver(body: unknown, headers: Record<string, string | string[]> = {}) {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return readGitLabWebhook({ "x-gitlab-token": secret, "x-gitlab-event": "Issue Hook", ...headers }, bytes, secret);
}

describe("GitLab's webhooks", () => {
  it("name the issue, its project and the delivery", () => {
    const uuid = "13792a34-cac6-4fda-95a8-c58e00a3954e";
    assert.deepEqual(deliver(issueEvent, { "x-gitlab-event-uuid": uuid }), {
      id: uuid,
      externalProject: "acme/tools/widgets",
      issues: [{ key: "#23", externalId: "301" }],
      deleted: false,
    });
    const headers = { "x-gitlab-event-uuid": uuid, "idempotency-key": "f5e57092" };
    assert.equal(deliver(issueEvent, headers)?.id, "f5e57092", "the same also where one delivery causes another");
  });

  it("tell of confidential issues and of tasks as of others", () => {
    const confidential = { ...issueEvent, event_type: "confidential_issue" };
    assert.equal(deliver(confidential, { "x-gitlab-event": "Confidential Issue Hook" })?.issues[0]?.key, "#23");
    assert.equal(deliver({ ...issueEvent, object_kind: "work_item" })?.issues[0]?.externalId, "301");
  });

  it("tell of notes which issue they stand under", () => {
    const note = { object_kind: "note", project, object_attributes: { id: 1244, noteable_type: "Issue" } };
    const issue = { id: 92, iid: 17 };
    const expected = [{ key: "#17", externalId: "92" }];
    assert.deepEqual(deliver({ ...note, issue }, { "x-gitlab-event": "Note Hook" })?.issues, expected);
    const work = { ...note, object_attributes: { id: 1244, noteable_type: "WorkItem" }, work_item: issue };
    assert.deepEqual(deliver(work)?.issues, expected);
  });

  it("are the same delivery where GitLab gives it no id but sends it again", () => {
    assert.match(deliver(issueEvent)?.id ?? "", /^[0-9a-f]{64}$/);
    assert.equal(deliver(issueEvent)?.id, deliver(issueEvent)?.id);
    assert.notEqual(deliver(issueEvent)?.id, deliver({ ...issueEvent, user: 1 })?.id);
  });

  it("that do not concern issues are none", () => {
    for (const object_kind of ["push", "merge_request", "pipeline", "emoji"])
      assert.equal(deliver({ object_kind }), null);
    for (const noteable_type of ["MergeRequest", "Commit", "Snippet", null]) {
      assert.equal(deliver({ object_kind: "note", project, object_attributes: { id: 1, noteable_type } }), null);
    }
  });

  it("are refused without the right token", () => {
    for (const given of ["", "another", `${secret} `, secret.slice(1), [secret, secret]]) {
      assert.throws(() => deliver(issueEvent, { "x-gitlab-token": given }), withCode("unauthenticated"));
    }
    const bytes = Buffer.from(JSON.stringify(issueEvent));
    assert.throws(() => readGitLabWebhook({}, bytes, secret), withCode("unauthenticated"));
    assert.throws(() => readGitLabWebhook({ "x-gitlab-token": "" }, bytes, ""), withCode("unauthenticated"));
  });

  it("are refused where the body is none", () => {
    const half = [{ object_kind: "issue" }, { ...issueEvent, project: null }, { ...issueEvent, object_attributes: {} }];
    const orphan = { object_kind: "note", project, object_attributes: { id: 1, noteable_type: "Issue" } };
    for (const body of ["", "{", "[]", "null", "{}", ...half, orphan]) {
      assert.throws(() => deliver(body), withCode("invalid_input"), JSON.stringify(body));
    }
  });
});
