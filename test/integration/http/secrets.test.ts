import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { listOperations } from "../../../server/http/operations.ts";
import { startGitHubServer } from "../../fixtures/github/server.ts";
import { repositoryData } from "../../fixtures/github/samples.ts";
import { permissionTable } from "./permission-table.ts";
import { ask, field } from "./request.ts";
import { makeWorld, type World } from "./world.ts";

describe("secrets over HTTP", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await makeWorld();
  });
  after(async () => world?.close());

  it("are in no answer", async () => {
    const reads = listOperations().filter(({ method, name }) => method === "GET" && name !== "events.stream");
    for (const { name } of reads) {
      const { path } = (await permissionTable[name]?.call(world.own, world)) ?? { path: "/health" };
      const { status, text } = await ask(world.server.url, path, { token: world.server.token });
      // The issue of this world refers to no attachment.
      assert.equal(status, name === "issues.attachment" ? 404 : 200, name);
      assert.ok(!text.includes(world.canary), name);
      assert.ok(!/sealedToken|privateKey|"d":/.test(text), name);
    }
    const { text } = await ask(world.server.url, "/metrics", { token: world.server.token });
    assert.ok(!text.includes(world.canary));
    const path = `/api/connections/${world.own.connectionId}`;
    for (const body of [{ token: world.canary }, { name: "Renamed" }]) {
      const answer = await ask(world.server.url, path, { method: "PATCH", token: world.server.token, body });
      assert.equal(field(answer.body, "hasToken"), true);
      assert.equal(field(answer.body, "token"), undefined);
      assert.ok(!answer.text.includes(world.canary));
    }
  });

  it("are in no file in clear", async () => {
    const needles = [world.canary, world.server.token, "secret-of-the-test-server"].map((text) => Buffer.from(text));
    const files = await readdir(world.server.dir, { recursive: true, withFileTypes: true });
    let looked = 0;
    for (const entry of files) {
      if (!entry.isFile()) continue;
      const content = await readFile(join(entry.parentPath, entry.name));
      looked += 1;
      for (const needle of needles) assert.ok(!content.includes(needle), join(entry.parentPath, entry.name));
    }
    assert.ok(looked > 10);
  });

  it("stay behind when a connection moves, so that no new address is sent an old token", async () => {
    const { server, own } = world;
    const thief = await startGitHubServer({ repositories: [repositoryData([])], record: true });
    try {
      const connection = await server.client.connections.create({
        tenantId: own.tenantId,
        provider: "github",
        name: "Moving",
        baseUrl: world.github.url,
        token: world.canary,
      });
      const { id } = connection;
      const moved = await server.client.connections.update({ id, baseUrl: thief.url });
      assert.equal(moved.hasToken, false);
      await server.client.connections.test({ id });
      const back = await server.client.connections.update({ id, baseUrl: world.github.url });
      assert.equal(back.hasToken, false, "nor when it moves back");
      assert.ok(thief.requests > 0);
      assert.ok(!thief.exchanges.some(({ headers }) => JSON.stringify(headers).includes(world.canary)));
    } finally {
      await thief.close();
    }
  });

  it("are not carried along by a redirect of the provider", async () => {
    const { server, own, github } = world;
    const thief = await startGitHubServer({ repositories: [repositoryData([])], record: true });
    try {
      github.faults.add({ fault: { kind: "redirect", location: (path) => thief.url + path } });
      const status = await server.client.connections.test({ id: own.connectionId });
      assert.equal(status.ok, false);
      assert.ok(!thief.exchanges.some(({ headers }) => JSON.stringify(headers).includes(world.canary)));
      assert.ok(!status.message.includes(world.canary));
    } finally {
      github.faults.clear();
      await thief.close();
    }
  });
});
