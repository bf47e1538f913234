import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { waitFor } from "../../support/wait.ts";
import { ask } from "../http/request.ts";
import { makeSyncWorld, type SyncWorld } from "../sync/sync-world.ts";

const secret = "a secret of 32 characters, or so";

describe("webhooks", function () {
  this.timeout(20_000);
  let world: SyncWorld;
  let projectId: string;

  beforeEach(async () => {
    const issues = Array.from({ length: 40 }, (_, index) => issueData({ number: index + 1 }));
    world = await makeSyncWorld([repositoryData(issues, { name: "site" })]);
    const { server, connection } = world;
    await server.client.connections.update({ id: connection.id, webhookSecret: secret });
    ({ id: projectId } = await world.project("site", "acme/site"));
    await world.sync(projectId);
  });
  afterEach(() => world.close());

  const remote = (number: number) => {
    const issue = world.github.repository("acme/site").issue(number);
    assert.ok(issue);
    return issue;
  };
  const change = (number: number, title: string) =>
    world.github.repository("acme/site").edit(remote(number), { title });
  const delivery = (number: number, action = "edited", repository = "acme/site") => {
    const id = world.github.repository("acme/site").id * 1_000_000 + number;
    return { action, issue: { id, number }, repository: { full_name: repository } };
  };
  interface Given {
    id?: string;
    secret?: string;
    connectionId?: string;
    event?: string;
    headers?: Record<string, string>;
  }
  /** Sends a delivery as GitHub does. */
  function deliver(body: unknown, given: Given = {}) {
    const { id = randomUUID(), connectionId = world.connection.id, event = "issues" } = given;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const signature = createHmac("sha256", given.secret ?? secret)
      .update(text)
      .digest("hex");
    return ask(world.server.url, `/webhooks/${connectionId}`, {
      method: "POST",
      body: text,
      headers: {
        "x-github-event": event,
        "x-github-delivery": id,
        "x-hub-signature-256": `sha256=${signature}`,
        ...given.headers,
      },
    });
  }
  const title = async (number: number) => (await world.titles(projectId)).get(`#${number}`);
  const fetches = async () => (await world.server.client.system.audit({ action: "webhooks.fetch" })).items;

  it("fetches the issue that a delivery tells of, once for several, and records the change", async () => {
    change(5, "Changed there");
    const { requests } = world.github;
    for (const action of ["edited", "labeled", "assigned"]) {
      const answer = await deliver(delivery(5, action));
      assert.deepEqual([answer.status, answer.body], [202, { accepted: true }]);
    }
    await waitFor(async () => (await title(5)) === "Changed there", { what: "the change" });
    assert.ok(world.github.requests - requests <= 4, "one fetch, whatever one issue takes, for three deliveries");
    await waitFor(async () => (await fetches()).length === 2, { what: "intent and outcome" });
    const [outcome] = await fetches();
    assert.deepEqual(
      [outcome?.actor.kind, outcome?.outcome, outcome?.target],
      ["system", "ok", `project:${projectId}`],
    );
    assert.equal((await world.server.client.projects.syncState({ id: projectId })).error, null);
  });

  it("brings new issues and takes away deleted ones, but believes no word of it without looking", async () => {
    const created = world.github.repository("acme/site").create("octo-ann", { title: "Brand new" });
    world.github.repository("acme/site").remove(7);
    await deliver(delivery(created.number, "opened"));
    await deliver(delivery(7, "deleted"));
    await deliver(delivery(8, "deleted"));
    await deliver(delivery(9, "transferred"));
    await waitFor(async () => (await title(7)) === undefined && (await title(created.number)) === "Brand new", {
      what: "the two changes",
    });
    change(9, "Still there");
    await deliver(delivery(9));
    await waitFor(async () => (await title(9)) === "Still there", { what: "the last delivery" });
    assert.equal(await title(8), "Issue 8");
  });

  it("reads what changed where many deliveries come at once", async () => {
    for (let number = 1; number <= 30; number += 1) change(number, `Again ${number}`);
    const { requests } = world.github;
    await Promise.all(Array.from({ length: 30 }, (_, index) => deliver(delivery(index + 1))));
    await waitFor(async () => (await title(1)) === "Again 1" && (await title(30)) === "Again 30", {
      what: "the changes",
    });
    assert.ok(world.github.requests - requests < 30, "not one request for each");
  });

  it("answers alike for a wrong signature, an unknown connection, and one without a secret", async () => {
    const other = await world.server.client.connections.create({
      tenantId: world.connection.tenantId,
      provider: "github",
      name: "Without a secret",
      baseUrl: world.github.url,
    });
    const nothing = await ask(world.server.url, "/webhooks", { method: "GET", token: world.server.token });
    const { requests } = world.github;
    change(5, "Changed there");
    for (const given of [
      { secret: "another secret of 32 characters" },
      { headers: { "x-hub-signature-256": "" } },
      { headers: { "x-hub-signature-256": "sha256=" } },
      { connectionId: "unknown" },
      { connectionId: other.id, secret: "" },
      { connectionId: "..%2F..%2Fhealth" },
    ]) {
      const answer = await deliver(delivery(5), given);
      assert.equal(answer.status, 404, JSON.stringify(given));
      const without = (text: string) => text.replace(/"instance":"[^"]*"/, "");
      assert.equal(without(answer.text), without(nothing.text), "the words of any address where nothing is");
    }
    assert.equal(world.github.requests, requests);
    assert.deepEqual(await fetches(), []);
  });

  it("takes no delivery twice, also after a restart", async () => {
    const id = randomUUID();
    const body = delivery(5);
    change(5, "First");
    assert.equal((await deliver(body, { id })).status, 202);
    await waitFor(async () => (await title(5)) === "First", { what: "the first" });
    const replayed = await deliver(body, { id });
    assert.deepEqual([replayed.status, (replayed.body as { code: string }).code], [409, "conflict"]);
    assert.equal((await deliver(body, { id: randomUUID() })).status, 409, "the signature does not cover the id");
    await world.server.restart();
    const { requests } = world.github;
    assert.equal((await deliver(body, { id })).status, 409);
    assert.equal(world.github.requests, requests);
  });

  it("takes pings and events of no issue, and does nothing about them", async () => {
    const { requests } = world.github;
    assert.equal((await deliver({ zen: "Keep it logically awesome." }, { event: "ping" })).status, 202);
    assert.equal((await deliver(delivery(5), { event: "star" })).status, 202);
    assert.equal((await deliver(delivery(5, "edited", "acme/unlinked"))).status, 202);
    assert.equal(world.github.requests, requests);
  });

  it("refuses bodies that are too large, compressed, or none of GitHub's", async () => {
    const large = await deliver("x".repeat(1024 * 1024 + 1));
    assert.equal(large.status, 413);
    const packed = gzipSync(JSON.stringify(delivery(5))).toString("latin1");
    assert.equal((await deliver(packed, { headers: { "content-encoding": "gzip" } })).status, 415);
    assert.equal((await deliver("{")).status, 400);
    assert.equal((await deliver({ action: "edited" })).status, 400);
    assert.equal((await deliver(delivery(5))).status, 202, "and goes on");
  });

  it("leaves it to the next sync where the tracker can't be asked", async () => {
    world.github.faults.add({ fault: { kind: "status", status: 401 } });
    change(5, "Changed there");
    assert.equal((await deliver(delivery(5))).status, 202);
    await waitFor(
      async () =>
        (await world.server.client.projects.syncState({ id: projectId })).error?.code === "provider_unauthorized",
      { what: "the error" },
    );
    world.github.faults.clear();
    await world.sync(projectId);
    assert.equal(await title(5), "Changed there");
  });

  it("never answers the secret, and can have it taken away", async () => {
    const { server, connection } = world;
    const stored = await server.client.connections.get({ id: connection.id });
    assert.equal(stored.hasWebhookSecret, true);
    const answers = await ask(server.url, "/api/connections", { token: server.token });
    assert.ok(!answers.text.includes(secret));
    await assert.rejects(server.client.connections.update({ id: connection.id, webhookSecret: "short" }));
    const version = (await server.client.connections.get({ id: connection.id })).version;
    await server.client.connections.update({ id: connection.id, webhookSecret: secret });
    assert.equal(
      (await server.client.connections.get({ id: connection.id })).version,
      version,
      "the same changes nothing",
    );
    await server.client.connections.update({ id: connection.id, webhookSecret: "" });
    assert.equal((await server.client.connections.get({ id: connection.id })).hasWebhookSecret, false);
    assert.equal((await deliver(delivery(5))).status, 404);
  });
});
