import assert from "node:assert/strict";
import { issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { waitFor } from "../../support/wait.ts";
import { EventReader } from "../http/stream.ts";
import { makeSyncWorld, syncStands, type SyncWorld } from "./sync-world.ts";
import { widgets } from "./widgets.ts";

const few = (name: string, count = 3) =>
  repositoryData(
    Array.from({ length: count }, (_, index) => issueData({ number: index + 1 })),
    { name },
  );

describe("syncs of the server", function () {
  this.timeout(30_000);
  let world: SyncWorld;

  afterEach(() => world.close());

  const change = (number: number, title: string, repository = "acme/site") => {
    const store = world.github.repository(repository);
    const issue = store.issue(number);
    assert.ok(issue);
    store.edit(issue, { title });
  };
  const scheduled = async () => (await world.server.client.system.audit({ action: "job.sync" })).items;
  const systemRecords = async () => (await scheduled()).filter(({ actor }) => actor.kind === "system");

  it("goes by itself at the project's interval, and leaves a trace only where something changed", async () => {
    world = await makeSyncWorld([few("site")], { syncMinuteMs: 20 });
    const { server, github } = world;
    const { id } = await world.project("site", "acme/site", { syncMinutes: 2 });
    await waitFor(async () => (await world.titles(id)).size === 3, { what: "the first sync" });
    await waitFor(async () => (await systemRecords()).some(({ outcome }) => outcome === "ok"), { what: "its record" });
    const records = (await systemRecords()).length;
    assert.equal(records, 2, "intent and outcome");
    const jobs = (await server.client.jobs.list({ status: "succeeded" })).total;
    const requests = github.requests;
    await waitFor(() => github.requests >= requests + 4, { what: "four more syncs" });
    assert.deepEqual([(await systemRecords()).length, (await server.client.jobs.list({})).total], [records, jobs]);

    change(2, "Changed there");
    await waitFor(async () => (await world.titles(id)).get("#2") === "Changed there", { what: "the change" });
    await waitFor(async () => (await systemRecords()).length === records + 2, { what: "its record" });
    const state = await syncStands(world, id, ({ jobId }) => jobId === null, "rest");
    assert.ok(state.lastSyncedAt !== null && state.nextAt !== null && state.error === null);

    await server.client.projects.update({ id, syncMinutes: 0 });
    await syncStands(world, id, ({ nextAt, jobId }) => nextAt === null && jobId === null, "the schedule's end");
  });

  it("says how a sync stands, also to those who listen", async () => {
    world = await makeSyncWorld([few("site"), few("gone")]);
    const { server, connection } = world;
    const { id, links } = await world.project("site", "acme/site");
    const nothing = { lastSyncedAt: null, nextAt: null, jobId: null, error: null };
    assert.deepEqual(await server.client.projects.syncState({ id }), {
      ...nothing,
      links: [{ linkId: links[0]?.id, syncedAt: null, error: null }],
    });
    const reader = await EventReader.open(server.url, server.token);
    try {
      const { jobId } = await server.client.projects.sync({ id });
      await reader.until(({ type, text }) => type === "sync.changed" && text.includes(`"jobId":"${jobId}"`));
      await reader.until(({ type, text }) => type === "sync.changed" && text.includes('"jobId":null'));
      const second = await server.client.projects.addLink({
        id,
        connectionId: connection.id,
        externalProject: "acme/nowhere",
      });
      await assert.rejects(world.sync(id), /acme\/nowhere/);
      const state = await syncStands(world, id, ({ jobId: running }) => running === null, "the end");
      assert.equal(state.error?.code, "provider_not_found");
      assert.equal(state.lastSyncedAt, null, "one link was never read");
      assert.deepEqual(
        state.links.map(({ linkId, error, syncedAt }) => [linkId, error?.code, syncedAt !== null]),
        [
          [links[0]?.id, undefined, true],
          [second.id, "provider_not_found", false],
        ],
      );
      await reader.until(({ type, text }) => type === "sync.changed" && text.includes("provider_not_found"));
    } finally {
      reader.close();
    }
  });

  it("makes no storm of a refusal, and goes on by itself when that has passed", async () => {
    world = await makeSyncWorld([few("one"), few("two"), few("three")], { syncMinuteMs: 50 });
    const { github } = world;
    const projects = [];
    for (const name of ["one", "two", "three"]) {
      const project = await world.project(name, `acme/${name}`, { syncMinutes: 1 });
      await world.sync(project.id);
      projects.push(project);
    }
    const [first] = projects;
    assert.ok(first);
    github.faults.add({ fault: { kind: "status", status: 401 } });
    // Whichever is tried first: the others of the connection wait then.
    await Promise.any(
      projects.map(({ id }) =>
        syncStands(world, id, ({ error }) => error?.code === "provider_unauthorized", "the error"),
      ),
    );
    const requests = github.requests;
    const since = performance.now();
    await waitFor(() => performance.now() - since > 1_000, { what: "twenty intervals" });
    // After 50, 100, 200, 400 ms, and what was on its way: not three projects twenty times.
    assert.ok(github.requests - requests <= 10, `${github.requests - requests} requests`);
    assert.equal((await world.titles(first.id)).size, 3, "what was stored is kept");
    const failed = (await systemRecords()).filter(({ outcome }) => outcome === "failed");
    assert.ok(failed.length > 0 && failed.every(({ error }) => error?.includes("provider_unauthorized")));

    github.faults.clear();
    for (const { id } of projects) await syncStands(world, id, ({ error }) => error === null, "the end of the error");
  });

  it("tries again at once with another token", async () => {
    world = await makeSyncWorld([few("site")]);
    const { server, github, connection } = world;
    const { id } = await world.project("site", "acme/site", { syncMinutes: 5 });
    await server.client.connections.update({ id: connection.id, token: "ghp_revoked" });
    await assert.rejects(world.sync(id), /mistyped, expired or revoked/);
    github.setToken("ghp_renewed", { login: "robot", scopes: ["repo"] });
    await server.client.connections.update({ id: connection.id, token: "ghp_renewed" });
    await waitFor(async () => (await world.titles(id)).size === 3, { what: "the sync" });
    const { error } = await syncStands(world, id, ({ jobId }) => jobId === null, "its end");
    assert.equal(error, null);
  });

  it("leaves a tracker alone that said for how long, whoever asks", async () => {
    world = await makeSyncWorld([few("site")]);
    const { github, server } = world;
    const { id } = await world.project("site", "acme/site");
    await world.sync(id);
    github.faults.add({ fault: { kind: "secondary", retryAfterSeconds: 3600 } });
    await assert.rejects(world.sync(id));
    const { requests } = github;
    github.faults.clear();
    await assert.rejects(world.sync(id), /left alone for another 3\d{3} s/);
    assert.equal(github.requests, requests);
    const { error } = await server.client.projects.syncState({ id });
    assert.equal(error?.code, "provider_rate_limited");
  });

  it("reads everything where that is asked for while a sync runs that reads what changed", async () => {
    world = await makeSyncWorld([few("site")], { latencyMs: 50 });
    const { github, server } = world;
    const { id } = await world.project("site", "acme/site");
    await world.sync(id);
    github.repository("acme/site").remove(2);
    const changes = await server.client.projects.sync({ id });
    const all = await server.client.projects.sync({ id, full: true });
    assert.equal(all.jobId, changes.jobId);
    await waitFor(async () => !(await world.titles(id)).has("#2"), { what: "the full sync" });
  });

  it("lets changed overrides count at once, without a request", async () => {
    world = await makeSyncWorld([widgets()]);
    const { github, server, connection } = world;
    const { id } = await world.project("site", "acme/widgets");
    await world.sync(id);
    const { requests } = github;
    const open = async () => (await server.client.issues.list({ projectId: id, status: "open" })).total;
    assert.equal(await open(), 166);
    await server.client.connections.update({ id: connection.id, statusOverrides: { open: ["Closed "], closed: [] } });
    assert.deepEqual([await open(), github.requests], [249, requests]);
    const [issue] = (await server.client.issues.list({ projectId: id, q: '"Comment 3 of"' })).items;
    assert.deepEqual([issue?.status, issue?.rawStatus], ["open", "closed"]);
    const both = { open: ["Done"], closed: ["done"] };
    await assert.rejects(server.client.connections.update({ id: connection.id, statusOverrides: both }), /both lists/);
    await server.client.connections.update({ id: connection.id, statusOverrides: { open: [], closed: [] } });
    assert.equal(await open(), 166);
  });

  it("gives a renamed repository's link its new name", async () => {
    world = await makeSyncWorld([few("site")]);
    const { github, server } = world;
    const { id } = await world.project("site", "acme/site");
    await world.sync(id);
    github.rename("acme/site", "acme/home");
    change(1, "After the move", "acme/home");
    await world.sync(id);
    assert.equal((await server.client.projects.get({ id })).links[0]?.externalProject, "acme/home");
    assert.equal((await world.titles(id)).get("#1"), "After the move");
    assert.equal((await world.titles(id)).size, 3);
  });

  it("goes on where it was after a restart in the middle", async () => {
    world = await makeSyncWorld([widgets()], { latencyMs: 30, syncMinuteMs: 100 });
    const { server } = world;
    const { id } = await world.project("site", "acme/widgets", { syncMinutes: 1 });
    await server.client.projects.sync({ id });
    await waitFor(async () => (await world.titles(id)).size > 0, { what: "the first batch" });
    await server.restart();
    await syncStands(world, id, ({ lastSyncedAt }) => lastSyncedAt !== null, "the next sync's end");
    assert.equal((await world.titles(id)).size, 249);
  });
});
