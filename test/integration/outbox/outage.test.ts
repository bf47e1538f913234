import assert from "node:assert/strict";
import { withCode } from "../../support/error-code.ts";
import type { TestServer } from "../../support/server.ts";
import { waitFor } from "../../support/wait.ts";
import { EventReader } from "../http/stream.ts";
import {
  commentsAt,
  emptied,
  issueOf,
  outboxWorld,
  queued,
  reached,
  sync,
  type Place,
  type Tracker,
} from "./tracker-world.ts";

describe("writes while the tracker is out of reach", function () {
  this.timeout(90_000);
  const world = outboxWorld();
  let tracker: Tracker;
  let server: TestServer;
  let place: Place;
  beforeEach(() => ({ tracker, server, place } = world()));

  it("are accepted, shown with the issue, and arrive once and in order when it is back", async () => {
    const { client } = server;
    const { id } = await issueOf(client, place.projectId, "#1");
    await tracker.proxy.stop();
    const first = queued(await client.issues.comment({ id, body: "one" }));
    assert.equal(first.error?.code, "provider_failed");
    assert.ok(first.nextAttemptAt);
    queued(await client.issues.update({ id, title: "Renamed", status: "closed" }));
    queued(await client.issues.comment({ id, body: "two" }));
    queued(await client.issues.create({ id: place.projectId, title: "Made offline" }));
    queued(await client.issues.comment({ id, body: "one" }));
    const { pending, title } = await client.issues.get({ id });
    assert.deepEqual(
      pending.map(({ write }) => write.kind),
      ["comment", "update", "comment", "comment"],
    );
    assert.equal(title, "First");
    assert.equal((await client.issues.list({ q: "first" })).total, 1);

    await tracker.proxy.start();
    await client.outbox.retry({ id: first.id });
    await emptied(client);
    assert.deepEqual(commentsAt(tracker, 1), ["+1", "one", "two", "one"]);
    assert.equal(tracker.store.issue(1)?.title, "Renamed");
    assert.equal(tracker.store.issue(1)?.state, "closed");
    assert.equal(tracker.store.issue(4)?.title, "Made offline");
    assert.equal(tracker.store.issue(5), undefined);
    assert.deepEqual((await client.issues.get({ id })).pending, []);
    const sent = await client.outbox.get({ id: first.id });
    assert.equal(sent.status, "sent");
    await sync(client, place.projectId);
    assert.equal((await client.issues.get({ id })).comments.length, 4);
  });

  it("answers quickly once it is known to be away, and goes on by itself", async () => {
    const { client } = server;
    const { id } = await issueOf(client, place.projectId, "#2");
    await tracker.proxy.stop();
    queued(await client.issues.comment({ id, body: "first" }));
    const started = performance.now();
    queued(await client.issues.comment({ id, body: "second" }));
    assert.ok(performance.now() - started < 1_000);
    await tracker.proxy.start();
    await emptied(client);
    assert.deepEqual(commentsAt(tracker, 2), ["first", "second"]);
  });

  it("goes on at once when a sync gets through", async () => {
    const { client } = server;
    const { id } = await issueOf(client, place.projectId, "#2");
    await tracker.proxy.stop();
    queued(await client.issues.comment({ id, body: "waiting" }));
    await tracker.proxy.start();
    await sync(client, place.projectId);
    await emptied(client, 5_000);
    assert.deepEqual(commentsAt(tracker, 2), ["waiting"]);
  });

  it("survive a restart of the server", async () => {
    const { id } = await issueOf(server.client, place.projectId, "#3");
    await tracker.proxy.stop();
    queued(await server.client.issues.comment({ id, body: "kept" }));
    await server.restart();
    assert.equal((await server.client.outbox.list({})).total, 1);
    await tracker.proxy.start();
    await emptied(server.client);
    assert.deepEqual(commentsAt(tracker, 3), ["kept"]);
  });

  it("can be changed and withdrawn until they are sent", async () => {
    const { client } = server;
    const { id } = await issueOf(client, place.projectId, "#2");
    await tracker.proxy.stop();
    const typo = queued(await client.issues.comment({ id, body: "tpyo" }));
    const regretted = queued(await client.issues.comment({ id, body: "regretted" }));
    const title = queued(await client.issues.update({ id, title: "Not this" }));
    queued(await client.issues.update({ id, title: "Third title" }));
    const changed = await client.outbox.update({ id: typo.id, body: "typo" });
    assert.ok(changed.version > typo.version);
    await assert.rejects(
      client.outbox.update({ id: typo.id, body: "x" }, { context: { ifMatch: typo.version } }),
      withCode("stale_version"),
    );
    await assert.rejects(client.outbox.update({ id: typo.id, title: "x" }), withCode("invalid_input", "body"));
    await client.outbox.remove({ id: regretted.id });
    await client.outbox.remove({ id: title.id });
    await assert.rejects(client.outbox.get({ id: regretted.id }), withCode("not_found"));
    await tracker.proxy.start();
    await client.outbox.retry({ id: typo.id });
    await emptied(client);
    assert.deepEqual(commentsAt(tracker, 2), ["typo"]);
    assert.equal(tracker.store.issue(2)?.title, "Third title");
    await assert.rejects(client.outbox.update({ id: typo.id, body: "late" }), withCode("conflict", "over"));
  });

  it("show a conflict side by side, and send what the person makes of it", async () => {
    const { client } = server;
    const { id } = await issueOf(client, place.projectId, "#1");
    const there = tracker.store.issue(1);
    assert.ok(there);
    await tracker.proxy.stop();
    const edit = queued(await client.issues.update({ id, title: "Mine", labels: ["mine"] }));
    const after = queued(await client.issues.comment({ id, body: "about my title" }));
    tracker.store.edit(there, { title: "Theirs", labels: ["bug", "theirs"] });
    await tracker.proxy.start();
    await client.outbox.retry({ id: edit.id });
    const conflict = await reached(client, edit.id, "conflict");
    assert.deepEqual(conflict.conflict, {
      mine: { title: "Mine" },
      theirs: { title: "Theirs" },
      base: { title: "First" },
    });
    assert.equal((await client.outbox.get({ id: after.id })).waitsFor, edit.id);
    await assert.rejects(client.outbox.retry({ id: edit.id }), withCode("conflict", "merge"));
    assert.equal(there.title, "Theirs");
    await client.outbox.update({ id: edit.id, title: "Mine and theirs" });
    await emptied(client);
    assert.equal(there.title, "Mine and theirs");
    assert.deepEqual(there.labels.toSorted(), ["mine", "theirs"]);
    assert.deepEqual(commentsAt(tracker, 1), ["+1", "about my title"]);
  });

  for (const keep of ["mine", "theirs"] as const) {
    it(`settles a conflict with ${keep}`, async () => {
      const { client } = server;
      const { id } = await issueOf(client, place.projectId, "#1");
      const there = tracker.store.issue(1);
      assert.ok(there);
      await tracker.proxy.stop();
      const edit = queued(await client.issues.update({ id, body: "mine" }));
      tracker.store.edit(there, { body: "theirs" });
      await tracker.proxy.start();
      await client.outbox.retry({ id: edit.id });
      await reached(client, edit.id, "conflict");
      const settled = await client.outbox.update({ id: edit.id, keep });
      assert.equal(settled.status, keep === "mine" ? "queued" : "withdrawn");
      await emptied(client);
      assert.equal(there.body, keep);
    });
  }

  it("of two people to the same issue both count, and neither sees the other's", async () => {
    const tenantIds = [place.tenantId];
    const ann = await server.as({ email: "ann@acme.example", level: "technician", tenantIds });
    const bob = await server.as({ email: "bob@acme.example", level: "technician", tenantIds });
    const { id } = await issueOf(ann.client, place.projectId, "#1");
    const hears = await EventReader.open(server.url, bob.token);
    await tracker.proxy.stop();
    const anns = queued(await ann.client.issues.update({ id, title: "Ann's", labels: ["bug", "ann"] }));
    const bobs = queued(await bob.client.issues.update({ id, title: "Bob's", labels: ["bug", "bob"] }));
    await assert.rejects(bob.client.outbox.get({ id: anns.id }), withCode("not_found"));
    assert.equal((await bob.client.outbox.list({})).total, 1);
    assert.equal((await bob.client.issues.get({ id })).pending.length, 1);
    assert.equal((await server.client.outbox.list({})).total, 2);
    await tracker.proxy.start();
    await ann.client.outbox.retry({ id: anns.id });
    await reached(ann.client, anns.id, "sent");
    const conflict = await reached(bob.client, bobs.id, "conflict");
    assert.deepEqual(conflict.conflict?.theirs, { title: "Ann's" });
    await bob.client.outbox.update({ id: bobs.id, keep: "mine" });
    await emptied(server.client);
    assert.equal(tracker.store.issue(1)?.title, "Bob's");
    assert.deepEqual(tracker.store.issue(1)?.labels.toSorted(), ["ann", "bob", "bug"]);
    await hears.until((event) => event.id === bobs.id && event.text.includes('"sent"'));
    assert.ok(!hears.heard.some((event) => event.id === anns.id));
    hears.close();
  });

  it("are kept when they are refused, until the person changes or deletes them", async () => {
    const { client } = server;
    const { id } = await issueOf(client, place.projectId, "#1");
    await tracker.proxy.stop();
    const bad = queued(await client.issues.comment({ id, body: "bad" }));
    const later = queued(await client.issues.comment({ id, body: "later" }));
    const other = await issueOf(client, place.projectId, "#2");
    queued(await client.issues.comment({ id: other.id, body: "elsewhere" }));
    tracker.github.faults.add({
      method: "POST",
      path: /issues\/1\//,
      times: 1,
      fault: { kind: "status", status: 422 },
    });
    await tracker.proxy.start();
    await client.outbox.retry({ id: bad.id });
    const failed = await reached(client, bad.id, "failed");
    assert.ok(failed.error && failed.error.message.length > 20);
    await waitFor(() => commentsAt(tracker, 2).length === 1, { what: "the comment on the other issue" });
    assert.deepEqual(commentsAt(tracker, 1), ["+1"]);
    assert.equal((await client.outbox.get({ id: later.id })).waitsFor, bad.id);
    await client.outbox.update({ id: bad.id, body: "good" });
    await emptied(client);
    assert.deepEqual(commentsAt(tracker, 1), ["+1", "good", "later"]);
  });

  for (const method of ["POST", "PATCH"] as const) {
    for (const status of [undefined, 502]) {
      it(`${method} that arrived although the answer ${status ?? "was lost"} is not sent again`, async () => {
        const { client } = server;
        const { id } = await issueOf(client, place.projectId, "#1");
        tracker.github.faults.add({
          method,
          times: 1,
          fault: { kind: "lost", ...(status !== undefined && { status }) },
        });
        const item = queued(
          method === "POST"
            ? await client.issues.comment({ id, body: "+1" })
            : await client.issues.update({ id, body: "**Mine**" }),
        );
        await client.outbox.retry({ id: item.id });
        await emptied(client);
        assert.deepEqual(commentsAt(tracker, 1), method === "POST" ? ["+1", "+1"] : ["+1"]);
        assert.equal(tracker.store.issue(1)?.body, method === "POST" ? "One" : "**Mine**");
        assert.equal((await client.outbox.get({ id: item.id })).status, "sent");
      });
    }
  }

  it("finds an issue that was made although the answer was lost, and knows it from one like it", async () => {
    const { client } = server;
    const draft = { id: place.projectId, title: "Twice?", body: "No" };
    await client.issues.create(draft);
    tracker.github.faults.add({ method: "POST", times: 1, fault: { kind: "lost" } });
    const item = queued(await client.issues.create(draft));
    await client.outbox.retry({ id: item.id });
    await emptied(client);
    assert.equal(tracker.store.issue(5)?.title, "Twice?");
    assert.equal(tracker.store.issue(6), undefined);
    const sent = await client.outbox.get({ id: item.id });
    assert.equal(sent.issueKey, "#5");
  });

  it("finds it also where a sync brought it meanwhile", async () => {
    const { client } = server;
    tracker.github.faults.add({ method: "POST", times: 1, fault: { kind: "lost" } });
    const item = queued(await client.issues.create({ id: place.projectId, title: "Once" }));
    await sync(client, place.projectId);
    await emptied(client);
    assert.equal(tracker.store.issue(5), undefined);
    assert.equal((await client.outbox.get({ id: item.id })).issueKey, "#4");
    assert.equal((await client.issues.list({ q: "once" })).total, 1);
  });

  it("says that the first version of a changed comment had arrived", async () => {
    const { client } = server;
    const { id } = await issueOf(client, place.projectId, "#2");
    tracker.github.faults.add({ method: "POST", times: 1, fault: { kind: "lost" } });
    const item = queued(await client.issues.comment({ id, body: "first version" }));
    await client.outbox.update({ id: item.id, body: "second version" });
    const failed = await reached(client, item.id, "failed");
    assert.match(failed.error?.message ?? "", /arrived/);
    assert.deepEqual(commentsAt(tracker, 2), ["first version"]);
    await client.outbox.retry({ id: item.id });
    await emptied(client);
    assert.deepEqual(commentsAt(tracker, 2), ["first version", "second version"]);
  });

  it("waits as long as the tracker asks, whoever is impatient", async () => {
    const { client } = server;
    const { id } = await issueOf(client, place.projectId, "#2");
    tracker.github.faults.add({ fault: { kind: "secondary", retryAfterSeconds: 3600 } });
    const item = queued(await client.issues.comment({ id, body: "patience" }));
    assert.ok(Date.parse(item.nextAttemptAt ?? "") > Date.now() + 3_000_000);
    tracker.github.faults.clear();
    const before = tracker.github.requests;
    await client.outbox.retry({ id: item.id });
    queued(await client.issues.comment({ id, body: "me too" }));
    assert.equal(tracker.github.requests, before);
    assert.equal((await client.outbox.get({ id: item.id })).status, "queued");
  });
});
