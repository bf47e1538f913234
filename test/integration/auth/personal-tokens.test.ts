import assert from "node:assert/strict";
import { createClient, type Client } from "../../../shared/contract/client.ts";
import type { TokenScope } from "../../../shared/rules/token-scopes.ts";
import { takesStepUp } from "../../../shared/contract/operation.ts";
import { listOperations } from "../../../server/http/operations.ts";
import { startTestServer, type TestServer } from "../../support/server.ts";
import { permissionTable } from "../http/permission-table.ts";
import { ask, field } from "../http/request.ts";
import { makeWorld, type World } from "../http/world.ts";
import { MovableClock } from "./host-world.ts";

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as Record<string, unknown>;

describe("personal access tokens", function () {
  this.timeout(60_000);
  let server: TestServer;
  const clock = new MovableClock();
  before(async () => {
    server = await startTestServer({ env: { AIOPS_MODE: "shared", AIOPS_PORT: "0" }, clock });
  });
  after(async () => server?.close());

  const make = (scopes: TokenScope[], days = 30, client: Client = server.client) =>
    client.auth.createToken({ name: "nightly report", scopes, days });
  const withToken = (token: string) => createClient({ url: server.url, token: () => Promise.resolve(token) });
  const me = async (token: string) => (await ask(server.url, "/api/auth/me", { token })).status;

  it("are shown once, and kept as a digest", async () => {
    const { token, id } = await make(["read"]);
    const { items } = await server.client.auth.tokens();
    const listed = items.find((each) => each.id === id);
    assert.ok(listed);
    assert.deepEqual(Object.keys(listed).sort(), ["createdAt", "expiresAt", "id", "lastUsedAt", "name", "scopes"]);
    assert.ok(!JSON.stringify(items).includes(token.slice(-20)));
    const { aud, type, amr, jti } = claimsOf(token);
    assert.deepEqual({ aud, type, amr, jti }, { aud: "aiops", type: "personal", amr: ["pat"], jti: id });
    assert.equal(listed.lastUsedAt, null);
    assert.equal(await me(token), 200);
    assert.notEqual((await server.client.auth.tokens()).items.find((each) => each.id === id)?.lastUsedAt, null);
  });

  it("reach as far as their scopes", async () => {
    const person = await server.as({ email: "tech@example.org", level: "technician" });
    const may = async (scopes: TokenScope[], call: (client: Client) => Promise<unknown>) => {
      const { token } = await make(scopes, 30, person.client);
      try {
        await call(withToken(token));
        return true;
      } catch (error) {
        assert.equal((error as { code?: string }).code, "forbidden");
        return false;
      }
    };
    const list = (client: Client) => client.projects.list({});
    // A write that gets past the token's scopes finds nothing there.
    const add = async (client: Client) => {
      await assert.rejects(
        client.sessions.create({ projectId: "none", tool: "shell" }),
        (error: Error & { code?: string }) => {
          if (error.code === "forbidden") throw error;
          return error.code === "not_found";
        },
      );
    };
    assert.equal(await may(["read"], list), true);
    assert.equal(await may(["read"], add), false);
    assert.equal(await may(["write"], add), true);
    assert.equal(await may(["projects.read"], list), true);
    assert.equal(await may(["issues.read"], list), false);
    assert.equal(await may(["issues.read", "sessions.use"], add), true);
  });

  it("give nobody a right that they have not", async () => {
    const client = await server.as({ email: "client@example.org", level: "client" });
    const { token } = await make(["write", "users.read"], 30, client.client);
    await assert.rejects(withToken(token).users.list({}), { code: "forbidden", message: /users.read/ });
  });

  it("can't be had, changed or used for signing in with another token of their kind", async () => {
    const { token, id } = await make(["write", "self"]);
    const script = withToken(token);
    for (const call of [
      () => make(["read"], 30, script),
      () => script.auth.removeToken({ id }),
      () => script.auth.stepUp({ password: "the words of admin@example.org" }),
      () => script.auth.changePassword({ currentPassword: "x", password: "four words of mine" }),
      () => script.auth.enrolTotp(),
      () => script.auth.logout(),
      () => script.auth.revoke({ token }),
    ]) {
      await assert.rejects(call(), { code: "forbidden", message: /personal access token can't do this/ });
    }
  });

  it("end at once when they are revoked, by id or by themselves, and when they expire", async () => {
    const byId = await make(["read"]);
    await server.client.auth.removeToken({ id: byId.id });
    assert.equal(await me(byId.token), 401);
    const byToken = await make(["read"]);
    await server.client.auth.revoke({ token: byToken.token });
    assert.equal(await me(byToken.token), 401);
    const brief = await make(["read"], 1);
    clock.forward(24 * 3_600_000);
    assert.equal(await me(brief.token), 401);
    clock.forward(-24 * 3_600_000);
    await assert.rejects(server.client.auth.removeToken({ id: byId.id }), { code: "not_found" });
  });

  it("are not to be had from a session's token by changing what it says, nor the other way round", async () => {
    const { token, id } = await make(["read"]);
    const [header, payload = "", signature = ""] = token.split(".");
    const said = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Record<string, unknown>;
    for (const change of [{ type: "user" }, { amr: ["pwd"] }, { jti: "another" }, { aud: "other" }]) {
      const forged = Buffer.from(JSON.stringify({ ...said, ...change })).toString("base64url");
      assert.equal(await me(`${header}.${forged}.${signature}`), 401);
    }
    // A token's id is not a session's.
    await assert.rejects(server.client.auth.revoke({ sessionId: id }), { code: "not_found" });
    const { sessionId } = await server.client.auth.me();
    await assert.rejects(server.client.auth.removeToken({ id: sessionId }), { code: "not_found" });
  });

  it("take a step-up to make, and end with their person", async () => {
    const person = await server.as({ email: "leaver@example.org", level: "technician" });
    const { token } = await make(["read"], 30, person.client);
    clock.forward(16 * 60_000);
    await assert.rejects(make(["read"], 30, person.client), { code: "step_up_required" });
    await server.client.auth.stepUp({ password: "the words of admin@example.org" });
    await server.client.users.update({ id: person.user.id, status: "disabled" });
    assert.equal(await me(token), 401);
  });
});

describe("what personal access tokens may never do", function () {
  this.timeout(60_000);
  let world: World;
  let token = "";
  before(async () => {
    world = await makeWorld();
    ({ token } = await world.server.client.auth.createToken({ name: "all", scopes: ["write", "read"], days: 1 }));
  });
  after(async () => world?.close());

  const administering = listOperations().filter(({ meta }) => takesStepUp(meta) || meta.personOnly === true);

  it("is all that administers: at the least tenants, people, connections and how one signs in", () => {
    const names = new Set(administering.map(({ name }) => name));
    for (const name of [
      ...["tenants", "users", "connections"].flatMap((area) =>
        ["create", "update", "remove"].map((each) => `${area}.${each}`),
      ),
      "projects.remove",
      "users.issueCode",
      "auth.createToken",
      "auth.stepUp",
      "keys.rotate",
    ]) {
      assert.ok(names.has(name), name);
    }
  });

  for (const { name, method } of administering) {
    it(`${name} is refused, even an administrator's`, async () => {
      const { path, body } = (await permissionTable[name]?.call(world.own, world)) ?? { path: "" };
      const { status, body: answer } = await ask(world.server.url, path, { method, body, token });
      assert.equal(status, 403);
      assert.match(String(field(answer, "detail")), /personal access token/);
    });
  }
});
