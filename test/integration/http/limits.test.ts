import assert from "node:assert/strict";
import { startTestServer, type TestServer } from "../../support/server.ts";
import { ask, field } from "./request.ts";

describe("limits over HTTP", () => {
  let server: TestServer;
  const metricsToken = "a-token-to-scrape-with";
  beforeEach(async () => {
    const env = { AIOPS_REQUEST_LIMIT: "12", AIOPS_ANONYMOUS_LIMIT: "8", AIOPS_METRICS_TOKEN: metricsToken };
    server = await startTestServer({ env });
  });
  afterEach(async () => server?.close());

  const statusOf = async (path: string, token?: string) => (await ask(server.url, path, { token })).status;

  it("holds each token to its own number of requests, and says when to come back", async () => {
    const other = await server.as({ email: "other@example.org", level: "client" });
    const statuses: number[] = [];
    for (let count = 0; count < 14; count += 1) statuses.push(await statusOf("/api/auth/me", server.token));
    assert.ok(statuses.includes(200));
    assert.equal(statuses.at(-1), 429);
    const refused = await ask(server.url, "/api/auth/me", { token: server.token });
    const wait = Number(refused.headers["retry-after"]);
    assert.ok(wait > 0 && wait <= 30, `${wait} s`);
    assert.equal(refused.headers["content-type"], "application/problem+json; charset=utf-8");
    assert.equal(field(refused.body, "code"), "rate_limited");
    assert.equal(await statusOf("/api/auth/me", other.token), 200, "another token is not held up");
  });

  it("gives the metrics to the scrape token and to administrators, and that token nothing else", async () => {
    assert.equal(await statusOf("/metrics", metricsToken), 200);
    assert.equal(await statusOf("/api/auth/me", metricsToken), 401);
    const { token } = await server.as({ email: "third@example.org", level: "client" });
    assert.equal(await statusOf("/metrics", token), 403);
    const { text } = await ask(server.url, "/metrics", { token: metricsToken });
    assert.match(text, /^aiops_operation_duration_seconds_count\{operation="users\.create",status="200"\} \d+$/m);
  });

  it("holds an address without a token, or with wrong ones, to few requests together", async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 14; count += 1) statuses.push(await statusOf("/api/auth/me", `guess-${count}`));
    assert.equal(statuses.at(-1), 429);
    assert.ok(!statuses.includes(200));
    assert.equal(await statusOf("/health"), 429);
    assert.equal(await statusOf("/metrics", metricsToken), 200, "who has a token is not held up");
  });
});
