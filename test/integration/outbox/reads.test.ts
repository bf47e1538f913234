import assert from "node:assert/strict";
import { withCode } from "../../support/error-code.ts";
import type { SignedIn, TestServer } from "../../support/server.ts";
import { EventReader } from "../http/stream.ts";
import { startFileHost } from "./file-host.ts";
import { issueOf, outboxWorld, sync, token, type Place, type Tracker } from "./tracker-world.ts";

describe("what views ask besides issues", function () {
  this.timeout(60_000);
  const world = outboxWorld();
  let tracker: Tracker;
  let server: TestServer;
  let place: Place;
  beforeEach(() => ({ tracker, server, place } = world()));

  it("offers what the tracker offers, asks it once a minute, and what the store knows while it is away", async () => {
    const { client } = server;
    const { id, version } = await issueOf(client, place.projectId, "#1");
    const offered = await client.issues.choices({ id });
    assert.equal(offered.stale, false);
    assert.ok(offered.labels.includes("bug"));
    assert.ok(offered.assignees.some(({ name }) => name === "octo-ann"));
    assert.ok(offered.statuses.some(({ status }) => status === "closed"));
    const before = tracker.github.requests;
    assert.deepEqual(await client.issues.choices({ id }), offered);
    assert.equal(tracker.github.requests, before);
    const assignee = offered.assignees.find(({ name }) => name === "octo-ann");
    const assigned = await client.issues.update({ id, assignees: [assignee?.id ?? ""] });
    assert.equal(assigned.status, 200);
    assert.deepEqual(tracker.store.issue(1)?.assignees, ["octo-ann"]);
    assert.ok((await client.issues.get({ id })).version > version);
    await tracker.proxy.stop();
    const { abilities, ...known } = await client.issues.projectChoices({ id: place.projectId });
    assert.deepEqual([abilities.create, abilities.label, abilities.severalAssignees], [true, true, true]);
    assert.deepEqual(known, {
      labels: ["bug"],
      assignees: [assignee],
      statuses: [{ name: "open", status: "open" }],
      stale: true,
    });
  });

  it("marks what was searched for, in body and comments", async () => {
    const { client } = server;
    const { items } = await client.issues.list({ q: "one", highlight: true });
    assert.deepEqual(items[0]?.snippet, { titleMarks: [], text: "One", marks: [{ start: 0, end: 3 }] });
    const { items: plain } = await client.issues.list({ q: "one" });
    assert.equal(plain[0]?.snippet, undefined);
  });

  it("groups by label over HTTP, and lists those without", async () => {
    const { client } = server;
    assert.deepEqual((await client.issues.groups({ by: "label" })).items, [
      { value: "", count: 2 },
      { value: "bug", count: 1 },
    ]);
    assert.equal((await client.issues.list({ without: ["label"] })).total, 2);
    assert.equal((await client.issues.groups({ by: "assignee", without: ["label"] })).items[0]?.count, 2);
  });

  it("finds issues by the longest label a tracker has", async () => {
    const label = "ü".repeat(255);
    const issue = tracker.store.issue(2);
    assert.ok(issue);
    tracker.store.edit(issue, { labels: [label] });
    await sync(server.client, place.projectId);
    const { items } = await server.client.issues.groups({ by: "label" });
    const [value] = items.map((group) => group.value).filter((name) => name.startsWith("ü"));
    assert.equal((await server.client.issues.list({ label: [value ?? ""] })).total, 1);
  });

  describe("attachments", () => {
    const png = Buffer.from("\x89PNG\r\n\x1a\nand so on", "latin1");
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');

    it("come through the server with its token, and never as something that runs", async () => {
      await using host = await startFileHost(tracker.proxy.url, token, {
        "shot.png": { contentType: "text/html", bytes: png },
        "drawing.svg": { contentType: "image/svg+xml", bytes: svg },
        "page.html": { contentType: "text/html", bytes: Buffer.from("<script>alert(1)</script>") },
        "huge.bin": { contentType: "application/zip", bytes: Buffer.alloc(11 * 1024 * 1024) },
        "secret.png": { contentType: "image/png", bytes: png },
      });
      const { client } = server;
      await client.connections.update({ id: place.connectionId, baseUrl: host.url, token });
      const file = (name: string) => `${host.url}/user-attachments/assets/${name}`;
      const there = tracker.store.issue(1);
      assert.ok(there);
      const names = ["shot.png", "drawing.svg", "page.html", "huge.bin"];
      const foreign = "https://elsewhere.example/user-attachments/assets/shot.png";
      tracker.store.edit(there, { body: `![](${file("shot.png")}) ${foreign}` });
      tracker.store.addComment(there, "octo-ann", names.map((name) => `<img src="${file(name)}">`).join("\n"));
      await sync(client, place.projectId);
      const { id } = await issueOf(client, place.projectId, "#1");
      const get = (url: string) =>
        fetch(`${server.url}/api/issues/${id}/attachment?url=${encodeURIComponent(url)}`, {
          headers: { authorization: `Bearer ${server.token}` },
        });

      const shot = await get(file("shot.png"));
      assert.equal(shot.status, 200);
      assert.equal(shot.headers.get("content-type"), "image/png");
      assert.match(shot.headers.get("content-disposition") ?? "", /^inline/);
      assert.equal(shot.headers.get("x-content-type-options"), "nosniff");
      assert.match(shot.headers.get("content-security-policy") ?? "", /sandbox/);
      assert.deepEqual(Buffer.from(await shot.arrayBuffer()), png);
      for (const name of ["drawing.svg", "page.html"]) {
        const answer = await get(file(name));
        assert.equal(answer.status, 200);
        assert.match(answer.headers.get("content-disposition") ?? "", /^attachment/);
        assert.doesNotMatch(answer.headers.get("content-type") ?? "", /html/);
      }
      assert.equal((await get(file("huge.bin"))).status, 413);
      for (const url of [file("secret.png"), file("shot.pn"), `${host.url}/`, "https://example.org/x.png"]) {
        assert.equal((await get(url)).status, 404, url);
      }
      assert.equal((await get(foreign)).status, 400);
      assert.equal((await get("file:///etc/passwd")).status, 400);
      const typed = await client.issues.attachment({ id, url: file("shot.png") });
      assert.deepEqual(Buffer.from(await typed.body.arrayBuffer()), png);
    });
  });

  describe("saved filters", () => {
    let ann: SignedIn;
    let viewer: SignedIn;
    beforeEach(async () => {
      const tenantIds = [place.tenantId];
      ann = await server.as({ email: "ann@acme.example", level: "technician", tenantIds });
      viewer = await server.as({ email: "viewer@acme.example", level: "client", tenantIds });
    });

    it("are a person's own until they share them", async () => {
      const events = await EventReader.open(server.url, viewer.token);
      const own = await ann.client.filters.create({
        tenantId: place.tenantId,
        name: "Mine",
        filter: { status: "open", without: ["assignee"] },
      });
      assert.equal(own.ownerId, ann.user.id);
      assert.equal((await viewer.client.filters.list({})).total, 0);
      await assert.rejects(viewer.client.filters.get({ id: own.id }), withCode("not_found"));
      await ann.client.filters.update({ id: own.id, shared: true, grouping: ["label", "status"] });
      await events.until((event) => event.type === "filter.changed" && event.id === own.id);
      assert.deepEqual((await viewer.client.filters.list({})).items[0]?.grouping, ["label", "status"]);
      await assert.rejects(viewer.client.filters.update({ id: own.id, name: "Theirs" }), withCode("forbidden", "Mine"));
      await assert.rejects(viewer.client.filters.remove({ id: own.id }), withCode("forbidden"));
      await ann.client.filters.update({ id: own.id, shared: false });
      await events.until((event) => event.type === "filter.deleted" && event.id === own.id);
      assert.equal((await viewer.client.filters.list({})).total, 0);
      assert.ok(!events.heard.some(({ type }) => type === "filter.created"));
      events.close();
      await server.restart();
      assert.equal((await server.client.filters.get({ id: own.id })).name, "Mine");
    });

    it("have names of their own, and need the right to be shared", async () => {
      const { tenantId } = place;
      const filter = { tenantId, name: "Bugs", filter: { label: ["bug"] } };
      await viewer.client.filters.create(filter);
      await ann.client.filters.create(filter);
      await assert.rejects(ann.client.filters.create({ ...filter, name: "BUGS" }), withCode("name_taken"));
      await ann.client.filters.create({ ...filter, shared: true });
      await assert.rejects(viewer.client.filters.create({ ...filter, name: "X", shared: true }), withCode("forbidden"));
      const [own] = (await viewer.client.filters.list({})).items.filter(({ shared }) => !shared);
      await assert.rejects(viewer.client.filters.update({ id: own?.id ?? "", shared: true }), withCode("forbidden"));
      await viewer.client.filters.remove({ id: own?.id ?? "" });
      assert.equal((await viewer.client.filters.list({})).total, 1);
    });

    it("stay as they are while their owner has lost the right to share, who may still take them back", async () => {
      const { id } = await ann.client.filters.create({
        tenantId: place.tenantId,
        name: "Everyone's",
        filter: { q: "bug" },
        shared: true,
      });
      await server.client.users.update({ id: ann.user.id, level: "client" });
      await assert.rejects(ann.client.filters.update({ id, filter: { q: "other" } }), withCode("forbidden", "Sharing"));
      assert.equal((await viewer.client.filters.get({ id })).filter.q, "bug");
      assert.equal((await ann.client.filters.update({ id, shared: false })).shared, false);
    });
  });
});
