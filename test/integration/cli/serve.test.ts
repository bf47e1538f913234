import assert from "node:assert/strict";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { AppError } from "../../../shared/errors.ts";
import { createClient } from "../../../shared/contract/client.ts";
import { isRecord } from "../../../shared/values.ts";
import { needs } from "../../support/needs.ts";
import { waitFor } from "../../support/wait.ts";
import { EventReader } from "../http/stream.ts";
import { makeHome, type Home } from "./aiops.ts";

describe("aiops serve, as a process", function () {
  this.timeout(60_000);
  let home: Home;
  beforeEach(async () => {
    home = await makeHome();
  });
  afterEach(async () => home[Symbol.asyncDispose]());

  const announced = async () => {
    const file: unknown = JSON.parse(await readFile(home.runtimeFile, "utf8"));
    if (!isRecord(file)) throw new Error("the runtime file is no object");
    return file;
  };

  it("says one line, keeps its files to itself, and ends cleanly on SIGTERM with a stream open", async () => {
    const server = await home.serve();
    assert.equal(server.out(), `aiops listening on ${server.url}\n`);
    const { pid, url } = await announced();
    assert.equal(url, server.url);
    assert.equal(pid, server.child.pid);
    const modes = async (...paths: string[]) =>
      Promise.all(paths.map(async (path) => ((await stat(path)).mode & 0o777).toString(8)));
    assert.deepEqual(
      await modes(
        home.runtimeFile,
        join(home.dir, "run"),
        home.dataDir,
        join(home.dataDir, "aiops.sqlite"),
        join(home.dir, ".config", "aiops", "keys.json"),
      ),
      ["600", "700", "700", "600", "600"],
    );
    const { out: token } = await home.run(["token"]);
    const reader = await EventReader.open(server.url, token.trim());
    server.child.kill("SIGTERM");
    const ended = await server.ended;
    assert.equal(ended.code, 0, ended.err);
    assert.equal(ended.out, `aiops listening on ${server.url}\n`, "nothing but the line");
    await waitFor(() => reader.ended, { what: "the end of the stream" });
    await assert.rejects(stat(home.runtimeFile), { code: "ENOENT" });
  });

  it("ends on SIGINT, and when told before it is ready", async () => {
    const server = await home.serve();
    server.child.kill("SIGINT");
    assert.equal((await server.ended).code, 0);
    const early = home.start(["serve"]);
    await waitFor(() => stat(join(home.dataDir, "layout.json")).then(() => early.child.pid), { what: "the start" });
    early.child.kill("SIGTERM");
    const { code, signal } = await early.ended;
    assert.ok(code === 0 || signal === "SIGTERM", `${code} ${signal}`);
    const again = await home.serve();
    again.child.kill("SIGTERM");
    assert.equal((await again.ended).code, 0);
  });

  it("says that the port is taken, and by what to go on", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    assert.ok(typeof address === "object" && address !== null);
    const { code, out, err } = await home.run(["serve", "--port", String(address.port)]);
    await new Promise((resolve) => other.close(resolve));
    assert.equal(out, "");
    assert.match(err, new RegExp(`Port ${address.port} is taken.*--port`));
    assert.equal(code, 4);
  });

  it("refuses a second server on the same data and says who holds it", async () => {
    const server = await home.serve();
    const second = await home.run(["serve"]);
    assert.equal(second.code, 5);
    assert.match(
      second.err,
      new RegExp(`in use by the aiops server with process id ${server.child.pid} at ${server.url}`),
    );
    assert.equal((await announced())["url"], server.url, "the first one can still be found");
    assert.equal((await home.run(["token"])).code, 0);
  });

  it("takes up the data of a killed one, and every acknowledged write is there", async () => {
    const server = await home.serve([], { AIOPS_REQUEST_LIMIT: "1000000" });
    const { out } = await home.run(["token"]);
    const client = createClient({ url: server.url, token: () => Promise.resolve(out.trim()) });
    const acknowledged: string[] = [];
    const write = async (writer: number) => {
      for (let count = 0; ; count += 1) {
        const slug = `tenant-${writer}-${count}`;
        await client.tenants.create({ slug, name: "Acknowledged" });
        acknowledged.push(slug);
      }
    };
    const writers = [1, 2, 3, 4].map((writer) => write(writer));
    // Marked as handled: they are looked at after the kill.
    const settled = Promise.allSettled(writers);
    await waitFor(() => acknowledged.length > 60, { what: "some writes" });
    server.child.kill("SIGKILL");
    assert.equal((await server.ended).signal, "SIGKILL");
    for (const result of await settled) {
      assert.ok(result.status === "rejected" && result.reason instanceof AppError, "a writer ends with a clear error");
    }
    assert.equal(await stat(home.runtimeFile).then(() => true), true, "the stale runtime file is left");

    const listed = await home.run(["request", "GET", "/api/tenants?limit=500"]);
    assert.equal(listed.code, 0, listed.err);
    for (const slug of acknowledged) assert.ok(listed.out.includes(`"${slug}"`), slug);
    const verified = await home.run(["audit", "verify"]);
    assert.equal(verified.code, 0, verified.err);
    const again = await home.serve();
    assert.equal((await announced())["url"], again.url);
    assert.equal((await home.run(["token"])).code, 0);
  });

  it("trusts no runtime file others may have written or read", async () => {
    const server = await home.serve();
    await chmod(home.runtimeFile, 0o644);
    const { code, err } = await home.run(["token"]);
    assert.equal(code, 1);
    assert.match(err, /must be a file of yours that nobody else can read/);
    await chmod(home.runtimeFile, 0o600);
    await writeFile(home.runtimeFile, "planted");
    const garbage = await home.run(["token"]);
    assert.equal(garbage.code, 4);
    assert.match(garbage.err, /not readable as a server's announcement/);
    server.child.kill("SIGTERM");
    assert.notEqual((await server.ended).signal, "SIGKILL", "it ends all the same");
    await assert.rejects(fetch(new URL("/health", server.url)));
  });

  it("ends some time after its last client", async () => {
    const server = await home.serve(["--idle-minutes", "0.02"]);
    assert.equal((await fetch(new URL("/health", server.url))).status, 200);
    const ended = await server.ended;
    assert.equal(ended.code, 0, ended.err);
    await assert.rejects(stat(home.runtimeFile), { code: "ENOENT" });
  });

  it("stays while somebody listens", async () => {
    const server = await home.serve(["--idle-minutes", "0.02"]);
    const { out } = await home.run(["token"]);
    if (server.child.exitCode !== null) throw new Error("it ended before the stream was open");
    const reader = await EventReader.open(server.url, out.trim());
    const since = performance.now();
    await waitFor(() => performance.now() - since > 2_500, { what: "more than twice the idle time" });
    assert.equal(server.child.exitCode, null);
    reader.close();
    assert.equal((await server.ended).code, 0);
  });

  it("refuses to run for many people as root, and says why and what to do", async function () {
    needs(this, process.getuid?.() === 0, "root");
    const { code, err } = await home.run(["serve", "--mode", "shared", "--data-dir", home.dataDir]);
    assert.equal(code, 1);
    assert.match(err, /does not run as root: .* acts for many people/);
    assert.match(err, /systemctl start aiops/);
  });
});
