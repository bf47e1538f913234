import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readJiraWebhook } from "../../../server/providers/jira/webhook.ts";
import { withCode } from "../../support/error-code.ts";

const secret = "a secret of the webhook";
const issue = { id: "10001", key: "WID-7", fields: { project: { key: "WID" } } };

function deliver(body: unknown, headers: Record<string, string> = {}, key = secret) {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const signature = `sha256=${createHmac("sha256", key).update(bytes).digest("hex")}`;
  return readJiraWebhook({ "x-hub-signature": signature, ...headers }, bytes, secret);
}

describe("Jira's webhooks", () => {
  it("name the issue and its project", () => {
    assert.partialDeepStrictEqual(deliver({ webhookEvent: "jira:issue_updated", issue }), {
      externalProject: "WID",
      issues: [{ key: "WID-7", externalId: "10001" }],
      deleted: false,
    });
  });

  it("tell a deletion, and of comments also where the project is not named", () => {
    assert.equal(deliver({ webhookEvent: "jira:issue_deleted", issue })?.deleted, true);
    const bare = { id: 10_001, key: "WID-7" };
    assert.equal(deliver({ webhookEvent: "comment_deleted", issue: bare })?.externalProject, "WID");
    assert.deepEqual(deliver({ webhookEvent: "comment_created", issue: bare })?.issues, [
      { key: "WID-7", externalId: "10001" },
    ]);
  });

  it("are the same delivery where what is signed is the same, whatever id it has", () => {
    const body = { webhookEvent: "jira:issue_created", issue };
    assert.match(deliver(body)?.id ?? "", /^[0-9a-f]{64}$/);
    assert.equal(deliver(body, { "x-atlassian-webhook-identifier": "another" })?.id, deliver(body)?.id);
    assert.notEqual(deliver(body)?.id, deliver({ ...body, timestamp: 1 })?.id);
  });

  it("that do not concern issues are none", () => {
    for (const webhookEvent of ["sprint_started", "jira:version_released", "project_updated"]) {
      assert.equal(deliver({ webhookEvent }), null);
    }
    assert.equal(deliver({ webhookEvent: "worklog_created", issue }), null);
  });

  it("are refused without the right signature", () => {
    const body = { webhookEvent: "jira:issue_updated", issue };
    const wrong = ["", "sha256=", `sha256=${"0".repeat(64)}`, "sha1=abc", "nonsense"];
    for (const signature of wrong) {
      assert.throws(() => deliver(body, { "x-hub-signature": signature }), withCode("unauthenticated"));
    }
    assert.throws(() => deliver(body, {}, "another secret"), withCode("unauthenticated"));
    const bytes = Buffer.from(JSON.stringify(body));
    const signature = `sha256=${createHmac("sha256", "").update(bytes).digest("hex")}`;
    assert.throws(() => readJiraWebhook({ "x-hub-signature": signature }, bytes, ""), withCode("unauthenticated"));
  });

  it("are refused where the body is none", () => {
    for (const body of ["", "{", "[]", "null", '{"issue":1}']) {
      assert.throws(() => deliver(body), withCode("invalid_input"), body);
    }
  });
});
