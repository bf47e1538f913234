import assert from "node:assert/strict";
import { startTestServer, type TestServer } from "../../support/server.ts";

/** Pairs of calls that are made at once; each once in either order. */
const rounds = Array.from({ length: 10 }, (_, round) => round);

describe("a reference made while what it names is deleted", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ env: { AIOPS_REQUEST_LIMIT: "100000" } });
  });
  after(() => server.close());

  const tenant = async (slug: string) => (await server.client.tenants.create({ slug, name: slug })).id;

  /** Makes both calls at once and asserts that exactly one was refused, since the other was first. */
  async function oneOf(round: number, calls: [() => Promise<unknown>, () => Promise<unknown>]): Promise<void> {
    const ordered = round % 2 === 0 ? calls : calls.toReversed();
    const outcomes = await Promise.allSettled(ordered.map((call) => call()));
    const refused = outcomes.filter(({ status }) => status === "rejected");
    assert.equal(refused.length, 1, `${refused.length} of two were refused`);
  }

  it("is a link of a project to a connection, or there is no such connection", async () => {
    const { client } = server;
    const tenantId = await tenant("links");
    const { id } = await client.projects.create({ tenantId, slug: "site", name: "Site" });
    for (const round of rounds) {
      const connection = await client.connections.create({ tenantId, provider: "github", name: `c${round}` });
      const link = { id, connectionId: connection.id, externalProject: "a/b" };
      await oneOf(round, [() => client.projects.addLink(link), () => client.connections.remove({ id: connection.id })]);
    }
    const known = new Set((await client.connections.list({ limit: 500 })).items.map((each) => each.id));
    const { links } = await client.projects.get({ id });
    assert.deepEqual(
      links.filter(({ connectionId }) => !known.has(connectionId)),
      [],
    );
  });

  it("is a project, connection or member of a tenant, or there is no such tenant", async () => {
    const { client } = server;
    for (const round of rounds) {
      const tenantId = await tenant(`t${round}`);
      const member = { email: `m${round}@example.org`, username: `m${round}`, name: "M" };
      const memberships = [{ tenantId, role: "member" as const }];
      const make = [
        () => client.projects.create({ tenantId, slug: "site", name: "Site" }),
        () => client.connections.create({ tenantId, provider: "github", name: "c" }),
        () => client.users.create({ ...member, memberships }),
      ][round % 3];
      assert.ok(make);
      await oneOf(Math.floor(round / 3), [make, () => client.tenants.remove({ id: tenantId })]);
    }
    const known = new Set((await client.tenants.list({ limit: 500 })).items.map(({ id }) => id));
    const placed = [
      ...(await client.projects.list({ limit: 500 })).items,
      ...(await client.connections.list({ limit: 500 })).items,
      ...(await client.users.list({ limit: 500 })).items.flatMap(({ memberships }) => memberships),
    ];
    assert.deepEqual(
      placed.filter(({ tenantId }) => !known.has(tenantId)),
      [],
    );
  });
});
