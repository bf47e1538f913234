import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { announceServer } from "../../../server/runtime.ts";
import { linuxUsers } from "../../support/linux-users.ts";
import { localSecret } from "../../support/server.ts";
import { UserProcess } from "../../support/user-process.ts";
import { ask } from "../http/request.ts";
import { makeHostWorld, type HostWorld } from "./host-world.ts";

const password = "four words of mine";

describe("aiops on a shared host, as different users", function () {
  this.timeout(60_000);
  const users = linuxUsers();
  let world: HostWorld;
  let env: Record<string, string> = {};
  let root: UserProcess;
  before(async () => {
    world = await makeHostWorld(users);
    const { server } = world;
    const runtimeDir = server.env["AIOPS_RUNTIME_DIR"] ?? "";
    const startedAt = new Date().toISOString();
    await announceServer(runtimeDir, {
      url: server.url,
      secret: localSecret,
      pid: process.pid,
      version: "0",
      startedAt,
    });
    const file = join(await users.rootDirectory(), "client.json");
    await writeFile(file, JSON.stringify({ url: server.url, serviceUser: world.serviceUser }), { mode: 0o644 });
    env = { AIOPS_CLIENT_FILE: file, AIOPS_RUNTIME_DIR: runtimeDir };
    root = new UserProcess({ uid: 0, gid: 0, name: "root", home: "/nonexistent" });
  });
  after(async () => {
    await root?.[Symbol.asyncDispose]();
    await world?.close();
  });

  const run = async (who: UserProcess, argv: string[], more: { answers?: string[]; input?: string } = {}) =>
    who.do("cli", { argv, env, ...more });

  async function ok(who: UserProcess, argv: string[], more: { answers?: string[]; input?: string } = {}) {
    const { code, out, err } = await run(who, argv, more);
    assert.equal(code, 0, err);
    return out;
  }

  it("gives each user a token of their own, by host identity, and root none", async () => {
    const { ada, server } = world;
    const token = (await ok(ada, ["token"])).trim();
    const { text } = await ask(server.url, "/api/auth/me", { token });
    assert.match(text, /"email":"ada@example.org"/);
    const json = JSON.parse(await ok(ada, ["token", "--json"])) as { expiresAt: string };
    assert.ok(Date.parse(json.expiresAt) > Date.now());
    const refused = await run(root, ["token"]);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /root is nobody here/);
    const asAnother = await run(ada, ["token", "--as", "eve@example.org"]);
    assert.equal(asAnother.code, 2);
    assert.match(asAnother.err, /aiops tokens create/);
  });

  it("shows each user their own sign-ins, and ends one", async () => {
    const { eve, server } = world;
    const token = (await ok(eve, ["token"])).trim();
    const sessions = JSON.parse(await ok(eve, ["auth", "sessions", "--json"])) as { id: string; client: string }[];
    const mine = sessions.find(({ client }) => client === "aiops token");
    assert.ok(mine);
    assert.equal((await run(world.ada, ["auth", "revoke", mine.id])).code, 3);
    await ok(eve, ["auth", "revoke", mine.id]);
    assert.equal((await ask(server.url, "/api/auth/me", { token })).status, 401);
    assert.match(await ok(eve, ["auth", "sessions"]), /^SIGN-IN +WITH +BY +LAST USED$/m);
  });

  it("makes the first administrator for root alone, who sets a password with the code", async () => {
    const { ada, eve } = world;
    const argv = ["admin", "create", "--email", "ada@example.org"];
    const refused = await run(eve, argv);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /made by root or the server's own user/);
    const code = (await ok(root, argv)).trim();
    assert.match(code, /^[\w-]{22}$/);
    const differs = await run(ada, ["password", "--with-code"], { answers: [code, password, "other words, I think"] });
    assert.equal(differs.code, 2);
    await ok(ada, ["password", "--with-code"], { answers: [code, password, password] });
    const again = await run(ada, ["password", "--with-code", "--stdin"], { input: `${code}\n${password}\n` });
    assert.equal(again.code, 1);
    assert.match(again.err, /was used already/);
  });

  it("asks for the password before administering, and goes on then", async () => {
    const { ada, eve } = world;
    const wrong = await run(ada, ["admin", "code", "--email", "eve@example.org"], { answers: ["wrong words"] });
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /password is wrong/);
    const code = (await ok(ada, ["admin", "code", "--email", "eve@example.org"], { answers: [password] })).trim();
    const none = await run(eve, ["tokens", "create", "--name", "report"]);
    assert.equal(none.code, 1);
    assert.match(none.err, /aiops password --with-code/);
    await ok(eve, ["password", "--with-code", "--stdin"], { input: `${code}\n${password}\n` });
    await ok(eve, ["password", "--stdin"], { input: `${password}\nother four words\n` });
  });

  it("makes, lists and revokes personal access tokens", async () => {
    const { ada, server } = world;
    const unknown = await run(ada, ["tokens", "create", "--name", "report", "--scope", "everything"]);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /There is no scope everything. There are: read, write, self/);
    const made = await ok(ada, ["tokens", "create", "--name", "report", "--scope", "read"], { answers: [password] });
    const token = made.trim();
    assert.equal((await ask(server.url, "/api/projects", { token })).status, 200);
    const listed = JSON.parse(await ok(ada, ["tokens", "list", "--json"])) as { id: string; name: string }[];
    assert.deepEqual(
      listed.map(({ name }) => name),
      ["report"],
    );
    assert.match(await ok(ada, ["tokens", "list"]), /report$/m);
    await ok(ada, ["tokens", "revoke", listed[0]?.id ?? ""]);
    assert.equal((await ask(server.url, "/api/projects", { token })).status, 401);
  });

  it("works with a token that was brought along, and lets its sign-in step up", async () => {
    const { ada } = world;
    const token = (await ok(ada, ["token"])).trim();
    const bring = { ...env, AIOPS_TOKEN: token };
    const call = (argv: string[], answers: string[] = []) => ada.do("cli", { argv, env: bring, answers });
    assert.equal((await call(["token"])).code, 2);
    assert.equal((await call(["admin", "code", "--email", "eve@example.org"])).code, 1);
    assert.equal((await call(["auth", "step-up"], [password])).code, 0);
    assert.equal((await call(["admin", "code", "--email", "eve@example.org"])).code, 0);
    assert.equal((await run(ada, ["auth", "step-up"])).code, 2);
  });

  it("shows neither token nor code to a program that took the port of a server that ended", async () => {
    const { ada, eve, serviceUser } = world;
    const url = `http://127.0.0.1:${await eve.do("listen", null)}`;
    const file = join(await users.rootDirectory(), "client.json");
    await writeFile(file, JSON.stringify({ url, serviceUser }), { mode: 0o644 });
    const calls: { argv: string[]; more: Record<string, string>; input?: string }[] = [
      { argv: ["auth", "sessions"], more: { AIOPS_TOKEN: "a-kept-token" } },
      { argv: ["auth", "sessions"], more: { AIOPS_TOKEN: "a-kept-token", AIOPS_URL: url } },
      { argv: ["password", "--with-code", "--stdin"], more: {}, input: `a-one-time-code\n${password}\n` },
      {
        argv: ["password", "--with-code", "--stdin"],
        more: { AIOPS_URL: url.replace("127.0.0.1", "localhost") },
        input: `a-code\n${password}\n`,
      },
    ];
    for (const { argv, more, input = "" } of calls) {
      const { code, err } = await ada.do("cli", { argv, env: { AIOPS_CLIENT_FILE: file, ...more }, input });
      assert.equal(code, 4, argv.join(" "));
      assert.match(err, /a program of another user than the server's/);
    }
    // The connection whose owner is looked at is opened with this.
    assert.deepEqual([...new Set(await eve.do("heard", null))], ["/health"]);
  });
});
