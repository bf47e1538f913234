import assert from "node:assert/strict";
import { chmod, link, lstat, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ChallengeDirectory } from "../../../server/auth/challenge-directory.ts";
import { createClient } from "../../../shared/contract/client.ts";
import type { UserProcess } from "../../support/user-process.ts";
import { ask, field } from "../http/request.ts";
import { hostWorld, type HostWorld } from "./host-world.ts";

describe("host identity, as the server checks it", function () {
  this.timeout(60_000);
  const { users, world: present } = hostWorld();
  let world: HostWorld;
  before(() => {
    world = present();
  });

  interface Challenge {
    challengeId: string;
    directory: string;
  }

  const post = (who: UserProcess, path: string, body: unknown) => who.do("post", { url: world.server.url, path, body });

  async function challenge(who: UserProcess, linuxUser: string): Promise<Challenge> {
    const { status, body } = await post(who, "/api/auth/host/challenge", { linuxUser, nonce: "0123456789abcdef" });
    assert.equal(status, 200);
    return body as Challenge;
  }

  const verify = (who: UserProcess, { challengeId }: Challenge) =>
    post(who, "/api/auth/host/verify", { challengeId, client: "test" });

  async function refuses(who: UserProcess, asked: Challenge, why: RegExp, status = 401): Promise<void> {
    const answer = await verify(who, asked);
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.match(String(field(answer.body, "detail")), why);
    assert.equal(field(answer.body, "token"), undefined);
  }

  it("signs in whoever makes the directory, as the person they are, and takes it away", async () => {
    const { ada, adaUser, server } = world;
    const asked = await challenge(ada, adaUser.name);
    await ada.do("mkdir", { path: asked.directory, mode: 0o700 });
    const { status, body } = await verify(ada, asked);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(field(body, "user", "email"), "ada@example.org");
    const token = String(field(body, "token"));
    const me = await createClient({ url: server.url, token: () => Promise.resolve(token) }).auth.me();
    assert.deepEqual(me.amr, ["host"]);
    assert.deepEqual(me.stepUp, { required: true, until: null, methods: [] });
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as object;
    assert.deepEqual(field(claims, "amr"), ["host"]);
    await assert.rejects(lstat(asked.directory), { code: "ENOENT" });
  });

  it("keeps the directory of challenges so that nobody can look into it or replace what others made", async () => {
    const { eve, ada, adaUser } = world;
    const asked = await challenge(ada, adaUser.name);
    const stats = await lstat(dirname(asked.directory));
    assert.equal(stats.mode & 0o7777, 0o1733);
    assert.equal(stats.uid, 0);
    await ada.do("mkdir", { path: asked.directory, mode: 0o700 });
    await assert.rejects(eve.do("remove", { path: asked.directory }), { code: /EPERM|EACCES/ });
    await assert.rejects(eve.do("rename", { from: asked.directory, to: `${asked.directory}x` }), { code: "EPERM" });
    assert.equal((await verify(ada, asked)).status, 200);
  });

  it("refuses a link, to whatever", async () => {
    const { eve, eveUser, adaUser } = world;
    for (const target of [eveUser.home, adaUser.home, "/nonexistent"]) {
      const asked = await challenge(eve, eveUser.name);
      await eve.do("symlink", { path: asked.directory, target });
      await refuses(eve, asked, /not a directory/);
    }
  });

  it("refuses a hard link to another's file", async () => {
    const { eve, adaUser } = world;
    const asked = await challenge(eve, adaUser.name);
    const file = join(adaUser.home, "file");
    await world.ada.do("write", { path: file, text: "" });
    // Made by root, for the kernel may not let eve: were it a file's owner that counts, this would sign her in as ada.
    const linked = await link(file, asked.directory).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        // The home may be on another file system; a file of ada's own in the same place stands for the link then.
        if (error.code !== "EXDEV") throw error;
        return false;
      },
    );
    if (!linked) await world.ada.do("write", { path: asked.directory, text: "" });
    await refuses(eve, asked, /not a directory/);
  });

  it("refuses another's directory: made for her, or asked for in her name", async () => {
    const { ada, adaUser, eve, eveUser } = world;
    const inHerName = await challenge(eve, adaUser.name);
    await eve.do("mkdir", { path: inHerName.directory, mode: 0o700 });
    await refuses(eve, inHerName, /belongs to another user/);
    const madeByHer = await challenge(eve, adaUser.name);
    await ada.do("mkdir", { path: madeByHer.directory, mode: 0o700 });
    await refuses(eve, madeByHer, /connection is not that of the directory's owner/);
    const madeByEve = await challenge(ada, eveUser.name);
    await eve.do("mkdir", { path: madeByEve.directory, mode: 0o700 });
    await refuses(ada, madeByEve, /connection is not that/);
  });

  it("takes a challenge once, and none that was never made", async () => {
    const { ada, adaUser } = world;
    const asked = await challenge(ada, adaUser.name);
    await ada.do("mkdir", { path: asked.directory, mode: 0o700 });
    assert.equal((await verify(ada, asked)).status, 200);
    await ada.do("mkdir", { path: asked.directory, mode: 0o700 });
    await refuses(ada, asked, /no such challenge/);
    const failed = await challenge(ada, adaUser.name);
    await refuses(ada, failed, /was not made/);
    await ada.do("mkdir", { path: failed.directory, mode: 0o700 });
    await refuses(ada, failed, /no such challenge/);
    await refuses(ada, { challengeId: "0123456789abcdef0123", directory: "" }, /no such challenge/);
  });

  it("refuses one that has expired", async () => {
    const { ada, adaUser, clock } = world;
    const asked = await challenge(ada, adaUser.name);
    await ada.do("mkdir", { path: asked.directory, mode: 0o700 });
    clock.forward(10_001);
    await refuses(ada, asked, /expired/);
    clock.forward(-10_001);
  });

  it("refuses every mode but 0700", async () => {
    const { ada, adaUser } = world;
    for (const mode of [0o755, 0o710, 0o701, 0o600, 0o2700, 0o1700]) {
      const asked = await challenge(ada, adaUser.name);
      await ada.do("mkdir", { path: asked.directory, mode });
      await refuses(ada, asked, /has the mode/);
    }
  });

  it("refuses a directory that was there before, however young it is made to look", async () => {
    const { ada, adaUser } = world;
    const first = await challenge(ada, adaUser.name);
    const old = `${dirname(first.directory)}/old`;
    await ada.do("mkdir", { path: old, mode: 0o700 });
    // So long that no clock of a file system mistakes it.
    const until = Date.now() + 100;
    while (Date.now() < until) await lstat(old);
    const asked = await challenge(ada, adaUser.name);
    await ada.do("rename", { from: old, to: asked.directory });
    await refuses(ada, asked, /older than the challenge/);
  });

  it("refuses what comes through another user's program", async () => {
    const { ada, adaUser, eve, port } = world;
    const relay = await eve.do("relay", { to: port });
    const url = `http://127.0.0.1:${relay}`;
    const body = { linuxUser: adaUser.name, nonce: "0123456789abcdef" };
    const answer = await ada.do("post", { url, path: "/api/auth/host/challenge", body });
    const asked = answer.body as Challenge;
    await ada.do("mkdir", { path: asked.directory, mode: 0o700 });
    const { challengeId } = asked;
    const relayed = await ada.do("post", { url, path: "/api/auth/host/verify", body: { challengeId } });
    assert.equal(relayed.status, 401);
    assert.match(String(field(relayed.body, "detail")), /connection is not that of the directory's owner/);
  });

  it("refuses root, whose sockets may be made for anybody", async () => {
    const { server } = world;
    const call = (path: string, body: unknown) => ask(server.url, path, { method: "POST", body });
    const { body } = await call("/api/auth/host/challenge", { linuxUser: "root", nonce: "0123456789abcdef" });
    await mkdir(String(field(body, "directory")), { mode: 0o700 });
    const answer = await call("/api/auth/host/verify", { challengeId: field(body, "challengeId") });
    assert.equal(answer.status, 401);
    assert.match(answer.text, /root is nobody here/);
  });

  it("refuses whom nobody mapped, whom somebody disabled, and names that are none", async () => {
    const { nobody, nobodyUser, ada, adaUser, server } = world;
    const asked = await challenge(nobody, nobodyUser.name);
    await nobody.do("mkdir", { path: asked.directory, mode: 0o700 });
    await refuses(nobody, asked, /Nobody in aiops works as the Linux user .* An administrator/, 403);
    const [person] = (await server.client.users.list({ email: "ada@example.org" })).items;
    assert.ok(person);
    await server.client.users.update({ id: person.id, status: "disabled" });
    const disabled = await challenge(ada, adaUser.name);
    await ada.do("mkdir", { path: disabled.directory, mode: 0o700 });
    await refuses(ada, disabled, /Nobody in aiops works/, 403);
    await server.client.users.update({ id: person.id, status: "active" });
    for (const linuxUser of ["../root", "a/b", "", "root\n", "Root"]) {
      const { status } = await post(ada, "/api/auth/host/challenge", { linuxUser, nonce: "0123456789abcdef" });
      assert.equal(status, 400, linuxUser);
    }
    assert.equal((await post(ada, "/api/auth/host/verify", { challengeId: "../../x" })).status, 400);
  });

  it("records who signed in, and who was refused", async () => {
    const { items } = await world.server.client.system.audit({ action: "auth.hostVerify", limit: 500 });
    assert.ok(items.some(({ outcome, actor }) => outcome === "ok" && actor.kind === "user"));
    assert.ok(items.some(({ outcome, error }) => outcome === "denied" && error?.includes("not a directory") === true));
  });

  it("never administers, whatever the person's level: that takes a password or a code", async () => {
    const { ada, adaUser, server } = world;
    const [person] = (await server.client.users.list({ email: "ada@example.org" })).items;
    assert.ok(person);
    await server.client.users.update({ id: person.id, level: "admin" });
    const asked = await challenge(ada, adaUser.name);
    await ada.do("mkdir", { path: asked.directory, mode: 0o700 });
    const token = String(field((await verify(ada, asked)).body, "token"));
    const client = createClient({ url: server.url, token: () => Promise.resolve(token) });
    await client.tenants.list({});
    await assert.rejects(client.tenants.create({ slug: "hers", name: "Hers" }), { code: "step_up_required" });
    await assert.rejects(client.users.issueCode({ id: person.id }), { code: "step_up_required" });
    await assert.rejects(client.auth.createToken({ name: "t", scopes: ["read"] }), { code: "step_up_required" });
    await assert.rejects(client.auth.enrolTotp(), { code: "step_up_required" });
    await assert.rejects(client.auth.stepUp({ password: "" }), { code: "invalid_input" });
    await assert.rejects(client.auth.stepUp({ password: "guessed by an agent" }), { code: "unauthenticated" });
    // A first password takes a code of another administrator: otherwise the agent would set one, and step up with it.
    await assert.rejects(
      client.auth.changePassword({ currentPassword: "none yet", password: "an agent's own words" }),
      { code: "invalid_input" },
    );
  });

  it("starts on no directory that others could replace", async () => {
    const base = await users.rootDirectory();
    const planted = join(base, "run", "challenge");
    await mkdir(dirname(planted), { mode: 0o755 });
    await writeFile(planted, "");
    await assert.rejects(ChallengeDirectory.open(dirname(planted), true), { code: "unsafe_path" });
    await rm(planted);
    await chmod(base, 0o777);
    await assert.rejects(ChallengeDirectory.open(dirname(planted), true), {
      code: "unsafe_path",
      message: /chmod go-w/,
    });
    await chmod(base, 0o755);
    const opened = await ChallengeDirectory.open(dirname(planted), true);
    assert.equal(opened.path, planted);
    await opened.close();
    // Below a private directory nobody could reach it: another place is taken.
    await chmod(base, 0o700);
    const elsewhere = await ChallengeDirectory.open(dirname(planted), true);
    assert.ok(!elsewhere.path.startsWith(base));
    await elsewhere.close();
    await assert.rejects(lstat(elsewhere.path), { code: "ENOENT" });
  });
});
