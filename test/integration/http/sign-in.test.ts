import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { signInLocally } from "../../../shared/contract/sign-in.ts";
import { localSecret, startTestServer, type TestServer } from "../../support/server.ts";
import { ask } from "./request.ts";

describe("signing in with the runtime file's secret", () => {
  let server: TestServer;

  before(async () => {
    server = await startTestServer({ env: { AIOPS_ANONYMOUS_LIMIT: "5" } });
  });
  after(async () => server?.close());

  it("never sends the secret, and tells a program that took over the address from the server", async () => {
    const heard: string[] = [];
    const { body } = await ask(server.url, "/api/auth/me", { token: server.token });
    const answer = async (request: IncomingMessage, response: ServerResponse) => {
      heard.push(`${request.url ?? ""} ${JSON.stringify(request.headers)} ${await text(request)}`);
      response.setHeader("content-type", "application/json");
      const { user } = body as { user: unknown };
      response.end(
        JSON.stringify({ token: "theirs", expiresAt: new Date().toISOString(), user, serverProof: "0".repeat(64) }),
      );
    };
    const impostor = createServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => impostor.listen(0, "127.0.0.1", resolve));
    const { port } = impostor.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    await assert.rejects(signInLocally({ url, secret: localSecret, client: "test" }), {
      code: "unavailable",
      message: /is not your aiops server/,
    });
    impostor.close();
    assert.equal(heard.length, 1);
    assert.doesNotMatch(heard.join(""), new RegExp(localSecret));
  });

  it("goes on, with everybody signed out, where the key file was lost", async () => {
    const before = server.token;
    await rm(join(server.dir, "keys.json"));
    await server.restart();
    assert.equal((await server.client.auth.me()).user.status, "active");
    assert.equal((await ask(server.url, "/api/auth/me", { token: before })).status, 401);
  });

  it("refuses another secret", async () => {
    await assert.rejects(signInLocally({ url: server.url, secret: "another", client: "test" }), {
      code: "unauthenticated",
    });
  });

  it("works however often strangers on the host fail, and records only the first of those", async () => {
    const wrong = { nonce: "0".repeat(64), proof: "0".repeat(64) };
    const tries = await Promise.all(
      Array.from({ length: 40 }, () => ask(server.url, "/api/auth/local", { method: "POST", body: wrong })),
    );
    assert.deepEqual([...new Set(tries.map(({ status }) => status))], [401]);
    for (let again = 0; again < 10; again += 1)
      await signInLocally({ url: server.url, secret: localSecret, client: "test" });
    const { items } = await server.client.system.audit({ action: "auth.local", outcome: "denied", limit: 500 });
    assert.equal(items.length, 20);
  });
});
