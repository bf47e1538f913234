import assert from "node:assert/strict";
import { listOperations, type WireOperation } from "../../../server/http/operations.ts";
import type { ScopedEntity } from "../../../shared/contract/operation.ts";
import { permissionTable, type Call, type Row } from "./permission-table.ts";
import { ask } from "./request.ts";
import { makeWorld, type Place, type World } from "./world.ts";

/** Every id that an operation takes beside the one in its address; that one is walked with the permissions. */
const named = listOperations().flatMap((operation) =>
  operation.meta.scope
    .filter(({ param }) => !operation.params.includes(param))
    .map(({ entity, param }) => ({ operation, entity, param })),
);

/** What of a place can be named so; undefined for a kind that no operation takes beside its address. */
async function idOf(entity: ScopedEntity, place: Place): Promise<string | undefined> {
  switch (entity) {
    case "tenant":
      return place.tenantId;
    case "user":
      return place.memberId;
    case "project":
      return place.project.id;
    case "connection":
      return place.connectionId;
    case "issue":
      return place.issueId;
    case "authSession":
      return (await place.technician.client.auth.me()).sessionId;
    default:
      return undefined;
  }
}

/** The call with a field of it named anew, as each method sends fields. */
function withField({ method }: WireOperation, { path, body }: Call, field: Record<string, unknown>): Call {
  if (method !== "GET") return { path, body: { ...(body as object), ...field } };
  const url = new URL(path, "http://x");
  for (const [name, value] of Object.entries(field)) {
    url.searchParams.delete(name);
    for (const each of [value].flat()) url.searchParams.append(name, String(each));
  }
  return { path: `${url.pathname}${url.search}` };
}

describe("another organisation's ids, in each place of a request that takes one", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await makeWorld();
  });
  after(async () => world?.close());

  it("are in many operations, each of which the table says to be an organisation's", () => {
    assert.ok(named.length > 15, String(named.length));
    for (const { name, meta } of listOperations()) {
      const row = permissionTable[name];
      // What administrators alone may do is not hidden from them.
      if (meta.scope.length === 0 || row?.own.technician === undefined) continue;
      assert.ok(row.tenant, `${name} names something of an organisation`);
    }
  });

  for (const { operation, entity, param } of named) {
    const row = permissionTable[operation.name];
    if (row === undefined) continue;
    it(`${operation.name} with another's ${param}`, () => hidesField(operation, { entity, param }, row));
  }

  async function hidesField(
    operation: WireOperation,
    { entity, param }: { entity: ScopedEntity; param: string },
    row: Row,
  ): Promise<void> {
    const { method } = operation;
    const { own, foreign, server, people } = world;
    const id = await idOf(entity, foreign);
    assert.ok(id !== undefined, `this test knows no ${entity}`);
    const token = people.technician.token;
    for (const [value, hidden] of [
      [id, 404],
      // Neither of two is looked at: which one would be meant is anybody's guess.
      [[await idOf(entity, own), id], 400],
    ] as const) {
      const { path, body } = withField(operation, await row.call(own, world), { [param]: value });
      const { status, text } = await ask(server.url, path, { method, body, token });
      assert.equal(status, row.own.technician === undefined ? 403 : hidden, text);
      assert.ok(!text.includes("foreign"), text);
    }
  }
});
