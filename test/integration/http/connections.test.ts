import assert from "node:assert/strict";
import { jiraProject } from "../../fixtures/jira/samples.ts";
import { startJiraServer } from "../../fixtures/jira/server.ts";
import { startTestServer, type TestServer } from "../../support/server.ts";

const email = "ann@example.org";
const token = "canary-0123456789";

describe("connections over HTTP", function () {
  this.timeout(20_000);
  let server: TestServer;
  let tenantId: string;
  before(async () => {
    server = await startTestServer();
    ({ id: tenantId } = await server.client.tenants.create({ slug: "own", name: "Own" }));
  });
  after(async () => server?.close());

  it("sign in to Jira Cloud with e-mail and token, and say whose they are", async () => {
    await using stack = new AsyncDisposableStack();
    const credentials = { [Buffer.from(`${email}:${token}`).toString("base64")]: "ann" };
    const jira = await startJiraServer({ flavour: "cloud", projects: [jiraProject([])], credentials });
    stack.defer(() => jira.close());
    const { client } = server;
    const made = await client.connections.create({
      tenantId,
      provider: "jira",
      name: "Jira",
      baseUrl: jira.url,
      email: "wrong@example.org",
      token,
    });
    assert.deepEqual([made.email, made.status.ok, made.status.account], ["wrong@example.org", null, ""]);
    const refused = await client.connections.test({ id: made.id });
    assert.deepEqual([refused.ok, refused.account], [false, ""]);
    const changed = await client.connections.update({ id: made.id, email });
    assert.deepEqual([changed.email, changed.hasToken, changed.status.ok], [email, true, null]);
    const taken = await client.connections.test({ id: made.id });
    assert.deepEqual([taken.ok, taken.account], [true, "Ann Admin"]);
    const stored = await client.connections.get({ id: made.id });
    assert.deepEqual(stored.status, taken);
  });

  it("name the field that is wrong", async () => {
    const { client } = server;
    const fields = { tenantId, provider: "jira", name: "Bad", baseUrl: "ftp://example.org", email: "nobody" } as const;
    await assert.rejects(client.connections.create(fields), (error: { errors?: { path: string }[] }) => {
      assert.deepEqual(error.errors?.map(({ path }) => path).toSorted(), ["baseUrl", "email"]);
      return true;
    });
  });
});
