import assert from "node:assert/strict";
import { listOperations } from "../../../server/http/operations.ts";
import type { Capability, ProjectRole } from "../../../shared/rules/permissions.ts";
import { permissionTable, type Row } from "./permission-table.ts";
import { ask, field } from "./request.ts";
import { makeWorld, type World } from "./world.ts";

const ofProjects = new Set(["project", "issue", "session", "outboxItem"]);

/** What changing takes, written out by hand: the code's own rule is held against it. Reading takes any role. */
const maintaining: readonly (Capability | "public")[] = ["projects.write", "projects.delete"];

const operations = listOperations().filter(
  ({ name, meta }) =>
    meta.scope.some(({ entity }) => ofProjects.has(entity)) && permissionTable[name]?.own.technician !== undefined,
);

describe("roles in a project, over HTTP", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await makeWorld();
  });
  after(async () => world?.close());

  /** Gives the technician a role in every project of their organisation, or takes it away. */
  async function give(role: ProjectRole | undefined): Promise<void> {
    const { server, own } = world;
    const roles = role === undefined ? [] : [{ userId: own.technician.user.id, role }];
    for (const { id } of (await server.client.projects.list({ tenantId: own.tenantId, limit: 500 })).items) {
      await server.client.projects.update({ id, roles });
    }
  }

  async function statusWith(role: ProjectRole | undefined, row: Row, method: string): Promise<[number, string]> {
    await give(undefined);
    const { path, body } = await row.call(world.own, world);
    await give(role);
    const token = world.own.technician.token;
    const { status, text } = await ask(world.server.url, path, { method, body, token });
    return [status, text];
  }

  it("are tried on most of what belongs to a project", () => {
    assert.ok(operations.length > 20, String(operations.length));
  });

  for (const { name, method, meta } of operations) {
    const row = permissionTable[name];
    if (row === undefined) continue;
    it(`${name} takes the role it should`, async () => {
      const allowed = row.own.technician;
      const needed: ProjectRole =
        meta.effect === "read" ? "read" : maintaining.includes(meta.capability) ? "maintain" : "write";
      for (const role of ["read", "write", "maintain"] as const) {
        const reaches = ["read", "write", "maintain"].indexOf(role) >= ["read", "write", "maintain"].indexOf(needed);
        const [status, text] = await statusWith(role, row, method);
        assert.equal(status, reaches ? allowed : 403, `${role}: ${text}`);
      }
    });
  }

  it("keep nobody else, and no administrator, from anything", async () => {
    await give("read");
    const path = `/api/projects/${world.own.project.id}`;
    for (const token of [world.colleague.token, world.people.admin.token]) {
      const { status } = await ask(world.server.url, path, { method: "PATCH", token, body: { name: "Site" } });
      assert.equal(status, 200);
    }
  });

  it("give nobody what their level does not", async () => {
    const { server, own, people } = world;
    const roles = [{ userId: people.client.userId, role: "maintain" as const }];
    await server.client.projects.update({ id: own.project.id, roles });
    const path = `/api/projects/${own.project.id}`;
    const { token } = people.client;
    const { status } = await ask(server.url, path, { method: "PATCH", token, body: { name: "Theirs" } });
    assert.equal(status, 403);
    const foreign = await ask(server.url, `/api/projects/${world.foreign.project.id}`, { token });
    assert.equal(foreign.status, 404);
  });

  it("are an administrator's to give", async () => {
    const { server, own, colleague } = world;
    const id = own.project.id;
    await server.client.projects.update({ id, roles: [] });
    const roles = [{ userId: colleague.user.id, role: "read" as const }];
    await assert.rejects(own.technician.client.projects.update({ id, roles }), { code: "forbidden" });
    const { tenantId } = own;
    const fresh = { tenantId, slug: "with-roles", name: "With roles", roles };
    await assert.rejects(own.technician.client.projects.create(fresh), { code: "forbidden" });
    // A form sends what it was given.
    await own.technician.client.projects.update({ id, roles: [], name: "Site" });
    await server.client.projects.update({ id, roles });
  });

  it("let nobody take a key of the organisation by naming it, but an administrator", async () => {
    const { server, own } = world;
    const { tenantId } = own;
    const technician = own.technician.client;
    const { id: sshKeyId } = await server.client.sshKeys.create({ tenantId, name: "Deploy", generate: "ed25519" });
    const fresh = { tenantId, slug: "with-key", name: "With key" };
    await assert.rejects(technician.projects.create({ ...fresh, sshKeyId }), { code: "forbidden" });
    const { id } = await technician.projects.create(fresh);
    await assert.rejects(technician.projects.update({ id, sshKeyId }), { code: "forbidden" });
    await server.client.projects.update({ id, sshKeyId });
    await technician.projects.update({ id, sshKeyId, name: "A form sends what it was given" });
    assert.equal((await technician.projects.update({ id, sshKeyId: null })).sshKeyId, null);
  });

  it("name people who exist, each once, and go with them", async () => {
    const { server, own } = world;
    const { id } = own.project;
    const update = (roles: { userId: string; role: ProjectRole }[]) => server.client.projects.update({ id, roles });
    await assert.rejects(update([{ userId: "nobody", role: "read" }]), { code: "invalid_input" });
    const { user } = await server.as({ email: "gone@own.example", level: "technician", tenantIds: [own.tenantId] });
    const role = { userId: user.id, role: "read" as const };
    await assert.rejects(update([role, { ...role, role: "write" }]), { code: "invalid_input" });
    await assert.rejects(server.client.projects.update({ id, ownerId: "nobody" }), { code: "invalid_input" });
    await update([role]);
    await server.client.projects.update({ id, ownerId: user.id });
    await server.client.users.remove({ id: user.id });
    const now = await server.client.projects.get({ id });
    assert.deepEqual({ roles: now.roles, ownerId: now.ownerId }, { roles: [], ownerId: null });
    assert.equal(field(now, "name"), "Site");
  });
});
