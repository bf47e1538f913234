import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readGitHubWebhook } from "../../../server/providers/github/webhook.ts";
import { withCode } from "../../support/error-code.ts";

const secret = "It's a Secret to Everybody";
const repository = { full_name: "acme/widgets" };
const issue = { id: 1000012, number: 12, title: "Widgets 🐢" };

function sign(body: Uint8Array | string, key = secret): string {
  return `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;
}

function read(event: string, payload: unknown, headers: Record<string, string | undefined> = {}) {
  const body = Buffer.from(JSON.stringify(payload));
  return readGitHubWebhook(
    { "x-github-event": event, "x-github-delivery": "72d3162e", "x-hub-signature-256": sign(body), ...headers },
    body,
    secret,
  );
}

describe("webhooks of GitHub", () => {
  it("signs as GitHub's own documentation shows", () => {
    // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
    const headers = {
      "x-github-event": "ping",
      "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    };
    assert.equal(readGitHubWebhook(headers, Buffer.from("Hello, World!"), secret), null);
    assert.throws(() => readGitHubWebhook(headers, Buffer.from("Hello, World?"), secret), withCode("unauthenticated"));
  });

  it("tell which issue of which repository changed", () => {
    const told = {
      externalProject: "acme/widgets",
      issues: [{ key: "#12", externalId: "1000012" }],
      deleted: false,
    };
    for (const action of ["opened", "edited", "closed", "reopened", "labeled", "assigned"]) {
      assert.partialDeepStrictEqual(read("issues", { action, issue, repository }), told);
    }
    for (const action of ["created", "edited", "deleted"]) {
      assert.partialDeepStrictEqual(read("issue_comment", { action, issue, comment: {}, repository }), told);
    }
    for (const action of ["deleted", "transferred"]) {
      assert.partialDeepStrictEqual(read("issues", { action, issue, repository }), { ...told, deleted: true });
    }
  });

  it("are told apart by what is signed alone", () => {
    const delivery = (body: object, id: string) =>
      read("issues", { action: "edited", issue, repository, ...body }, { "x-github-delivery": id })?.id;
    assert.equal(delivery({}, "72d3162e"), delivery({}, "another"), "anyone can give a captured delivery another id");
    assert.notEqual(delivery({}, "72d3162e"), delivery({ action: "closed" }, "72d3162e"));
  });

  it("are nothing where they concern no issue", () => {
    assert.equal(read("ping", { zen: "Design for failure.", hook_id: 1 }), null);
    assert.equal(read("push", { ref: "refs/heads/main" }), null);
    const pull = { ...issue, pull_request: { url: "https://api.github.com/repos/acme/widgets/pulls/12" } };
    assert.equal(read("issue_comment", { action: "created", issue: pull, repository }), null);
  });

  it("may come as a form", () => {
    const body = Buffer.from(
      new URLSearchParams({ payload: JSON.stringify({ action: "opened", issue, repository }) }).toString(),
    );
    const headers = {
      "x-github-event": "issues",
      "content-type": "application/x-www-form-urlencoded",
      "x-hub-signature-256": sign(body),
    };
    const delivery = readGitHubWebhook(headers, body, secret);
    assert.deepEqual(delivery?.issues, [{ key: "#12", externalId: "1000012" }]);
    assert.match(delivery?.id ?? "", /^[0-9a-f]{64}$/, "a digest where the delivery has no id");
  });

  const payload = { action: "opened", issue, repository };
  const body = JSON.stringify(payload);
  const wrong: Array<[what: string, signature: string | undefined]> = [
    ["no signature", undefined],
    ["an empty one", ""],
    ["that of another secret", sign(body, "another")],
    ["that of another body", sign(`${body} `)],
    ["one cut short", sign(body).slice(0, -1)],
    ["one without its prefix", sign(body).slice("sha256=".length)],
    ["SHA-1", `sha1=${createHmac("sha1", secret).update(body).digest("hex")}`],
  ];
  for (const [what, signature] of wrong) {
    it(`are refused with ${what}`, () => {
      assert.throws(
        () => read("issues", payload, { "x-hub-signature-256": signature }),
        withCode("unauthenticated", "secret"),
      );
    });
  }

  it("are refused where no secret is set, however they are signed", () => {
    const headers = { "x-github-event": "issues", "x-hub-signature-256": sign(body, "") };
    assert.throws(() => readGitHubWebhook(headers, Buffer.from(body), ""), withCode("unauthenticated"));
  });

  it("are refused where they are not as GitHub sends them", () => {
    for (const bad of [
      {},
      [],
      { action: "opened", issue: { id: "x" }, repository },
      { ...payload, repository: null },
    ]) {
      assert.throws(() => read("issues", bad), withCode("invalid_input", "not as GitHub"));
    }
    const broken = Buffer.from("{");
    const headers = { "x-github-event": "issues", "x-hub-signature-256": sign(broken) };
    assert.throws(() => readGitHubWebhook(headers, broken, secret), withCode("invalid_input"));
  });
});
