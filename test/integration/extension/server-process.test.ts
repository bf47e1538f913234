import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Places } from "../../../extension/connection/places.ts";
import { isAlive } from "../../../extension/connection/runtime-file.ts";
import { runningServer, startServer, stopServer } from "../../../extension/connection/server-process.ts";
import { root } from "../../../scripts/setup/places.mjs";
import { AppError } from "../../../shared/errors.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

describe("the person's own server, as the extension starts it", () => {
  const folder = temporaryDirectory();
  const before = { ...process.env };
  let places: Places;

  const start = (program = join(root, "dist", "aiops.js")) =>
    startServer({ program, places, idleMinutes: 10, signal: new AbortController().signal });

  beforeEach(() => {
    Object.assign(process.env, {
      AIOPS_DATA_DIR: join(folder(), "data"),
      AIOPS_RUNTIME_DIR: join(folder(), "run"),
      AIOPS_KEY_FILE: join(folder(), "keys.json"),
      AIOPS_TMUX_SOCKET: `aiops-test-${process.pid}`,
      VSCODE_CWD: "/nowhere",
    });
    places = {
      runtimeFile: join(folder(), "run", "server.json"),
      sharedClientFile: undefined,
      logFile: join(folder(), "log", "server.log"),
    };
  });

  afterEach(async () => {
    await stopServer(places);
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });

  it("is started apart, says where it listens, and ends when it is asked to", async () => {
    const server = await start();
    assert.equal((await fetch(`${server.url}/health`)).status, 200);
    assert.equal((await stat(places.logFile)).mode & 0o777, 0o600);
    const environment = await readFile(`/proc/${server.pid}/environ`, "utf8");
    assert.doesNotMatch(environment, /VSCODE_/);
    await stopServer(places);
    assert.equal(isAlive(server.pid), false);
    assert.equal(await runningServer(places), undefined);
  });

  it("is one, however many windows start it at once", async () => {
    const attempts = await Promise.allSettled([start(), start(), start()]);
    const pids = new Set(attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value.pid] : [])));
    assert.equal(pids.size, 1);
    for (const attempt of attempts) {
      if (attempt.status === "fulfilled") continue;
      const reason: unknown = attempt.reason;
      assert.ok(reason instanceof AppError);
      assert.equal(reason.data["inUse"], true, reason.message);
    }
    assert.ok(pids.has((await runningServer(places))?.pid ?? 0));
  });

  it("that ends at once is reported with what it said", async () => {
    const program = join(folder(), "broken.mjs");
    await writeFile(program, 'console.error("aiops: the disk is full"); process.exitCode = 1;');
    await assert.rejects(start(program), { code: "unavailable", message: /exit code 1.*the disk is full/ });
  });

  it("is started anew where the last one was killed", async () => {
    const first = await start();
    process.kill(first.pid, "SIGKILL");
    while (isAlive(first.pid)) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(await runningServer(places), undefined);
    assert.notEqual((await start()).pid, first.pid);
  });
});
