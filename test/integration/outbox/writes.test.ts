import assert from "node:assert/strict";
import { withCode } from "../../support/error-code.ts";
import type { TestServer } from "../../support/server.ts";
import { EventReader } from "../http/stream.ts";
import { commentsAt, issueOf, outboxWorld, sync, type Place, type Tracker } from "./tracker-world.ts";

describe("writes to a tracker that answers", function () {
  this.timeout(60_000);
  const world = outboxWorld();
  let tracker: Tracker;
  let server: TestServer;
  let place: Place;
  beforeEach(() => ({ tracker, server, place } = world()));

  it("creates an issue, which is found at once, here and there", async () => {
    const { client } = server;
    const events = await EventReader.open(server.url, server.token);
    const made = await client.issues.create({ id: place.projectId, title: "New", body: "Text", labels: ["bug"] });
    assert.equal(made.status, 201);
    assert.ok("key" in made.body);
    assert.equal(made.body.key, "#4");
    assert.deepEqual(made.body.labels, ["bug"]);
    assert.equal(tracker.store.issue(4)?.title, "New");
    const { id } = made.body;
    assert.equal((await client.issues.get({ id })).body, "Text");
    assert.equal((await client.issues.list({ q: "New" })).total, 1);
    assert.equal((await client.outbox.list({})).total, 0);
    await events.until((event) => event.type === "issue.created" && event.id === id);
    events.close();
    await sync(client, place.projectId);
    assert.equal((await issueOf(client, place.projectId, "#4")).id, id);
  });

  it("edits, closes and reopens, and names only what changes", async () => {
    const { client } = server;
    const { id } = await issueOf(client, place.projectId, "#1");
    const edited = await client.issues.update({ id, title: "Better", labels: ["bug", "ui"] });
    assert.equal(edited.status, 200);
    assert.ok("title" in edited.body);
    assert.equal(edited.body.title, "Better");
    assert.equal(edited.body.body, "One");
    assert.deepEqual(tracker.store.issue(1)?.labels, ["bug", "ui"]);
    assert.equal((await client.issues.update({ id, status: "closed" })).status, 200);
    assert.equal(tracker.store.issue(1)?.state, "closed");
    assert.equal((await client.issues.get({ id })).status, "closed");
    assert.equal((await client.issues.update({ id, status: "open" })).status, 200);
    assert.equal(tracker.store.issue(1)?.state, "open");
  });

  it("asks the tracker nothing where nothing changes", async () => {
    const { client } = server;
    const { id } = await issueOf(client, place.projectId, "#2");
    await client.issues.get({ id });
    const before = tracker.github.requests;
    const same = await client.issues.update({ id, title: "Second", body: "Two\n", labels: [] });
    assert.equal(same.status, 200);
    assert.equal(tracker.github.requests, before);
  });

  it("comments, and shows the comment before any sync", async () => {
    const { client } = server;
    const { id } = await issueOf(client, place.projectId, "#2");
    const events = await EventReader.open(server.url, server.token);
    const made = await client.issues.comment({ id, body: "Seen *here* too" });
    assert.equal(made.status, 201);
    assert.ok("author" in made.body);
    assert.equal(made.body.author.name, "robot");
    const { comments, commentCount } = await client.issues.get({ id });
    assert.deepEqual(
      comments.map(({ body }) => body),
      ["Seen *here* too"],
    );
    assert.equal(commentCount, 1);
    assert.equal((await client.issues.list({ q: "seen here" })).total, 1);
    await events.until((event) => event.type === "issue.changed" && event.id === id);
    events.close();
    await sync(client, place.projectId);
    assert.equal((await client.issues.get({ id })).comments.length, 1);
  });

  it("honours If-Match, and gives both sides", async () => {
    const { client } = server;
    const issue = await issueOf(client, place.projectId, "#1");
    await client.issues.update({ id: issue.id, title: "Theirs" }, { context: { ifMatch: issue.version } });
    await assert.rejects(
      client.issues.update({ id: issue.id, title: "Mine" }, { context: { ifMatch: issue.version } }),
      (error: unknown) => {
        withCode("stale_version", "#1")(error);
        const { data } = error as { data: { mine: unknown; theirs: { title: string } } };
        assert.deepEqual(data.mine, { title: "Mine" });
        assert.equal(data.theirs.title, "Theirs");
        return true;
      },
    );
    assert.equal(tracker.store.issue(1)?.title, "Theirs");
  });

  it("says at once that the tracker has another text by now, and keeps nothing", async () => {
    const { client } = server;
    const { id } = await issueOf(client, place.projectId, "#1");
    const there = tracker.store.issue(1);
    assert.ok(there);
    tracker.store.edit(there, { title: "Changed on the web" });
    await assert.rejects(client.issues.update({ id, title: "Mine" }), withCode("stale_version", "meanwhile"));
    assert.equal(there.title, "Changed on the web");
    assert.equal((await client.issues.get({ id })).title, "Changed on the web");
    assert.equal((await client.outbox.list({})).total, 0);
    // Having seen it, the person writes again.
    assert.equal((await client.issues.update({ id, title: "Mine" })).status, 200);
    assert.equal(there.title, "Mine");
  });

  it("adds and removes labels beside what others do to them", async () => {
    const { client } = server;
    const { id } = await issueOf(client, place.projectId, "#1");
    const there = tracker.store.issue(1);
    assert.ok(there);
    tracker.store.edit(there, { labels: ["bug", "theirs"] });
    await client.issues.update({ id, labels: ["mine"] });
    assert.deepEqual(there.labels.toSorted(), ["mine", "theirs"]);
  });

  it("passes on a refusal, and keeps nothing of it", async () => {
    const { client } = server;
    const { id } = await issueOf(client, place.projectId, "#1");
    tracker.github.faults.add({ method: "POST", times: 1, fault: { kind: "status", status: 403, message: "Locked" } });
    await assert.rejects(client.issues.comment({ id, body: "Hello" }), withCode("provider_forbidden"));
    assert.equal((await client.outbox.list({})).total, 0);
    assert.deepEqual(commentsAt(tracker, 1), ["+1"]);
  });

  it("says which link is needed, and that there is none", async () => {
    const { client } = server;
    const { id: connectionId } = (await client.connections.list({})).items[0] ?? { id: "" };
    await client.projects.addLink({ id: place.projectId, connectionId, externalProject: "acme/other" });
    const draft = { id: place.projectId, title: "Where?" };
    await assert.rejects(client.issues.create(draft), withCode("invalid_input", "acme/widgets, acme/other"));
    const bare = await client.projects.create({ tenantId: place.tenantId, slug: "bare", name: "Bare" });
    await assert.rejects(
      client.issues.create({ ...draft, id: bare.id }),
      withCode("conflict", "no tracker", "aiops seed"),
    );
    await assert.rejects(client.projects.sync({ id: bare.id }), withCode("conflict", "no tracker", "aiops seed"));
    await assert.rejects(client.issues.create({ ...draft, linkId: "nothing" }), withCode("not_found", "link"));
  });

  it("tells what can be done, and refuses the rest before anything is sent", async () => {
    const { client } = server;
    const { id } = await issueOf(client, place.projectId, "#1");
    assert.equal((await client.issues.get({ id })).abilities.comment, true);
    await client.connections.update({ id: place.connectionId, token: "" });
    const { abilities } = await client.issues.get({ id });
    assert.equal(abilities.comment, false);
    await assert.rejects(client.issues.comment({ id, body: "Hello" }), withCode("conflict", "may not comment"));
    assert.equal((await client.outbox.list({})).total, 0);
  });
});
