import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, chown, cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { encodeFrame, FrameReader } from "../../../server/host/helper/frames.ts";
import {
  exitBadInput,
  exitRefused,
  maxCallsInFlight,
  maxRequestBytes,
  protocolVersion,
} from "../../../server/host/helper/protocol.ts";
import { helperNames, interpreterFlags } from "../../../server/host/helper/surroundings.ts";
import type { HostUser } from "../../../server/host/host.ts";
import { installHelper, verifyHelper } from "../../../server/host/install-helper.ts";
import { withCode } from "../../support/error-code.ts";
import { linuxUsers, runAs, spawnAs, type TestLinuxUser } from "../../support/linux-users.ts";
import { installTestHelper, letActAs, startSharedHost, type TestSharedHost } from "../../support/shared-host.ts";
import { waitFor } from "../../support/wait.ts";

interface Heard {
  code: number;
  stderr: string;
  messages: Record<string, unknown>[];
}

describe("attacks on the helper", function () {
  this.timeout(60_000);
  const users = linuxUsers();
  let service: TestLinuxUser;
  let alice: TestLinuxUser;
  let mallory: TestLinuxUser;
  let program: string;
  let prefix: string;

  before(async () => {
    [service, alice, mallory] = [await users.create(), await users.create(), await users.create()];
    program = await installTestHelper(users);
    prefix = path.dirname(program);
    await letActAs(users, service, [alice], program);
  });

  const hello = { type: "hello", protocol: protocolVersion, idleMs: 60_000 };
  const frames = (...messages: unknown[]) =>
    Buffer.concat(messages.map((message) => encodeFrame(message, maxRequestBytes)));

  /** Starts the launcher as Alice and says the given bytes to it; `until` is when its input is closed. */
  async function speak(bytes: Buffer, until: (messages: Heard["messages"]) => boolean = () => true): Promise<Heard> {
    const child = spawnAs(alice, [program]);
    const heard: Heard = { code: -1, stderr: "", messages: [] };
    const reader = new FrameReader(maxRequestBytes);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => void (heard.stderr += text));
    child.stdout?.on("data", (piece: Buffer) => {
      heard.messages.push(...(reader.push(piece) as Heard["messages"]));
      if (until(heard.messages)) child.stdin?.end();
    });
    child.stdin?.on("error", () => child.stdin?.destroy());
    child.stdin?.write(bytes);
    const [code] = (await once(child, "close")) as [number | null];
    return { ...heard, code: code ?? -1 };
  }

  const errorsOf = ({ messages }: Heard) =>
    messages.flatMap(({ type, error }) => (type === "error" ? [(error as { code: string }).code] : []));

  describe("how it is started", () => {
    async function refused(argv: string[], words: RegExp, env: Record<string, string> = {}): Promise<void> {
      const { code, stderr, stdout } = await runAs(alice, argv, { env });
      assert.equal(code, exitRefused, stderr);
      assert.match(stderr, /^aiops-helper refuses to run: /);
      assert.match(stderr, words);
      assert.equal(stdout, "");
    }

    it("refuses NODE_OPTIONS, and runs nothing it names", async () => {
      const mark = path.join(alice.home, "was-here");
      const evil = path.join(alice.home, "evil.cjs");
      await writeFile(evil, `require("node:fs").writeFileSync(${JSON.stringify(mark)}, "")`);
      await chown(evil, alice.uid, alice.gid);
      await refused([program], /NODE_OPTIONS is set/, { NODE_OPTIONS: `--require ${evil}` });
      await assert.rejects(readFile(mark), { code: "ENOENT" });
    });

    it("refuses NODE_OPTIONS also where sudo is told to keep it", async () => {
      const keep = `Defaults:${service.name} env_keep += "NODE_OPTIONS"\n`;
      const remove = await users.installSudoers(keep);
      const env = { NODE_OPTIONS: "--no-warnings" };
      const { code, stderr } = await runAs(service, ["sudo", "-n", "-u", alice.name, "--", program], { env });
      await remove();
      assert.equal(code, exitRefused, stderr);
      assert.match(stderr, /remove it from env_keep/);
    });

    it("refuses any variable, argument or flag that its launcher does not give", async () => {
      const bare = ["/usr/bin/env", "-i"];
      const node = path.join(prefix, helperNames.interpreter);
      const script = path.join(prefix, helperNames.program);
      await refused([program, "--version"], /takes no arguments/);
      await refused([...bare, "HOME=/tmp", node, ...interpreterFlags, script], /variable HOME is set/);
      await refused([...bare, node, "--no-deprecation", script], /--no-deprecation/);
      await refused([...bare, node, script, "run"], /takes no arguments/);
    });

    it("refuses to run as root, unless the host's configuration allows it", async () => {
      const root = { ...alice, uid: 0, gid: 0 };
      const refusal = await runAs(root, [program]);
      assert.equal(refusal.code, exitRefused);
      assert.match(refusal.stderr, /started as root/);
      const allowed = await installTestHelper(users, { allowRoot: true });
      assert.equal((await runAs(root, [allowed])).code, 0);
    });

    let host: TestSharedHost;
    let asAlice: HostUser;
    beforeEach(async () => {
      host = await startSharedHost(users, { service, program });
      asAlice = await host.as(alice.name);
    });
    afterEach(() => host.stop());

    for (const [what, mode] of [
      ["its directory", 0o777],
      ["its directory", 0o775],
      [helperNames.interpreter, 0o777],
      [helperNames.interpreter, 0o775],
      [helperNames.program, 0o666],
      [helperNames.settings, 0o664],
      [helperNames.launcher, 0o775],
    ] as const) {
      it(`refuses where ${what} has mode ${mode.toString(8)}, and the server says what mends it`, async () => {
        const target = what === "its directory" ? prefix : path.join(prefix, what);
        const before = (await stat(target)).mode;
        await chmod(target, mode);
        try {
          await refused([program], new RegExp(`${target} is writable by group or others`));
          const mends = verifyHelper(program).map(({ mend }) => mend);
          assert.deepEqual(new Set(mends), new Set([`sudo chmod go-w ${target}`]));
          await assert.rejects(asAlice.run(["true"]), withCode("forbidden", `chmod go-w ${target}`));
        } finally {
          await chmod(target, before);
        }
        assert.deepEqual(verifyHelper(program), []);
      });
    }

    it("refuses where a file or directory of it belongs to another", async () => {
      for (const name of ["", helperNames.interpreter, helperNames.program]) {
        const target = path.join(prefix, name).replace(/\/$/, "");
        await chown(target, alice.uid, alice.gid);
        try {
          await refused([program], new RegExp(`${target} belongs to user \\d+ and not to root`));
        } finally {
          await chown(target, 0, 0);
        }
      }
    });

    it("refuses in a directory below one that all can write to, and is not installed there", async () => {
      const open = await mkdtemp(path.join(tmpdir(), "aiops-helper-"));
      try {
        await assert.rejects(
          installHelper(path.join(open, "aiops"), { program: "/dev/null" }),
          withCode("unsafe_path"),
        );
        await chmod(open, 0o755);
        const copy = path.join(open, "copy");
        await cp(prefix, copy, { recursive: true });
        const launcher = await readFile(program, "utf8");
        await writeFile(path.join(copy, helperNames.launcher), launcher.replaceAll(prefix, copy));
        await refused(
          [path.join(copy, helperNames.launcher)],
          new RegExp(`${tmpdir()} is writable by group or others`),
        );
      } finally {
        await rm(open, { recursive: true });
      }
    });

    it("is started by sudo as the configured users only, without arguments, and nothing else is", async () => {
      const sudo = (...argv: string[]) => runAs(service, ["sudo", "-n", ...argv]);
      assert.equal((await sudo("-u", alice.name, "--", program)).code, 0);
      for (const argv of [
        ["-u", alice.name, "--", program, "x"],
        ["-u", alice.name, "--", path.join(prefix, helperNames.interpreter)],
        ["-u", alice.name, "--", `${prefix}/../${path.basename(prefix)}/aiops-helper`, "x"],
        ["-u", mallory.name, "--", program],
        ["-u", "root", "--", program],
        ["-u", alice.name, "--", "/bin/sh"],
        ["-u", alice.name, "-g", "root", "--", program],
        ["NODE_OPTIONS=--version", "-u", alice.name, "--", program],
      ]) {
        const { code, stderr } = await sudo(...argv);
        assert.equal(code, 1, argv.join(" "));
        assert.match(stderr, /password is required|not allowed/, argv.join(" "));
      }
      const other = await runAs(mallory, ["sudo", "-n", "-u", alice.name, "--", program]);
      assert.equal(other.code, 1, "another local user started it");
    });
  });

  describe("what it is sent", () => {
    const header = (length: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(length);
      return bytes;
    };
    const call = (id: number, verb: unknown, ...args: unknown[]) => ({ type: "call", id, verb, args });

    it("ends, with a sentence, on what is no message", async () => {
      for (const bytes of [
        Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        randomBytes(4096).fill(0xff, 0, 4),
        Buffer.concat([header(5), Buffer.from("{bad}")]),
        Buffer.concat([header(0)]),
        Buffer.concat([header(maxRequestBytes + 1), Buffer.alloc(16)]),
        frames(null),
        frames([hello]),
        frames({ type: "constructor" }),
        frames({ type: "exit" }),
        frames({ ...hello, extra: 1 }),
        frames({ type: "hello", protocol: "1", idleMs: 1 }),
        frames(call(1, "run", ["id"])),
        frames(hello, call(-1, "run", ["id"])),
        frames(hello, call(1, 7)),
        frames(hello, { type: "call", id: 1, verb: "run", args: { length: 1 } }),
      ]) {
        const heard = await speak(bytes, () => false);
        assert.equal(heard.code, exitBadInput, bytes.toString("latin1").slice(0, 80));
        assert.match(heard.stderr, /^aiops-helper ends: .+\.\n$/);
        assert.ok(!heard.messages.some(({ type }) => type === "result"));
      }
    });

    it("refuses another version of the protocol, saying how to renew it", async () => {
      const heard = await speak(frames({ ...hello, protocol: protocolVersion + 1 }), () => false);
      assert.equal(heard.code, exitRefused);
      assert.match(heard.stderr, /aiops install/);
    });

    it("answers a verb or arguments it does not have with an error, and goes on", async () => {
      const odd = [
        call(1, "shell", "id"),
        call(2, "files.constructor", "x"),
        call(3, "git.__proto__"),
        call(4, "run.call", ["id"]),
        call(5, "toString"),
        call(6, "run", "id"),
        call(7, "run", ["id"], { shell: true }),
        call(8, "run", ["id"], { env: { A: 1 } }),
        call(9, "files.readFile", "/etc/shadow"),
        call(10, "files.readFile", "/etc/passwd", { root: "/", maxBytes: -1 }),
        call(11, "files.writeFile", "/x", 7, { root: "/" }),
        call(12, "files.stat", "/", "extra"),
        call(13, "git.clone", "file:///x", 5),
        call(14, "run", []),
        call(15, "run", ["a\0b"]),
      ];
      const heard = await speak(frames(hello, ...odd, call(99, "run", ["id", "-un"])), (messages) =>
        messages.some(({ id }) => id === 99),
      );
      assert.equal(heard.code, 0, heard.stderr);
      assert.deepEqual(
        errorsOf(heard),
        odd.map(() => "invalid_input"),
      );
      const last = heard.messages.find(({ id }) => id === 99) as { value: { stdout: string } };
      assert.equal(last.value.stdout, `${alice.name}\n`);
    });

    it("refuses more calls at once than it is made for, and a number that is in use", async () => {
      const many = Array.from({ length: maxCallsInFlight + 5 }, (_, id) => call(id, "run", ["sleep", "100"]));
      const heard = await speak(
        frames(hello, ...many, call(0, "run", ["id"])),
        (messages) => messages.filter(({ type }) => type === "error").length >= 6,
      );
      assert.equal(heard.code, 0, heard.stderr);
      const codes = errorsOf(heard);
      assert.equal(codes.filter((code) => code === "unavailable").length, 5);
      assert.equal(codes.filter((code) => code === "invalid_input").length, 1);
    });
  });

  describe("what others on the host see", () => {
    it("has nothing of the server's environment, and no argument or secret in a process list", async () => {
      const canary = `canary-${randomBytes(8).toString("hex")}`;
      const env = { AIOPS_MASTER_KEY: canary, GITHUB_TOKEN: canary, LD_LIBRARY_PATH: `/${canary}` };
      const host = await startSharedHost(users, { service, program, env });
      const asAlice = await host.as(alice.name);
      const { stdout } = await asAlice.run(["env"]);
      assert.ok(!stdout.includes(canary), stdout);
      const secret = `secret-${randomBytes(8).toString("hex")}`;
      const file = path.join(alice.home, "waiting");
      const script = 'cat > /dev/null; touch "$FILE"; exec sleep 60';
      const running = host.begin(alice.name, "run", [
        ["sh", "-c", script],
        { env: { TOKEN: secret, FILE: file }, input: secret },
      ]);
      await waitFor(() => asAlice.files.exists(file), { what: "the command to have read its input" });
      await asAlice.files.writeFile(path.join(alice.home, "kept"), secret, { root: alice.home });
      const { code, stdout: list } = await runAs(mallory, ["ps", "-e", "-ww", "-o", "pid,user,args"]);
      assert.equal(code, 0);
      assert.ok(list.includes(program), "the list shows the helper");
      assert.ok(!list.includes(secret) && !list.includes(canary), list);
      await running.cancel();
      await assert.rejects(running.done, withCode("cancelled"));
      await host.stop();
    });

    it("can't be spoken to, read or ended by a second local user", async () => {
      const host = await startSharedHost(users, { service, program });
      await (await host.as(alice.name)).run(["true"]);
      const pid = (await host.helpers())[alice.name];
      for (const script of [
        `echo x > /proc/${pid}/fd/0`,
        `cat /proc/${pid}/fd/1`,
        `ls /proc/${pid}/fd`,
        `cat /proc/${pid}/environ`,
        `head -c 1 /proc/${pid}/mem`,
        `kill -9 ${pid}`,
        `kill -USR1 ${pid}`,
      ]) {
        for (const user of [mallory, service]) {
          const { code, stderr } = await runAs(user, ["sh", "-c", script]);
          assert.notEqual(code, 0, `${user === service ? "the service" : "another user"} could: ${script}`);
          assert.match(stderr, /denied|not permitted/i, script);
        }
      }
      assert.deepEqual(await listenersOf(pid ?? 0), [], "it listens nowhere");
      assert.equal((await (await host.as(alice.name)).run(["echo", "on"])).stdout, "on\n");
      assert.equal((await host.helpers())[alice.name], pid);
      await host.stop();
    });
  });

  /** Sockets of the process that are in a table of listeners or have a name in the file system. */
  async function listenersOf(pid: number): Promise<string[]> {
    const links = (await readdir(`/proc/${pid}/fd`)).map((fd) => path.join(`/proc/${pid}/fd`, fd));
    const { stdout } = await runAs({ ...alice, uid: 0, gid: 0 }, ["sh", "-c", `readlink ${links.join(" ")}; true`]);
    const inodes = [...stdout.matchAll(/socket:\[(\d+)\]/g)].map(([, inode]) => inode ?? "");
    const unix = (await readFile("/proc/net/unix", "utf8")).split("\n");
    const tcp = (await readFile("/proc/net/tcp", "utf8")).split("\n");
    return inodes.filter(
      (inode) =>
        tcp.some((line) => line.trim().split(/\s+/)[9] === inode) ||
        unix.some((line) => line.split(/\s+/)[6] === inode && line.split(/\s+/)[7] !== undefined),
    );
  }
});
