import assert from "node:assert/strict";
import { createClient, type Client } from "../../../shared/contract/client.ts";
import { requestAdmin } from "../../../shared/contract/sign-in.ts";
import { takesStepUp } from "../../../shared/contract/operation.ts";
import { listOperations } from "../../../server/http/operations.ts";
import { totpCode } from "../../../server/auth/totp.ts";
import { localSecret, startTestServer, type TestServer } from "../../support/server.ts";
import { ask, field } from "../http/request.ts";
import { MovableClock } from "./host-world.ts";

const password = "four words of mine";

describe("signing in with e-mail and password", function () {
  this.timeout(60_000);
  let server: TestServer;
  let clock: MovableClock;
  let stranger: Client;
  beforeEach(async () => {
    clock = new MovableClock();
    server = await startTestServer({ env: { AIOPS_MODE: "shared", AIOPS_PORT: "0" }, clock });
    stranger = createClient({ url: server.url, token: () => Promise.resolve(undefined) });
  });
  afterEach(() => server.close());

  const withToken = (token: string) => createClient({ url: server.url, token: () => Promise.resolve(token) });

  /** A person with the password, who signed in once with a code. */
  async function person(name: string, level: "admin" | "client" = "client") {
    const email = `${name}@example.org`;
    const user = await server.client.users.create({ email, username: name, name, level });
    const { code } = await server.client.users.issueCode({ id: user.id });
    const { token } = await stranger.auth.redeem({ code, password, client: "first" });
    return { user, email, client: withToken(token), token };
  }

  it("gives a session that counts as a step-up, with the claims of the contract", async () => {
    const { email, user } = await person("ada");
    const grant = await stranger.auth.login({ email: "ADA@example.org", password, client: "VS Code" });
    assert.equal(grant.user.email, email);
    const me = await withToken(grant.token).auth.me();
    assert.deepEqual(me.amr, ["pwd"]);
    assert.deepEqual(me.stepUp.methods, ["password"]);
    assert.ok(me.stepUp.until !== null);
    const [header, payload] = grant.token.split(".").map((part) => Buffer.from(part, "base64url").toString("utf8"));
    const jwks = await ask(server.url, "/.well-known/jwks.json");
    assert.deepEqual(JSON.parse(header ?? ""), {
      alg: "RS256",
      typ: "JWT",
      kid: field(jwks.body, "keys", "0", "kid"),
    });
    const { iss, jti, iat, exp, ...claims } = JSON.parse(payload ?? "") as Record<string, unknown>;
    assert.match(String(iss), /^urn:aiops:/);
    assert.equal(jti, me.sessionId);
    assert.equal(Number(exp) - Number(iat), 3600);
    assert.deepEqual(claims, {
      aud: "aiops",
      sub: user.id,
      type: "user",
      amr: ["pwd"],
      name: "ada",
      email,
      preferred_username: "ada",
      permission_level: "client",
      groups: [],
    });
  });

  it("answers the unknown, the wrong, the disabled and those without a password alike", async () => {
    const { email } = await person("ada");
    const off = await person("off");
    await server.client.users.update({ id: off.user.id, status: "disabled" });
    await server.client.users.create({ email: "new@example.org", username: "new", name: "New" });
    const answers = new Set<string>();
    for (const [who, given] of [
      [email, "wrong words"],
      ["unknown@example.org", password],
      [off.email, password],
      ["new@example.org", password],
    ] as const) {
      const { status, text } = await ask(server.url, "/api/auth/login", {
        method: "POST",
        body: { email: who, password: given },
      });
      assert.equal(status, 401);
      answers.add(text);
    }
    assert.equal(answers.size, 1, [...answers].join("\n"));
    const { items } = await server.client.system.audit({ action: "auth.login", outcome: "denied" });
    assert.equal(items.length, 4);
    assert.ok(items.every((record) => !JSON.stringify(record).includes("words")));
  });

  it("begins with a code that is used once, expires, and sets the password", async () => {
    const user = await server.client.users.create({ email: "ada@example.org", username: "ada", name: "Ada" });
    const first = await server.client.users.issueCode({ id: user.id });
    const second = await server.client.users.issueCode({ id: user.id });
    const redeem = (code: string, words = password) => stranger.auth.redeem({ code, password: words });
    await assert.rejects(redeem(first.code), { code: "unauthenticated" }, "a newer code takes its place");
    await assert.rejects(redeem(second.code, "short"), { code: "invalid_input" });
    await assert.rejects(redeem(second.code, "aaaaaaaaaaaaaaaa"), { code: "invalid_input", message: /too easy/ });
    await redeem(second.code);
    await assert.rejects(redeem(second.code), { code: "unauthenticated" });
    const third = await server.client.users.issueCode({ id: user.id });
    clock.forward(24 * 3_600_000 + 1);
    await assert.rejects(redeem(third.code), { code: "unauthenticated" });
  });

  it("makes the first administrator for whoever can read the runtime file, and nobody else", async () => {
    const { url } = server;
    const email = "boss@example.org";
    await assert.rejects(requestAdmin({ url, secret: "guessed", email }), { code: "unauthenticated" });
    const made = await requestAdmin({ url, secret: localSecret, email, linuxUser: "boss" });
    assert.equal(made.user.level, "admin");
    assert.equal(made.user.linuxUser, "boss");
    await assert.rejects(stranger.auth.login({ email, password, client: "t" }), { code: "unauthenticated" });
    const { token } = await stranger.auth.redeem({ code: made.code, password });
    await withToken(token).tenants.create({ slug: "acme", name: "Acme" });
    const again = await requestAdmin({ url, secret: localSecret, email });
    assert.equal(again.user.id, made.user.id);
    const { user } = await person("ada");
    assert.equal((await requestAdmin({ url, secret: localSecret, email: user.email })).user.level, "admin");
    await server.client.users.update({ id: user.id, status: "disabled" });
    await assert.rejects(requestAdmin({ url, secret: localSecret, email: user.email }), { code: "conflict" });
  });

  it("has no sign-in by the runtime file: that is for one person alone", async () => {
    const { status, text } = await ask(server.url, "/api/auth/local", {
      method: "POST",
      body: { nonce: "0".repeat(64), proof: "0".repeat(64) },
    });
    assert.equal(status, 404);
    assert.match(text, /host identity/);
  });

  it("asks for the password again before administering, fifteen minutes after it was given", async () => {
    const { client } = await person("ada", "admin");
    const make = (slug: string) => client.tenants.create({ slug, name: slug });
    await make("first");
    clock.forward(15 * 60_000);
    await assert.rejects(make("second"), { code: "step_up_required", message: /password or a one-time code/ });
    await client.tenants.list({});
    await assert.rejects(client.auth.stepUp({ password: "wrong words" }), { code: "unauthenticated" });
    await assert.rejects(make("second"), { code: "step_up_required" });
    const { until } = await client.auth.stepUp({ password });
    assert.equal(Date.parse(until) - clock.now() > 14 * 60_000, true);
    await make("second");
    await assert.rejects(client.auth.stepUp({ password, totp: "123456" }), { code: "invalid_input" });
    const refused = await server.client.system.audit({ action: "tenants.create", outcome: "denied" });
    assert.equal(refused.total, 2);
  });

  it("asks so for every operation that administers, before anything else of it is looked at", async () => {
    const { token, client } = await person("ada", "admin");
    const administering = listOperations().filter(({ meta }) => takesStepUp(meta));
    assert.ok(administering.length > 20);
    clock.forward(15 * 60_000);
    for (const { name, method, path } of administering) {
      const address = path.replaceAll(/\{\w+\}/g, "none");
      const answer = await ask(server.url, address, { method, token, body: "{broken" });
      assert.equal(answer.status, 403, name);
      assert.equal(field(answer.body, "code"), "step_up_required", name);
    }
    await client.auth.stepUp({ password });
    for (const { name, method, path } of administering.filter(({ path: at }) => at.includes("{"))) {
      const address = path.replaceAll(/\{\w+\}/g, "none");
      const { status } = await ask(server.url, address, { method, token });
      assert.equal(status, 404, name);
    }
  });

  it("changes the password of whoever knows it, and ends their other sign-ins", async () => {
    const { client, email, token } = await person("ada");
    const elsewhere = await stranger.auth.login({ email, password, client: "elsewhere" });
    await assert.rejects(client.auth.changePassword({ currentPassword: "wrong words", password: "other four words" }), {
      code: "invalid_input",
      errors: [{ path: "currentPassword", message: "is not your password" }],
    });
    await assert.rejects(client.auth.changePassword({ currentPassword: password, password: email }), {
      code: "invalid_input",
    });
    await client.auth.changePassword({ currentPassword: password, password: "other four words" });
    assert.equal((await ask(server.url, "/api/auth/me", { token: elsewhere.token })).status, 401);
    assert.equal((await ask(server.url, "/api/auth/me", { token })).status, 200);
    await assert.rejects(stranger.auth.login({ email, password, client: "t" }), { code: "unauthenticated" });
    await stranger.auth.login({ email, password: "other four words", client: "t" });
  });

  it("lists where one is signed in, and ends one of it at once", async () => {
    const { client, email } = await person("ada");
    const other = await stranger.auth.login({ email, password, client: "laptop" });
    const { items } = await client.auth.sessions();
    const here = items.filter(({ current }) => current).map((each) => each.client);
    const there = items.filter(({ current }) => !current).map((each) => each.client);
    assert.deepEqual({ here, there }, { here: ["first"], there: ["laptop"] });
    const { id = "" } = items.find(({ current }) => !current) ?? {};
    await client.auth.revoke({ sessionId: id });
    assert.equal((await ask(server.url, "/api/auth/me", { token: other.token })).status, 401);
    assert.equal((await client.auth.sessions()).items.length, 1);
  });

  describe("one-time codes of an authenticator program", () => {
    const codeNow = (secret: string, steps = 0) => totpCode(secret, Math.floor(clock.now() / 30_000) + steps);

    async function enrolled() {
      const made = await person("ada", "admin");
      const { secret, address } = await made.client.auth.enrolTotp();
      assert.match(address, /^otpauth:\/\/totp\/aiops:/);
      return { ...made, secret };
    }

    it("step up once they were confirmed, each once", async () => {
      const { client, secret } = await enrolled();
      await assert.rejects(client.auth.confirmTotp({ totp: "000000" }), { code: "invalid_input" });
      assert.deepEqual((await client.auth.me()).stepUp.methods, ["password"]);
      await client.auth.confirmTotp({ totp: codeNow(secret) });
      assert.deepEqual((await client.auth.me()).stepUp.methods, ["password", "totp"]);
      await assert.rejects(client.auth.stepUp({ totp: codeNow(secret) }), { code: "unauthenticated" });
      clock.forward(20 * 60_000);
      await assert.rejects(client.tenants.create({ slug: "a", name: "A" }), { code: "step_up_required" });
      await client.auth.stepUp({ totp: codeNow(secret) });
      await client.tenants.create({ slug: "a", name: "A" });
      assert.deepEqual((await client.auth.me()).amr, ["pwd", "otp"]);
    });

    it("are given up by whoever stepped up", async () => {
      const { client, secret } = await enrolled();
      await client.auth.confirmTotp({ totp: codeNow(secret) });
      await client.auth.removeTotp();
      assert.deepEqual((await client.auth.me()).stepUp.methods, ["password"]);
      await assert.rejects(client.auth.stepUp({ totp: codeNow(secret, 1) }), { code: "unauthenticated" });
    });
  });

  it("lets nobody guess for long without a token", async () => {
    const body = { email: "ada@example.org", password: "guessed words" };
    const statuses = new Set<number>();
    for (let time = 0; time < 70 && !statuses.has(429); time += 1) {
      // Another account each time: what slows down one would make this long.
      const email = `u${time}@example.org`;
      const { status } = await ask(server.url, "/api/auth/login", { method: "POST", body: { ...body, email } });
      statuses.add(status);
    }
    assert.deepEqual([...statuses], [401, 429]);
  });
});
