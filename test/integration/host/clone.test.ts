import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { endMarked } from "../../../server/host/marked-processes.ts";
import { waitFor } from "../../support/wait.ts";
import { makePerson, makeRemote, type Person } from "./fixture.ts";

describe("cloning", () => {
  let person: Person;
  let target: string;

  beforeEach(async () => {
    person = await makePerson();
    await mkdir(path.join(person.home, "work"));
    target = path.join(person.home, "work/site");
  });
  afterEach(() => person[Symbol.asyncDispose]());

  const left = () => readdir(path.join(person.home, "work"));

  it("tells its progress and ends with the clone alone", async () => {
    const { url } = await makeRemote(person, "remote with 'quotes\" & spaces ü.git");
    const steps = new Map<string, number | null>();
    await person.user.git.clone(url, target, {
      allowFile: true,
      onProgress: ({ step, percent }) => steps.set(step, percent),
    });
    assert.deepEqual(await left(), ["site"]);
    assert.equal(steps.get("Receiving objects"), 100);
  });

  it("refuses a target that is there", async () => {
    const { url } = await makeRemote(person);
    await mkdir(target);
    await assert.rejects(person.user.git.clone(url, target, { allowFile: true }), { code: "conflict" });
  });

  it("says that the repository or its branch is not there", async () => {
    const { url } = await makeRemote(person);
    await assert.rejects(person.user.git.clone(`${url}-not`, target, { allowFile: true }), {
      code: "git_failed",
      message: /no repository at that address/,
    });
    await assert.rejects(person.user.git.clone(url, target, { allowFile: true, branch: "nope" }), {
      code: "git_failed",
      message: /does not have that branch/,
    });
    assert.deepEqual(await left(), []);
  });

  it("clones files only where that is allowed", async () => {
    const { url, bare } = await makeRemote(person);
    await assert.rejects(person.user.git.clone(url, target), { code: "invalid_input" });
    await person.git(person.home, "config", "--global", "url.file:///.insteadOf", "https://files.example/");
    await assert.rejects(person.user.git.clone(`https://files.example${bare}`, target), { message: /not allowed/ });
    assert.deepEqual(await left(), []);
  });

  it("runs no command an address names", async () => {
    const trace = path.join(person.base, "sprung");
    for (const url of [
      `ext::touch ${trace}`,
      `--upload-pack=touch ${trace}`,
      `-u touch ${trace}`,
      `ssh://-oProxyCommand=touch ${trace}/x`,
      `-oProxyCommand=touch ${trace}:x`,
      `fd::17/foo`,
      `https://user:secret@example.org/x.git`,
    ]) {
      await assert.rejects(person.user.git.clone(url, target, { allowFile: true }), { code: "invalid_input" }, url);
    }
    assert.equal(await person.user.files.exists(trace), false);
    assert.deepEqual(await left(), []);
  });

  it("says that the host cannot be reached", async () => {
    await assert.rejects(person.user.git.clone("https://127.0.0.1:1/x.git", target), {
      code: "git_failed",
      message: /cannot be reached/,
    });
  });

  it("gives up on a host that never answers", async () => {
    const sockets: net.Socket[] = [];
    const silent = net.createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
    await waitFor(() => silent.listening, { what: "the silent server" });
    const { port } = silent.address() as net.AddressInfo;
    try {
      await assert.rejects(person.user.git.clone(`https://127.0.0.1:${port}/x.git`, target, { timeoutMs: 2_000 }), {
        code: "timeout",
      });
      assert.equal(sockets.length, 1);
      assert.deepEqual(await left(), []);
    } finally {
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });

  describe("that breaks in the middle", () => {
    /**
     * A remote whose pack stops after 100 kB: git itself runs the hook in place of pack-objects, on the person's word
     * (uploadpack.packObjectsHook, git-config(1)). `then` is what it does after that.
     */
    async function stoppingRemote(then: string): Promise<{ url: string; started: () => Promise<boolean> }> {
      const { url, work, bare } = await makeRemote(person);
      await writeFile(path.join(work, "large"), randomBytes(2_000_000));
      await person.git(work, "add", "large");
      await person.git(work, "commit", "-m", "Large");
      await person.git(work, "push", bare, "main");
      const hook = path.join(person.base, "hook");
      await writeFile(hook, `#!/bin/sh\n"$@" | head -c 100000\necho $$ > '${person.base}/started'\n${then}\n`);
      await chmod(hook, 0o755);
      await person.git(person.home, "config", "--global", "uploadpack.packObjectsHook", hook);
      return { url, started: () => person.user.files.exists(path.join(person.base, "started")) };
    }

    const running = async () => {
      const { stdout } = await person.user.run(["pgrep", "-f", person.base], { check: false });
      return stdout.split("\n").filter((pid) => pid !== "");
    };

    it("leaves nothing when the network is cut, and can be repeated", async () => {
      const { url } = await stoppingRemote("exit 0");
      await assert.rejects(person.user.git.clone(url, target, { allowFile: true }), {
        code: "git_failed",
        message: /connection broke/,
      });
      assert.deepEqual(await left(), []);
      await person.git(person.home, "config", "--global", "--unset", "uploadpack.packObjectsHook");
      await person.user.git.clone(url, target, { allowFile: true });
      assert.deepEqual(await left(), ["site"]);
    });

    it("leaves nothing, no process either, when it is cancelled", async () => {
      const { url, started } = await stoppingRemote("sleep 300");
      const stop = new AbortController();
      const cloning = person.user.git.clone(url, target, { allowFile: true, signal: stop.signal });
      const rejected = assert.rejects(cloning, { code: "cancelled" });
      await waitFor(started, { what: "the pack to stop in the middle" });
      assert.equal((await left()).length, 1);
      assert.notDeepEqual(await running(), []);
      stop.abort();
      await rejected;
      assert.deepEqual([await left(), await running()], [[], []]);
    });

    it("leaves nothing, no process either, when its time is over", async () => {
      const { url } = await stoppingRemote("trap '' TERM INT\nsleep 300");
      await assert.rejects(person.user.git.clone(url, target, { allowFile: true, timeoutMs: 1_000 }), {
        code: "timeout",
        message: /1 s/,
      });
      assert.deepEqual([await left(), await running()], [[], []]);
    });

    it("is cleaned up by the next attempt where the server was killed", async () => {
      const { url, started } = await stoppingRemote("sleep 300");
      // A server of its own, killed as `kill -9` does it: git goes on without it.
      const local = new URL("../../../server/host/local.ts", import.meta.url).href;
      const script = `
        const { createLocalHost } = await import(${JSON.stringify(local)});
        const host = createLocalHost({ environment: process.env });
        const user = await host.as(host.currentUser);
        await user.git.clone(${JSON.stringify(url)}, ${JSON.stringify(target)}, { allowFile: true });`;
      const stop = new AbortController();
      const server = person.user.run([process.execPath, "--input-type=module", "-e", script, person.base], {
        check: false,
        signal: stop.signal,
      });
      await waitFor(started, { what: "the pack to stop in the middle" });
      const leftover = (await left())[0] ?? "";
      const [pid] = (await person.user.run(["pgrep", "-f", "--", `^${process.execPath}.*${person.base}`])).stdout.split(
        "\n",
      );
      process.kill(Number(pid), "SIGKILL");
      assert.equal((await server).exitCode, 137);
      assert.deepEqual(await left(), [leftover]);
      assert.notDeepEqual(await running(), []);

      await person.git(person.home, "config", "--global", "--unset", "uploadpack.packObjectsHook");
      await person.user.git.clone(url, target, { allowFile: true });
      assert.deepEqual([await left(), await running()], [["site"], []]);
    });
  });

  it("ends nothing that does not carry its mark", async () => {
    const stop = new AbortController();
    const run = (mark: string) =>
      person.user.run(["sleep", "60"], { env: { AIOPS_GIT_TASK: mark }, signal: stop.signal });
    const own = assert.rejects(run("mark-of-one"), { code: "command_failed" });
    const another = assert.rejects(run("mark-of-one-more"), { code: "cancelled" });
    await endMarked("mark-of-one");
    await own;
    stop.abort();
    await another;
  });
});
