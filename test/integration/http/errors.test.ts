import assert from "node:assert/strict";
import { errorStatus, isErrorCode } from "../../../shared/errors.ts";
import { ask, field, type Answer } from "./request.ts";
import { makeWorld, type World } from "./world.ts";

/** Checks that an answer is an RFC 9457 problem document with this code, and answers its `detail`. */
function problem(answer: Answer, code: keyof typeof errorStatus, instance?: string): string {
  assert.equal(answer.headers["content-type"], "application/problem+json; charset=utf-8", answer.text);
  const { body } = answer;
  assert.equal(field(body, "code"), code, answer.text);
  assert.ok(isErrorCode(field(body, "code")));
  assert.equal(answer.status, errorStatus[code]);
  assert.equal(field(body, "status"), answer.status);
  assert.equal(field(body, "type"), `urn:aiops:problem:${code}`);
  if (instance !== undefined) assert.equal(field(body, "instance"), instance);
  assert.match(String(field(body, "title")), /\w/);
  const detail = String(field(body, "detail"));
  assert.match(detail, /^\S+ \S+/, `words for people: ${detail}`);
  assert.match(String(answer.headers["x-request-id"]), /^[0-9a-f]{16}$/);
  return detail;
}

describe("errors over HTTP", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await makeWorld();
  });
  after(async () => world?.close());

  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    ask(world.server.url, path, { method, token: world.server.token, body, headers });

  it("are problem documents, wherever they come from", async () => {
    const { url } = world.server;
    problem(await ask(url, "/api/auth/me"), "unauthenticated", "/api/auth/me");
    const wrong = { nonce: "0".repeat(64), proof: "0".repeat(64) };
    const denied = await ask(url, "/api/auth/local", { method: "POST", body: wrong });
    problem(denied, "unauthenticated", "/api/auth/local");
    assert.equal(denied.headers["www-authenticate"], "Bearer");
    problem(await ask(url, "/health", { headers: { host: "evil.example" } }), "host_not_allowed", "/health");
    problem(await send("GET", "/nothing/here?q=private"), "not_found", "/nothing/here");
    problem(await send("GET", "/api/projects/none?x=private"), "not_found", "/api/projects/none");
    problem(await send("POST", "/api/tenants", "{"), "invalid_input", "/api/tenants");
    problem(await send("POST", "/api/tenants", "x=1", { "content-type": "text/plain" }), "unsupported_media_type");
    problem(await send("GET", "/api/projects?limit=none"), "invalid_input", "/api/projects");
  });

  it("name each wrong field", async () => {
    const body = { email: "no", username: "-", name: "", level: "king", memberships: [{ tenantId: "", role: "x" }] };
    const answer = await send("POST", "/api/users", body);
    problem(answer, "invalid_input");
    const errors = field(answer.body, "errors") as { path: string; message: string }[];
    assert.deepEqual([...new Set(errors.map(({ path }) => path))].sort(), [
      "email",
      "level",
      "memberships.0.role",
      "memberships.0.tenantId",
      "name",
      "username",
    ]);
    assert.ok(errors.every(({ message }) => message !== ""));
  });

  it("keep a stale change from being made", async () => {
    const path = `/api/projects/${world.own.project.id}`;
    const { version } = await world.server.client.projects.get({ id: world.own.project.id });
    const first = await send("PATCH", path, { name: "First" }, { "if-match": String(version) });
    assert.equal(first.status, 200);
    assert.equal(field(first.body, "version"), version + 1);
    for (const header of [String(version), `"${version}"`, `W/"${version}"`]) {
      problem(await send("PATCH", path, { name: "Second" }, { "if-match": header }), "stale_version");
    }
    problem(await send("DELETE", path, undefined, { "if-match": String(version) }), "stale_version");
    problem(await send("PATCH", path, { slug: "second" }, { "if-match": String(version) }), "stale_version");
    problem(await send("PATCH", path, { slug: "second" }), "conflict");
    problem(await send("PATCH", path, { name: "Second" }, { "if-match": "yesterday" }), "invalid_input");
    assert.equal((await world.server.client.projects.get({ id: world.own.project.id })).name, "First");
    assert.equal((await send("PATCH", path, { name: "Third" }, { "if-match": "*" })).status, 200);
  });

  it("let one of two concurrent changes of a version win", async () => {
    const path = `/api/tenants/${world.own.tenantId}`;
    const { version } = await world.server.client.tenants.get({ id: world.own.tenantId });
    const headers = { "if-match": String(version) };
    const tries = await Promise.all(["A", "B", "C"].map((name) => send("PATCH", path, { name }, headers)));
    assert.deepEqual(
      tries.map(({ status }) => status).sort((a, b) => a - b),
      [200, 409, 409],
    );
  });

  it("say that a name is taken", async () => {
    const { tenantId, connectionId } = world.own;
    problem(await send("POST", "/api/tenants", { slug: "own", name: "Own" }), "name_taken");
    problem(await send("POST", "/api/projects", { tenantId, slug: "site", name: "Site" }), "name_taken");
    problem(await send("POST", "/api/connections", { tenantId, provider: "github", name: "GitHub" }), "name_taken");
    const person = { email: "CLIENT@own.example", username: "another", name: "Another" };
    problem(await send("POST", "/api/users", person), "name_taken");
    const body = { connectionId, externalProject: "own/site" };
    problem(await send("POST", `/api/projects/${world.own.project.id}/links`, body), "conflict");
    const both = await Promise.all([1, 2].map(() => send("POST", "/api/tenants", { slug: "twice", name: "Twice" })));
    assert.deepEqual(
      both.map(({ status }) => status).sort((a, b) => a - b),
      [201, 409],
    );
  });

  it("refuse to delete what is in use, and say by what", async () => {
    assert.match(problem(await send("DELETE", `/api/tenants/${world.own.tenantId}`), "conflict"), /project/);
    assert.match(
      problem(await send("DELETE", `/api/connections/${world.own.connectionId}`), "conflict"),
      /First|Third|Site/,
    );
    const admin = await world.server.client.auth.me();
    assert.match(problem(await send("DELETE", `/api/users/${admin.user.id}`), "conflict"), /administrator/);
    for (const change of [{ level: "client" }, { status: "disabled" }]) {
      problem(await send("PATCH", `/api/users/${admin.user.id}`, change), "conflict");
    }
  });

  it("keep one administrator, when two take each other's place away at once", async () => {
    const { server } = world;
    const second = await server.as({ email: "second@example.org", level: "admin" });
    const first = (await server.client.auth.me()).user;
    const remove = (id: string, token: string) => ask(server.url, `/api/users/${id}`, { method: "DELETE", token });
    const answers = await Promise.all([remove(first.id, second.token), remove(second.user.id, server.token)]);
    assert.deepEqual(
      answers.map(({ status }) => status).sort((a, b) => a - b),
      [204, 409],
    );
    await server.restart();
  });

  it("refuse cursors they did not give", async () => {
    for (const list of ["tenants", "users", "connections", "projects", "issues", "jobs", "sessions", "audit"]) {
      for (const cursor of ["garbage", "%00", "eyJ9", "W10", "LTE", "x".repeat(2_000), "../../x"]) {
        problem(await send("GET", `/api/${list}?cursor=${cursor}`), "invalid_input", `/api/${list}`);
      }
    }
  });

  it("refuse limits out of range", async () => {
    for (const limit of ["0", "501", "-1", "1.5", "1e9", "NaN", ""]) {
      problem(await send("GET", `/api/projects?limit=${limit}`), "invalid_input");
    }
  });

  it("page through a list without loss or repetition", async () => {
    const { client } = world.server;
    for (let count = 0; count < 5; count += 1) await client.tenants.create({ slug: `page-${count}`, name: "Page" });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.tenants.list({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    const all = await client.tenants.list({ limit: 500 });
    assert.deepEqual(
      seen,
      all.items.map(({ id }) => id),
    );
  });

  it("refuse a redaction policy that is not built yet", async () => {
    const path = `/api/projects/${world.own.project.id}`;
    problem(await send("PATCH", path, { redactionPolicy: "phi" }), "policy_unavailable");
  });

  it("refuse repositories git would take for an option or a command", async () => {
    const path = `/api/projects/${world.own.project.id}`;
    for (const repositoryUrl of ["ext::sh -c id", "--upload-pack=id", "-x", "https://user:pass@example.org/x.git\n"]) {
      problem(await send("PATCH", path, { repositoryUrl }), "invalid_input");
    }
  });
});
