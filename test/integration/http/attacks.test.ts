import { signInLocally } from "../../../shared/contract/sign-in.ts";
import { localSecret } from "../../support/server.ts";
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync } from "node:crypto";
import { connect } from "node:net";
import { exportSPKI, importJWK, SignJWT, type JWTPayload } from "jose";
import { field, ask, type Answer } from "./request.ts";
import { makeWorld, type World } from "./world.ts";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (part = "") => JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as JWTPayload;

describe("attacks over HTTP", function () {
  this.timeout(60_000);
  let world: World;
  let url = "";
  let admin = "";
  before(async () => {
    world = await makeWorld();
    url = world.server.url;
    admin = world.server.token;
  });
  after(async () => world?.close());

  const me = (token: string) => ask(url, "/api/auth/me", { token });

  describe("tokens", () => {
    const claims = () => decode(admin.split(".")[1]);

    it("takes the real one", async () => {
      assert.equal((await me(admin)).status, 200);
    });

    it("refuses alg none, and a signature that is missing", async () => {
      const [header = "", payload = ""] = admin.split(".");
      const none = encode({ ...decode(header), alg: "none" });
      for (const token of [`${none}.${payload}.`, `${none}.${payload}`, `${header}.${payload}.`]) {
        assert.equal((await me(token)).status, 401, token);
      }
    });

    it("refuses HS256 signed with the public key", async () => {
      const { body } = await ask(url, "/.well-known/jwks.json");
      const jwk = field(body, "keys", "0") as { kty: string; kid: string; n: string; e: string };
      const key = await importJWK(jwk, "RS256");
      assert.ok(!(key instanceof Uint8Array));
      const secrets = [await exportSPKI(key), JSON.stringify(jwk), jwk.n];
      for (const secret of secrets) {
        const signed = `${encode({ alg: "HS256", kid: jwk.kid, typ: "JWT" })}.${encode(claims())}`;
        const signature = createHmac("sha256", secret).update(signed).digest("base64url");
        assert.equal((await me(`${signed}.${signature}`)).status, 401);
      }
    });

    it("publishes no private part of its key", async () => {
      const { body } = await ask(url, "/.well-known/jwks.json");
      assert.deepEqual(Object.keys(field(body, "keys", "0") ?? {}).sort(), ["alg", "e", "kid", "kty", "n", "use"]);
    });

    it("refuses another server's key, even under our key's name or brought along", async () => {
      const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const jwk = publicKey.export({ format: "jwk" });
      const [header] = admin.split(".");
      const { kid } = decode(header) as { kid: string };
      for (const more of [{ kid }, { kid, jwk }, { kid: "../../dev/null" }]) {
        const token = await new SignJWT(claims())
          .setProtectedHeader({ alg: "RS256", typ: "JWT", ...more })
          .sign(privateKey);
        assert.equal((await me(token)).status, 401);
      }
    });

    it("refuses one that was altered", async () => {
      const [header = "", , signature = ""] = world.people.client.token.split(".");
      const raised = { ...decode(world.people.client.token.split(".")[1]), permission_level: "admin" };
      assert.equal((await me(`${header}.${encode(raised)}.${signature}`)).status, 401);
      assert.equal((await me(`${admin.slice(0, -6)}AAAAAA`)).status, 401);
    });

    it("refuses one that has expired", async () => {
      const { token, expiresAt } = await signInLocally({ url, secret: localSecret, client: "test", ttlSeconds: 1 });
      const until = Date.parse(expiresAt);
      await new Promise((resolve) => {
        setTimeout(resolve, Math.max(0, until - Date.now()) + 5);
      });
      const answer = await me(token);
      assert.equal(answer.status, 401);
      assert.match(String(field(answer.body, "detail")), /expired/);
    });

    it("takes none from the address, a cookie, the body or another scheme", async () => {
      const tries: Parameters<typeof ask>[2][] = [
        { headers: { cookie: `token=${admin}; authorization=${admin}; access_token=${admin}` } },
        { headers: { "x-authorization": `Bearer ${admin}`, "x-access-token": admin } },
        { headers: { authorization: admin } },
        { headers: { authorization: `Basic ${Buffer.from(`token:${admin}`).toString("base64")}` } },
        { method: "POST", body: { token: admin, access_token: admin } },
      ];
      for (const asked of tries) assert.equal((await ask(url, "/api/auth/me", asked)).status, 401);
      for (const name of ["token", "access_token", "authorization"]) {
        assert.equal((await ask(url, `/api/auth/me?${name}=${admin}`)).status, 401);
      }
    });

    it("ends with the sign-in: revoked, signed out, disabled, deleted", async () => {
      const { server, own } = world;
      const email = "leaver@own.example";
      const sign = () => server.as({ email, level: "technician", tenantIds: [own.tenantId] });
      const endings: ((person: Awaited<ReturnType<typeof sign>>) => Promise<unknown>)[] = [
        async ({ client }) => server.client.auth.revoke({ sessionId: (await client.auth.me()).sessionId }),
        ({ token }) => server.client.auth.revoke({ token }),
        ({ client }) => client.auth.logout(),
        async ({ user }) => {
          await server.client.users.update({ id: user.id, status: "disabled" });
        },
      ];
      let last = "";
      for (const end of endings) {
        const person = await sign();
        assert.equal((await me(person.token)).status, 200);
        await end(person);
        assert.equal((await me(person.token)).status, 401, end.toString());
        last = person.user.id;
      }
      await assert.rejects(signInLocally({ url, secret: localSecret, client: "test", as: email }), {
        code: "forbidden",
      });
      await server.client.users.update({ id: last, status: "active" });
      const { token } = await sign();
      await server.client.users.remove({ id: last });
      assert.equal((await me(token)).status, 401);
    });
  });

  describe("pages in a browser", () => {
    it("refuses a Host that is not its name, as after DNS rebinding", async () => {
      for (const host of ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example"]) {
        for (const path of ["/health", "/api/auth/me", "/openapi.json"]) {
          const answer = await ask(url, path, { token: admin, headers: { host } });
          assert.equal(answer.status, 403, `${host} ${path}`);
          assert.equal(field(answer.body, "code"), "host_not_allowed");
        }
      }
      const { port } = new URL(url);
      for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
        assert.equal((await ask(url, "/health", { headers: { host } })).status, 200, host);
      }
    });

    it("refuses every Origin but those allowed, and allows none by CORS", async () => {
      for (const origin of ["https://evil.example", "null", url, "http://localhost", "vscode-webview://x"]) {
        const answer = await ask(url, "/health", { headers: { origin } });
        assert.equal(answer.status, 403, origin);
        assert.equal(field(answer.body, "code"), "origin_not_allowed");
        assert.equal(answer.headers["access-control-allow-origin"], undefined);
      }
      const preflight = { origin: "https://evil.example", "access-control-request-method": "POST" };
      assert.equal((await ask(url, "/api/tenants", { method: "OPTIONS", headers: preflight })).status, 403);
    });

    it("answers a WebSocket upgrade of a foreign page 403, and any other 404", async () => {
      const { host } = new URL(url);
      const upgrade = (headers: string[]) =>
        raw(url, ["GET /api/events HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket", ...headers, "", ""]);
      assert.match(await upgrade([`Host: ${host}`, "Origin: https://evil.example"]), /^HTTP\/1\.1 403/);
      assert.match(await upgrade(["Host: evil.example"]), /^HTTP\/1\.1 403/);
      assert.match(await upgrade([`Host: ${host}`]), /^HTTP\/1\.1 404/);
    });
  });

  describe("what is sent", () => {
    const post = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
      ask(url, "/api/tenants", { method: "POST", token: admin, body, headers });

    it("refuses a body over 1 MB, told or not", async () => {
      const big = JSON.stringify({ slug: "big", name: "x".repeat(1024 * 1024) });
      assert.equal((await post(big)).status, 413);
      const chunked = await ask(url, "/api/tenants", {
        method: "POST",
        token: admin,
        body: big,
        headers: { "transfer-encoding": "chunked", "content-length": [] },
      });
      assert.equal(chunked.status, 413);
      assert.equal(field(chunked.body, "code"), "payload_too_large");
    });

    it("refuses what is not a JSON object", async () => {
      for (const body of ["{broken", "[]", "1", '"text"', "null", '{"slug":"a"}}', "\u0000", "{'slug':1}"]) {
        const answer = await post(body);
        assert.equal(answer.status, 400, body);
        assert.equal(field(answer.body, "code"), "invalid_input");
      }
      const deep = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
      assert.equal((await post(deep)).status, 400);
    });

    it("refuses every other content type", async () => {
      const text = JSON.stringify({ slug: "typed", name: "Typed" });
      const types = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
      ];
      for (const type of types) assert.equal((await post(text, { "content-type": type })).status, 415, type);
      assert.equal((await post(text, { "content-encoding": "gzip" })).status, 415);
      assert.equal((await post(text, { "content-type": "application/json; charset=utf-8" })).status, 201);
    });

    it("is not changed by keys that name prototypes", async () => {
      const keys = '"__proto__":{"level":"admin","polluted":1},"constructor":{"prototype":{"polluted":1}}';
      const made = await post(`{"slug":"proto","name":"Proto",${keys}}`);
      assert.equal(made.status, 201);
      assert.ok(!made.text.includes("polluted"));
      const { token } = world.people.client;
      for (const query of ["__proto__[polluted]=1", "constructor[prototype][polluted]=1", "__proto__.polluted=1"]) {
        const answer = await ask(url, `/api/projects?${query}`, { token });
        assert.equal(answer.status, 200, answer.text);
      }
      assert.equal(Reflect.get({}, "polluted"), undefined);
    });

    it("takes an id from the address alone", async () => {
      const { server, own, foreign } = world;
      const second = await server.client.projects.create({ tenantId: own.tenantId, slug: "second", name: "Second" });
      const { token } = world.people.technician;
      for (const id of [second.id, foreign.project.id, own.project.id]) {
        const body = { id, name: "Confused" };
        const answer = await ask(url, `/api/projects/${own.project.id}`, { method: "PATCH", token, body });
        assert.equal(answer.status, 400, answer.text);
        assert.equal(field(answer.body, "errors", "0", "path"), "id");
      }
      for (const { id, name } of [second, own.project, foreign.project]) {
        assert.equal((await server.client.projects.get({ id })).name, name);
      }
      const [record] = (await server.client.system.audit({ action: "projects.update", limit: 1 })).items;
      assert.equal(record?.target, `project:${own.project.id}`);
      const read = await ask(url, `/api/projects/${own.project.id}?id=${second.id}`, { token });
      assert.equal(read.status, 400);
      const removed = await ask(url, `/api/projects/${second.id}?id=${own.project.id}`, {
        method: "DELETE",
        token: admin,
      });
      assert.equal(removed.status, 400);
      await server.client.projects.get({ id: own.project.id });
    });

    it("cannot move an entity to another organisation", async () => {
      const { own, foreign, server } = world;
      const { token } = world.people.technician;
      const body = { tenantId: foreign.tenantId, links: [], name: "Site" };
      await ask(url, `/api/projects/${own.project.id}`, { method: "PATCH", token, body });
      const now = await server.client.projects.get({ id: own.project.id });
      assert.equal(now.tenantId, own.tenantId);
      assert.equal(now.links.length, 1);
      const linked = await ask(url, `/api/projects/${own.project.id}/links`, {
        method: "POST",
        token: admin,
        body: { connectionId: foreign.connectionId, externalProject: "foreign/site" },
      });
      assert.equal(linked.status, 404, "an administrator can't link across organisations either");
    });

    it("refuses paths, odd and huge ids without a trace", async () => {
      const ids = [
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "%00",
        "%0d%0aset-cookie:a=b",
        "x".repeat(5_000),
        "__proto__",
        "constructor",
      ];
      for (const id of ids) {
        const answer = await ask(url, `/api/projects/${id}`, { token: admin });
        assert.ok([400, 404].includes(answer.status), `${id}: ${answer.status} ${answer.text}`);
        assert.equal(answer.headers["set-cookie"], undefined);
      }
      for (const path of [
        "/api/projects/%E0%A4%A",
        "/%",
        "//evil.example/api/projects",
        "/api/../../etc/passwd",
        "/api//projects",
      ]) {
        const answer = await ask(url, path, { token: admin });
        assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status} ${answer.text}`);
        assert.match(answer.headers["content-type"] ?? "", /^application\/problem\+json/);
      }
    });

    it("refuses headers without end, and answers others meanwhile", async () => {
      const { host } = new URL(url);
      const huge = await raw(url, ["GET /health HTTP/1.1", `Host: ${host}`, `X-Huge: ${"x".repeat(100_000)}`, "", ""]);
      assert.match(huge, /^HTTP\/1\.1 431/);
      const slow = Array.from({ length: 100 }, () => {
        const socket = connect(Number(new URL(url).port), "127.0.0.1");
        socket.on("error", () => socket.destroy());
        socket.write(`POST /api/tenants HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`);
        return socket;
      });
      assert.equal((await me(admin)).status, 200);
      for (const socket of slow) socket.destroy();
    });

    it("hangs up on a request that is never finished", async () => {
      const { host } = new URL(url);
      const answer = await raw(url, ["GET /health HTTP/1.1", `Host: ${host}`, "X-Slow: 1"]);
      assert.match(answer, /^HTTP\/1\.1 408/);
    });

    it("carries the same hardening headers on every answer", async () => {
      for (const path of ["/health", "/api/auth/me", "/nothing"]) {
        const { headers } = await ask(url, path, { token: admin });
        assert.equal(headers["x-content-type-options"], "nosniff");
        assert.equal(headers["cache-control"], "no-store");
        assert.match(headers["content-security-policy"] as string, /default-src 'none'/);
        assert.equal(headers["x-powered-by"], undefined);
      }
    });
  });
});

/** Sends these lines as they are and reads what comes until the connection ends. */
function raw(url: string, lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString("utf8")));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ECONNRESET" && error.code !== "EPIPE") reject(error);
    });
    socket.on("close", () => resolve(text));
    socket.write(lines.join("\r\n"));
  });
}
