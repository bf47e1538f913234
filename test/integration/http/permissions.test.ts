import assert from "node:assert/strict";
import { listOperations } from "../../../server/http/operations.ts";
import { levels, type Level } from "../../../shared/entities/user.ts";
import { permissionTable, type Row } from "./permission-table.ts";
import { ask, field } from "./request.ts";
import { makeWorld, type World } from "./world.ts";

const operations = listOperations();
const readers: Level[] = ["technician", "billing", "client"];

describe("who may do what, over HTTP", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await makeWorld();
  });
  after(async () => world?.close());

  /** A token of the level that a request may end. */
  async function tokenOf(level: Level, name: string): Promise<string> {
    if (name !== "auth.logout") return world.people[level].token;
    const user = await world.server.client.users.get({ id: world.people[level].userId });
    return (await world.server.as({ email: user.email, level })).token;
  }

  it("has a row for each operation, and no other", () => {
    assert.deepEqual(Object.keys(permissionTable).sort(), operations.map(({ name }) => name).sort());
  });

  for (const { name, method, meta } of operations) {
    const row = permissionTable[name];
    if (row === undefined) continue;
    describe(`${method} ${name}`, () => {
      it("answers each level in its own organisation", async () => {
        for (const level of levels) {
          const { path, body } = await row.call(world.own, world);
          const answer = await ask(world.server.url, path, { method, body, token: await tokenOf(level, name) });
          assert.equal(answer.status, row.own[level] ?? 403, `${level}: ${answer.text}`);
        }
      });

      // A partner's own rights come with what partners do; until then they have what their level has, and no more.
      it("answers a partner administrator as their level, and nothing foreign", async () => {
        if (name === "auth.logout") return;
        const { token } = world.partner;
        const { path, body } = await row.call(world.own, world);
        const own = await ask(world.server.url, path, { method, body, token });
        assert.equal(own.status, row.own.client ?? 403, own.text);
        if (!row.tenant) return;
        const foreign = await row.call(world.foreign, world);
        const hidden = await ask(world.server.url, foreign.path, { method, body: foreign.body, token });
        assert.equal(hidden.status, row.own.client === undefined ? 403 : 404, hidden.text);
      });

      it("wants a token that holds", async () => {
        const { path, body } = await row.call(world.own, world);
        const isPublic = meta.capability === "public";
        const without = await ask(world.server.url, path, { method, body });
        assert.equal(without.status, isPublic ? row.own.admin : 401, without.text);
        for (const token of [world.disabledToken, "none", `${world.people.admin.token}x`]) {
          assert.equal((await ask(world.server.url, path, { method, body, token })).status, 401);
        }
      });

      if (row.tenant) {
        it("hides another organisation's from all but administrators", () => hides(name, method, row));
        it("says who may not before it says what is wrong", () => ordersChecks(name, method, row));
      }
    });
  }

  async function hides(name: string, method: string, row: Row): Promise<void> {
    for (const level of readers) {
      const { path, body } = await row.call(world.foreign, world);
      const { status, text } = await ask(world.server.url, path, { method, body, token: world.people[level].token });
      assert.equal(status, row.own[level] === undefined ? 403 : 404, `${level}: ${text}`);
      assert.ok(!text.includes("foreign"), `${level} is told something of the other organisation: ${text}`);
    }
    const { path, body } = await row.call(world.foreign, world);
    const { status, text } = await ask(world.server.url, path, { method, body, token: world.people.admin.token });
    assert.equal(status, row.own.admin, `admin on ${name}: ${text}`);
  }

  /** 401 before 403 before 404 before 400, with a body nobody can read. */
  async function ordersChecks(name: string, method: string, row: Row): Promise<void> {
    const { path } = await row.call(world.foreign, world);
    const inPath = !path.includes("?") && path.split("/").length > 3;
    const broken = { method, ...(method === "GET" ? {} : { body: "{broken" }), headers: { "if-match": "nonsense" } };
    const statusOf = async (token: string | undefined) =>
      (await ask(world.server.url, path, { ...broken, token })).status;
    assert.equal(await statusOf(undefined), 401);
    for (const level of readers) {
      const hidden = inPath && name !== "auth.revoke" ? 404 : 400;
      const expected = row.own[level] === undefined ? 403 : path.includes("?") ? 404 : hidden;
      assert.equal(await statusOf(world.people[level].token), expected, `${level} on ${name}`);
    }
    assert.equal(await statusOf(world.people.admin.token), 400, `admin on ${name}`);
  }

  it("checks the fields before the version", async () => {
    const { project } = world.own;
    const path = `/api/projects/${project.id}`;
    const token = world.people.technician.token;
    const headers = { "if-match": "999" };
    const wrong = await ask(world.server.url, path, { method: "PATCH", token, headers, body: { slug: "No Slug" } });
    assert.equal(wrong.status, 400);
    assert.equal(field(wrong.body, "errors", "0", "path"), "slug");
    const stale = await ask(world.server.url, path, { method: "PATCH", token, headers, body: { name: "New" } });
    assert.equal(stale.status, 409);
    assert.equal(field(stale.body, "code"), "stale_version");
  });

  it("keeps sessions, jobs and sign-ins from colleagues", async () => {
    const { session, jobId, technician } = world.own;
    const { token } = world.colleague;
    const { sessionId } = await technician.client.auth.me();
    const tries: [string, string, unknown][] = [
      ["GET", `/api/sessions/${session.id}`, undefined],
      ["GET", `/api/sessions/${session.id}/screen`, undefined],
      ["POST", `/api/sessions/${session.id}/input`, { text: "true" }],
      ["DELETE", `/api/sessions/${session.id}`, undefined],
      ["GET", `/api/jobs/${jobId}`, undefined],
      ["POST", `/api/jobs/${jobId}/cancel`, undefined],
      ["POST", "/api/auth/revoke", { sessionId }],
      ["POST", "/api/auth/revoke", { token: technician.token }],
    ];
    for (const [method, path, body] of tries) {
      const { status } = await ask(world.server.url, path, { method, body, token });
      assert.equal(status, 404, `${method} ${path}`);
    }
    assert.equal(field((await ask(world.server.url, "/api/sessions", { token })).body, "total"), 0);
    assert.equal(field((await ask(world.server.url, "/api/jobs", { token })).body, "total"), 0);
  });

  it("lists nothing foreign, and counts none of it", async () => {
    const { own, foreign, people, server } = world;
    // A person of both organisations, whose other one is nobody's business.
    await server.client.users.update({
      id: own.memberId,
      memberships: [own, foreign].map(({ tenantId }) => ({ tenantId, role: "member" as const })),
      identities: [own, foreign].map(({ connectionId }) => ({ connectionId, login: "both" })),
    });
    const seen = await own.technician.client.users.get({ id: own.memberId });
    assert.deepEqual(seen.identities, [{ connectionId: own.connectionId, login: "both" }]);
    const paths = ["tenants", "users", "connections", "projects", "issues", "jobs", "sessions", "audit"];
    const foreignIds = [
      foreign.tenantId,
      foreign.connectionId,
      foreign.project.id,
      foreign.issueId,
      foreign.jobId,
      foreign.session.id,
      foreign.technician.user.id,
      foreign.memberId,
    ];
    for (const path of paths) {
      for (const level of readers) {
        const answer = await ask(server.url, `/api/${path}?limit=500`, { token: people[level].token });
        if (answer.status === 403) continue;
        assert.equal(answer.status, 200);
        for (const id of foreignIds) assert.ok(!answer.text.includes(id), `${level} sees ${id} in ${path}`);
        const items = field(answer.body, "items");
        assert.ok(Array.isArray(items));
        assert.equal(field(answer.body, "total"), items.length, `the total of ${path} counts what is not shown`);
      }
      const { text } = await ask(server.url, `/api/${path}?limit=500`, { token: people.admin.token });
      const known = path === "issues" ? foreign.issueId : foreign.tenantId;
      assert.ok(text.includes(known), `an administrator sees the other organisation in ${path}`);
    }
    assert.equal((await own.technician.client.issues.list({})).total, 3);
    const groups = await own.technician.client.issues.groups({ by: "project" });
    assert.deepEqual(groups.items, [{ value: own.project.id, count: 3 }]);
  });
});
