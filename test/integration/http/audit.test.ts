import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { listOperations } from "../../../server/http/operations.ts";
import type { AuditRecord } from "../../../shared/entities/audit.ts";
import { permissionTable } from "./permission-table.ts";
import { ask, field } from "./request.ts";
import { linuxUser, makeWorld, type World } from "./world.ts";

const writes = listOperations().filter(({ meta }) => meta.effect !== "read" && meta.capability !== "public");

/** Writes that are done to nothing in particular. */
const ofTheServer = new Set(["sessions.resync", "keys.rotate"]);

/** What is recorded of a request that was answered so; what is not there is refused before anything is intended. */
function outcomesOf(status: number): string[] {
  if (status === 404) return ["denied"];
  return ["intent", status < 400 ? "ok" : status === 401 || status === 403 ? "denied" : "failed"];
}

describe("every write is audited", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await makeWorld();
  });
  after(async () => world?.close());

  async function latest(limit: number): Promise<AuditRecord[]> {
    return (await world.server.client.system.audit({ limit })).items;
  }

  /** The newest record's number: what follows it is the test's. */
  async function head(): Promise<number> {
    return (await latest(1))[0]?.seq ?? 0;
  }

  async function since(seq: number, action: string): Promise<AuditRecord[]> {
    const records = await latest(50);
    return records.filter((record) => record.seq > seq && record.action === action).toReversed();
  }

  for (const { name, method } of writes) {
    const row = permissionTable[name];
    if (row === undefined) continue;

    it(`${name}: intent and outcome, with who and what`, async () => {
      const { path, body } = await row.call(world.own, world);
      const admin = await world.server.as({ email: "second@example.org", level: "admin", linuxUser });
      const before = await head();
      const answer = await ask(world.server.url, path, { method, body, token: admin.token });
      assert.equal(answer.status, row.own.admin, answer.text);
      const records = await since(before, name);
      assert.deepEqual(
        records.map(({ outcome }) => outcome),
        outcomesOf(answer.status),
      );
      for (const { actor, target } of records) {
        assert.deepEqual(actor, { kind: "user", id: admin.user.id });
        assert.match(target, /^(?:server|[a-zA-Z]+:[\w-]+)$/);
      }
      const made = field(answer.body, "id");
      if (name.endsWith(".create")) assert.ok(records[1]?.target.endsWith(`:${String(made)}`), records[1]?.target);
      else if (!ofTheServer.has(name)) assert.notEqual(records[1]?.target, "server");
    });

    it(`${name}: a refusal`, async () => {
      const refused = row.own.billing === undefined ? world.people.billing : undefined;
      const { path, body } = await row.call(refused === undefined ? world.foreign : world.own, world);
      // What is everybody's own can be refused to nobody.
      if (refused === undefined && !row.tenant && name !== "jobs.cancel") return;
      const who = refused ?? world.people.client;
      const before = await head();
      const { status } = await ask(world.server.url, path, { method, body, token: who.token });
      assert.ok(status === 403 || status === 404);
      const [record, ...more] = await since(before, name);
      assert.deepEqual(more, []);
      assert.equal(record?.outcome, "denied");
      assert.equal(record.actor.id, who.userId);
      assert.equal(record.error, status === 403 ? "forbidden" : "not_found");
      const named = path.split("/")[3];
      // What is about a sign-in names it elsewhere in its request.
      const hasName = named !== undefined && row.tenant && !name.startsWith("auth.");
      if (hasName) assert.ok(record.target.endsWith(`:${named}`), record.target);
    });
  }

  it("records what failed after it was begun", async () => {
    const before = await head();
    const { token } = world.people.admin;
    const body = { slug: "own", name: "Taken" };
    assert.equal((await ask(world.server.url, "/api/tenants", { method: "POST", token, body })).status, 409);
    const records = await since(before, "tenants.create");
    assert.deepEqual(
      records.map(({ outcome }) => outcome),
      ["intent", "failed"],
    );
    assert.match(records[1]?.error ?? "", /name_taken/);
  });

  it("records sign-ins, and tries with a wrong secret", async () => {
    const before = await head();
    const body = { nonce: "0".repeat(64), proof: "0".repeat(64), client: "test" };
    assert.equal((await ask(world.server.url, "/api/auth/local", { method: "POST", body })).status, 401);
    const [denied] = await since(before, "auth.local");
    assert.equal(denied?.outcome, "denied");
    await world.server.as({ email: "client@own.example", level: "client" });
    const records = await since(denied?.seq ?? 0, "auth.local");
    assert.deepEqual(
      records.map(({ outcome }) => outcome),
      ["intent", "ok"],
    );
  });

  it("holds no secret, and stays unbroken", async () => {
    const found = await world.server.client.system.verifyAudit();
    assert.deepEqual(found.problems, []);
    assert.ok(found.ok);
    for (const file of await readdir(join(world.server.dir, "data", "audit"))) {
      const text = await readFile(join(world.server.dir, "data", "audit", file), "utf8");
      assert.ok(!text.includes(world.canary), "the connection's token");
      assert.ok(!text.includes(world.people.admin.token), "a session token");
      assert.ok(!text.includes("wrong-secret-of-somebody"), "a secret that was tried");
    }
  });

  it("finds an edit", async () => {
    const directory = join(world.server.dir, "data", "audit");
    const [name = ""] = (await readdir(directory)).sort();
    const file = join(directory, name);
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace('"action":"tenants.create"', '"action":"tenants.update"'));
    const found = await world.server.client.system.verifyAudit();
    await writeFile(file, text);
    assert.equal(found.ok, false);
    assert.match(found.problems.join(), /was edited/);
  });
});
