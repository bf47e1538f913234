import assert from "node:assert/strict";
import { copyFile, readFile } from "node:fs/promises";
import { request as plain } from "node:http";
import { request as secure, type RequestOptions } from "node:https";
import { pino } from "pino";
import { startListening } from "../../../server/http/listen.ts";
import { makeCertificate } from "../../support/certificate.ts";
import { withCode } from "../../support/error-code.ts";
import { freePort } from "../../support/free-port.ts";
import { startTestServer, type TestServer } from "../../support/server.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { waitFor } from "../../support/wait.ts";
import { ask } from "./request.ts";

/** Another address of this machine than the one that local clients use. */
const elsewhere = "127.0.0.2";

describe("reaching the server from elsewhere", () => {
  const directory = temporaryDirectory();
  let server: TestServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });
  const start = async (env: Record<string, string>) => {
    server = await startTestServer({ env });
    return server;
  };

  it("serves TLS at the further address, with the same rules, and plain HTTP on 127.0.0.1 alone", async () => {
    const port = await freePort();
    const { cert, key } = await makeCertificate(directory());
    const { url, token } = await start({
      AIOPS_LISTEN: `${elsewhere}:${port}`,
      AIOPS_TLS_CERT: cert,
      AIOPS_TLS_KEY: key,
    });
    const address = { host: elsewhere, port, servername: "localhost", ca: await readFile(cert) };
    const headers = { host: "localhost", authorization: `Bearer ${token}` };
    assert.equal(await status({ ...address, path: "/api/auth/me", headers }), 200);
    assert.equal(await status({ ...address, path: "/api/auth/me", headers: { host: "localhost" } }), 401);
    assert.equal(await status({ ...address, path: "/health", headers: { host: "evil.example" } }), 403);
    assert.equal((await ask(url, "/api/auth/me", { token })).status, 200);
    await assert.rejects(status({ host: elsewhere, port: Number(new URL(url).port), path: "/health" }, plain));
    await assert.rejects(
      status({ ...address, path: "/health", maxVersion: "TLSv1.1", minVersion: "TLSv1.1", ciphers: "ALL@SECLEVEL=0" }),
    );
  });

  it("refuses TLS files that are none, or that are missing, and names them", async () => {
    const { cert } = await makeCertificate(directory());
    const other = await makeCertificate(directory(), "other");
    const files = { AIOPS_LISTEN: `${elsewhere}:${await freePort()}`, AIOPS_TLS_CERT: cert };
    await assert.rejects(start({ ...files, AIOPS_TLS_KEY: other.key }), withCode("unavailable", "server.crt"));
    await assert.rejects(start({ ...files, AIOPS_TLS_KEY: `${cert}.no` }), withCode("unavailable", "server.crt.no"));
  });

  it("takes a renewed certificate without a restart, and stays with the old one where the files are no pair", async () => {
    const port = await freePort();
    const { cert, key } = await makeCertificate(directory());
    const next = await makeCertificate(directory(), "next");
    const said: unknown[] = [];
    const listening = await startListening({
      config: { port: 0, listen: `${elsewhere}:${port}`, tlsCert: cert, tlsKey: key, trustedProxies: [] },
      application: (_request, response) => response.end("ok"),
      guard: { allowedHosts: [], allowedOrigins: [] },
      log: pino({ level: "info" }, { write: (line: string) => void said.push(line) }),
      renewalMs: 10,
    });
    try {
      const options = { host: elsewhere, port, path: "/", servername: "localhost" };
      const known = await readFile(cert);
      await copyFile(next.cert, cert);
      await waitFor(() => said.join().includes("stays in use"), { what: "the complaint about the pair" });
      assert.equal(await status({ ...options, ca: known }), 200);
      await copyFile(next.key, key);
      await waitFor(() => said.join().includes("is in use"), { what: "the renewal" });
      assert.equal(await status({ ...options, ca: await readFile(next.cert) }), 200);
      await assert.rejects(status({ ...options, ca: known }));
    } finally {
      await listening.stop(() => undefined);
    }
  });

  it("answers without TLS nobody but the named proxies", async () => {
    const port = await freePort();
    const { token } = await start({ AIOPS_LISTEN: `${elsewhere}:${port}`, AIOPS_TRUSTED_PROXIES: "127.0.0.3" });
    const headers = { host: "localhost", authorization: `Bearer ${token}` };
    const from = (localAddress: string) =>
      status({ host: elsewhere, port, path: "/api/auth/me", headers, localAddress }, plain);
    assert.equal(await from("127.0.0.3"), 200);
    assert.equal(await from("127.0.0.4"), 403);
  });

  it("takes an address from X-Forwarded-For of a named proxy alone", async () => {
    const port = await freePort();
    await start({
      AIOPS_LISTEN: `${elsewhere}:${port}`,
      AIOPS_TRUSTED_PROXIES: "127.0.0.3",
      AIOPS_ANONYMOUS_LIMIT: "3",
    });
    const asks = async (localAddress: string, host: string, at: number, client: (count: number) => string) => {
      const statuses: number[] = [];
      for (let count = 0; count < 6; count += 1) {
        const headers = { host: "localhost", "x-forwarded-for": client(count) };
        statuses.push(await status({ host, port: at, path: "/health", headers, localAddress }, plain));
      }
      return statuses;
    };
    const different = (count: number) => `192.0.2.${count}`;
    assert.deepEqual(await asks("127.0.0.3", elsewhere, port, different), [200, 200, 200, 200, 200, 200]);
    assert.equal((await asks("127.0.0.3", elsewhere, port, () => "192.0.2.77")).at(-1), 429);
    const local = Number(new URL(server?.url ?? "").port);
    assert.equal((await asks("127.0.0.9", "127.0.0.1", local, different)).at(-1), 429, "a stranger names no address");
  });
});

function status(options: RequestOptions, open = secure): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = open({ ...options, agent: false }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    request.on("error", reject);
    request.end();
  });
}
