import { signInLocally } from "../../../shared/contract/sign-in.ts";
import { localSecret } from "../../support/server.ts";
import assert from "node:assert/strict";
import { waitFor } from "../../support/wait.ts";
import { EventReader } from "./stream.ts";
import { finished, makeWorld, type World } from "./world.ts";

describe("the event stream", function () {
  this.timeout(60_000);
  let world: World;
  const readers: EventReader[] = [];
  before(async () => {
    world = await makeWorld();
  });
  afterEach(() => {
    for (const reader of readers.splice(0)) reader.close();
  });
  after(async () => world?.close());

  async function listen(token: string, lastEventId?: string): Promise<EventReader> {
    const reader = await EventReader.open(world.server.url, token, lastEventId);
    readers.push(reader);
    return reader;
  }

  /** Something everybody who may see tenants hears, to know that all before it has come. */
  async function change(name: string, tenantId = world.own.tenantId): Promise<string> {
    await world.server.client.tenants.update({ id: tenantId, name });
    return name;
  }

  const said = (name: string) => (event: { text: string }) => event.text.includes(`"${name}"`);

  it("is ready first, then tells what changed", async () => {
    const reader = await listen(world.server.token);
    assert.deepEqual(
      reader.heard.map(({ type }) => type),
      ["stream.ready"],
    );
    const event = await reader.until(said(await change("First")));
    assert.equal(event.type, "tenant.changed");
    assert.equal(event.id, world.own.tenantId);
  });

  it("resumes where the reader left, without loss or repetition", async () => {
    const first = await listen(world.server.token);
    const seen = await first.until(said(await change("Seen")));
    first.close();
    const missed = ["One", "Two", "Three"];
    for (const name of missed) await change(name);
    const second = await listen(world.server.token, seen.eventId);
    await second.until(said(await change("Four")));
    const names = second.heard
      .filter(({ type }) => type === "tenant.changed")
      .map(({ text }) => /"name":"(\w+)"/.exec(text)?.[1]);
    assert.deepEqual(names, [...missed, "Four"]);
    assert.ok(!second.heard.some(({ type }) => type === "stream.reset"));
  });

  it("resets a reader who comes with an id of another life, of the future or of nobody", async () => {
    const { eventId } = (await listen(world.server.token)).heard[0] ?? { eventId: "" };
    const [boot = ""] = eventId.split("-");
    for (const id of [`${boot}-999999`, "00000000-1", "nonsense", "-", `${boot}-1.5`]) {
      const reader = await listen(world.server.token, id);
      assert.deepEqual(
        reader.heard.map(({ type }) => type),
        ["stream.reset", "stream.ready"],
        id,
      );
    }
  });

  it("tells a technician nothing of another organisation, and nobody's sessions but their own", async () => {
    const { own, foreign, server, people, colleague } = world;
    const technician = await listen(people.technician.token);
    const other = await listen(colleague.token);
    const admin = await listen(server.token);
    await finished(
      foreign.technician.client,
      (await foreign.technician.client.projects.sync({ id: foreign.project.id })).jobId,
    );
    await finished(own.technician.client, (await own.technician.client.projects.sync({ id: own.project.id })).jobId);
    await server.client.projects.update({ id: foreign.project.id, name: "Foreign project" });
    await server.client.connections.update({ id: foreign.connectionId, name: "Foreign connection" });
    const session = await own.technician.client.sessions.create({ projectId: own.project.id, tool: "shell" });
    await change("Foreign tenant", foreign.tenantId);
    const last = said(await change("Last"));
    await Promise.all([technician, other, admin].map((reader) => reader.until(last)));

    for (const reader of [technician, other]) {
      const strange = reader.heard.filter(({ text }) => text.includes(foreign.tenantId) || text.includes("Foreign"));
      assert.deepEqual(strange, []);
      assert.ok(reader.heard.some(({ type }) => type === "issues.changed"));
    }
    const ofSession = ({ type, id }: { type: string; id: string }) => type.startsWith("session.") && id === session.id;
    await technician.until(ofSession);
    await admin.until(ofSession);
    assert.ok(!other.heard.some(({ type }) => type.startsWith("session.") || type.startsWith("job.")));
    assert.ok(admin.heard.some(({ text }) => text.includes("Foreign connection")));
  });

  it("tells billing and clients what they may read and no more", async () => {
    const { own, server, people } = world;
    const billing = await listen(people.billing.token);
    const client = await listen(people.client.token);
    await finished(own.technician.client, (await own.technician.client.projects.sync({ id: own.project.id })).jobId);
    await server.client.connections.update({ id: own.connectionId, name: "Renamed" });
    await server.client.projects.update({ id: own.project.id, name: "Project for all" });
    for (const reader of [billing, client]) await reader.until(said("Project for all"));
    const kinds = (reader: EventReader) => new Set(reader.heard.map(({ type }) => type.split(".")[0]));
    assert.deepEqual(kinds(billing), new Set(["stream", "project"]));
    assert.deepEqual(kinds(client), new Set(["stream", "issues", "project", "sync"]));
  });

  it("carries no secret", async () => {
    const reader = await listen(world.server.token);
    await world.server.client.connections.update({ id: world.own.connectionId, token: world.canary });
    await world.server.client.connections.test({ id: world.own.connectionId });
    await reader.until(said(await change("After secrets")));
    assert.ok(reader.heard.some(({ type }) => type === "connection.changed"));
    assert.ok(!reader.heard.some(({ text }) => text.includes(world.canary) || text.includes("sealedToken")));
  });

  it("ends with the sign-in, and when its person's rights change", async () => {
    const { server, own } = world;
    const sign = () => server.as({ email: "listener@own.example", level: "technician", tenantIds: [own.tenantId] });
    const endings: ((person: Awaited<ReturnType<typeof sign>>) => Promise<unknown>)[] = [
      ({ client }) => client.auth.logout(),
      ({ token }) => server.client.auth.revoke({ token }),
      ({ user }) => server.client.users.update({ id: user.id, memberships: [] }),
      ({ user }) => server.client.users.update({ id: user.id, status: "disabled" }),
    ];
    for (const end of endings) {
      const person = await sign();
      const reader = await listen(person.token);
      await end(person);
      await waitFor(() => reader.ended, { what: `the end of the stream after ${end.toString()}` });
    }
  });

  it("ends when its token expires", async () => {
    const { token } = await signInLocally({
      url: world.server.url,
      secret: localSecret,
      client: "test",
      ttlSeconds: 2,
    });
    const reader = await listen(token);
    await waitFor(() => reader.ended, { what: "the end of the stream" });
  });

  it("serves many readers at once, and counts them down when they leave", async () => {
    const many = await Promise.all(Array.from({ length: 200 }, () => listen(world.people.technician.token)));
    const fits = said(await change("For many"));
    await Promise.all(many.map((reader) => reader.until(fits)));
    const open = async () => {
      const answer = await fetch(new URL("/metrics", world.server.url), {
        headers: { authorization: `Bearer ${world.server.token}` },
      });
      return Number(/^aiops_event_streams (\d+)$/m.exec(await answer.text())?.[1]);
    };
    assert.ok((await open()) >= 200);
    for (const reader of many) reader.close();
    await waitFor(async () => (await open()) === 0, { what: "the streams to be gone" });
  });

  it("keeps little for a reader that stalls, who is then told to read anew", async () => {
    const { server, own } = world;
    const stalled = await listen(server.token);
    stalled.response.pause();
    // An event of some 20 kB: 1,600 of them are more than sockets and the reader's queue hold together.
    const protectedBranches = Array.from({ length: 100 }, (_, index) => `${"long".repeat(48)}-${index}`);
    const id = own.project.id;
    const writers = Array.from({ length: 20 }, async (_, writer) => {
      for (let round = 0; round < 80; round += 1) {
        await server.client.projects.update({ id, name: `${writer} ${round}`, protectedBranches });
      }
    });
    await Promise.all(writers);
    const last = said(await change("After the flood"));
    stalled.response.resume();
    await stalled.until(last);
    assert.ok(stalled.heard.some(({ type }) => type === "stream.reset"));
    assert.ok(stalled.heard.length < 1_600);
  });

  it("resets a reader after a restart", async () => {
    const reader = await listen(world.server.token);
    const { eventId } = await reader.until(said(await change("Before the restart")));
    await world.server.restart();
    await waitFor(() => reader.ended, { what: "the end of the stream" });
    const again = await listen(world.server.token, eventId);
    assert.deepEqual(
      again.heard.map(({ type }) => type),
      ["stream.reset", "stream.ready"],
    );
  });
});
