import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { installPlaces } from "../../../server/install/places.ts";
import { builtServerDirectory } from "../../support/built.ts";
import { linuxUsers, runAs, spawnAs, type TestLinuxUser } from "../../support/linux-users.ts";
import { waitFor } from "../../support/wait.ts";

const exec = promisify(execFile);

describe("aiops install, on this machine", function () {
  this.timeout(60_000);
  const users = linuxUsers();
  const built = builtServerDirectory();
  let instance: string;
  beforeEach(() => {
    instance = `aiopst${randomBytes(4).toString("hex")}`;
  });
  afterEach(async () => {
    await run("uninstall", "--purge", "--yes");
    const { prefix, configDir, dataDir, sudoers, command } = installPlaces(instance);
    for (const path of [prefix, configDir, dataDir, sudoers, command]) assert.ok(!existsSync(path), path);
    await assert.rejects(exec("getent", ["passwd", instance]));
  });

  /** Calls the built command, as an administrator of the machine does. */
  async function run(verb: string, ...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
    const argv = [join(built(), "aiops.js"), verb, "--instance", instance, ...args];
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...argv], {
      env: { PATH: process.env["PATH"] ?? "", HOME: "/root", LANG: "C.UTF-8" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (text: Buffer) => (out += text.toString()));
    child.stderr.on("data", (text: Buffer) => (err += text.toString()));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, out, err };
  }
  async function installed(...args: string[]): Promise<string> {
    const { code, out, err } = await run("install", "--yes", ...args);
    assert.equal(code, 0, out + err);
    return out;
  }
  async function service(): Promise<TestLinuxUser> {
    const { stdout } = await exec("getent", ["passwd", instance]);
    const [name = "", , uid, gid, , home = ""] = stdout.trim().split(":");
    return { name, uid: Number(uid), gid: Number(gid), home };
  }
  const modeOf = async (path: string) => {
    const { mode, uid } = await stat(path);
    return `${(mode & 0o7777).toString(8)} ${uid === 0 ? "root" : uid === (await service()).uid ? "service" : uid}`;
  };

  it("says every step first, changes nothing on a dry run, and asks", async () => {
    const person = await users.create();
    const { code, out } = await run("install", "--dry-run", "--user", person.name);
    assert.equal(code, 0);
    const places = installPlaces(instance);
    for (const path of [places.prefix, places.configFile, places.dataDir, places.runtimeDir, places.sudoers]) {
      assert.ok(out.includes(path), `${path} is not said`);
    }
    assert.ok(out.includes(`${instance} ALL=(${person.name}) NOPASSWD: ${places.helper} ""`));
    assert.ok(!existsSync(places.prefix) && !existsSync(places.configDir));
    const unasked = await run("install");
    assert.equal(unasked.code, 2);
    assert.match(unasked.err, /no terminal to ask on/);
    assert.ok(!existsSync(places.prefix));
  });

  it("installs a server that runs as its service user, acts for the named person alone, and is found by all", async () => {
    const [person, stranger] = [await users.create(), await users.create()];
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    await installed("--user", person.name, "--port", String(port));
    const places = installPlaces(instance);
    assert.deepEqual(
      await Promise.all(
        [
          places.prefix,
          places.node,
          join(places.serverDir, "aiops.js"),
          places.helper,
          places.dataDir,
          places.runtimeDir,
          places.configDir,
          places.configFile,
          places.clientFile,
          join(places.configDir, "keys"),
          places.sudoers,
          places.command,
        ].map(modeOf),
      ),
      [
        "755 root",
        "755 root",
        "644 root",
        "755 root",
        "700 service",
        "711 service",
        "755 root",
        "640 root",
        "644 root",
        "700 service",
        "440 root",
        "755 root",
      ],
    );
    const client: unknown = JSON.parse(await readFile(places.clientFile, "utf8"));
    assert.deepEqual(client, { url: `http://127.0.0.1:${port}`, serviceUser: instance });

    const user = await service();
    const server = spawnAs(user, [places.command, "serve", "--mode", "shared"]);
    try {
      let said = "";
      server.stdout?.on("data", (text: Buffer) => (said += text.toString()));
      server.stderr?.on("data", (text: Buffer) => (said += text.toString()));
      await waitFor(
        () => {
          assert.equal(server.exitCode, null, said);
          return said.includes(`aiops listening on http://127.0.0.1:${port}\n`);
        },
        { what: "the server's line", timeoutMs: 20_000 },
      );
      assert.equal((await fetch(`http://127.0.0.1:${port}/ready`)).status, 200);
      assert.equal(await modeOf(places.keyFile), "600 service");
      const sudo = (target: TestLinuxUser) => runAs(user, ["sudo", "-n", "-u", target.name, places.helper]);
      assert.equal((await sudo(person)).code, 0, "the helper starts, and ends with its input");
      assert.notEqual((await sudo(stranger)).code, 0);
      const admin = ["admin", "create", "--email", "ada@example.org", "--linux-user", person.name];
      const made = await runAs(user, [places.command, ...admin]);
      assert.equal(made.code, 0, made.stderr);
      assert.match(await installed("--mapped"), /Nothing is to be done/, "who is mapped is installed already");
      const printed = await run("sudoers");
      assert.equal(printed.out, await readFile(places.sudoers, "utf8"));
      const doctor = await runAs(user, [places.command, "doctor"]);
      assert.match(doctor.stdout, /^ok +sudoers +1 people can be acted for$/m);
      assert.match(doctor.stdout, new RegExp(`^ok +sudo of ${person.name} +not without a password$`, "m"));
      assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr);
      assert.doesNotMatch(doctor.stdout, /^(?:fail|warn)/m);
      const busy = await run("uninstall", "--yes");
      assert.match(busy.err, /The server runs as process \d+\. Stop it first/);
    } finally {
      server.kill("SIGTERM");
      await new Promise((resolve) => server.once("close", resolve));
    }
  });

  it("adds who is mapped in the data", async () => {
    const person = await users.create();
    await installed();
    const { command, sudoers } = installPlaces(instance);
    const made = await runAs(await service(), [
      command,
      "admin",
      "create",
      "--email",
      "a@b.example",
      "--linux-user",
      person.name,
    ]);
    assert.equal(made.code, 0, made.stderr);
    assert.ok(!(await readFile(sudoers, "utf8")).includes(person.name));
    await installed("--mapped");
    assert.match(await readFile(sudoers, "utf8"), new RegExp(`ALL=\\(${person.name}\\) NOPASSWD`));
  });

  it("changes nothing when repeated, keeps the configuration, and adds and removes people", async () => {
    const [first, second] = [await users.create(), await users.create()];
    await installed("--user", first.name);
    const { configFile, sudoers } = installPlaces(instance);
    assert.match(await installed(), /Nothing is to be done\.\n$/);
    const config = JSON.parse(await readFile(configFile, "utf8")) as Record<string, unknown>;
    await writeFile(configFile, JSON.stringify({ ...config, logLevel: "warn" }));
    await installed("--user", second.name);
    assert.match(await readFile(configFile, "utf8"), /"logLevel":"warn"/);
    assert.match(await installed(), /Nothing is to be done\.\n$/, "a configuration of one's own is as it should be");
    const lines = (await readFile(sudoers, "utf8")).split("\n").filter((line) => line.startsWith(`${instance} ALL=`));
    assert.equal(lines.length, 2);
    await installed("--without-user", first.name);
    const left = await readFile(sudoers, "utf8");
    assert.ok(!left.includes(first.name) && left.includes(second.name));
    const port = await run("install", "--yes", "--port", "4999");
    assert.match(port.err, /says port 4280 and is kept/);
  });

  it("puts back what it made when a step fails", async () => {
    const places = installPlaces(instance);
    // A directory stands where a file is to be written: the last step but a few.
    await mkdir(places.sudoers);
    try {
      const { code, out, err } = await run("install", "--yes");
      assert.equal(code, 1, out);
      assert.match(out, /^done: /m);
      assert.match(out, /^undone: /m);
      assert.match(err, /is there and is no file.*The host is as it was before\./s);
      for (const path of [places.prefix, places.configDir, places.dataDir, places.runtimeDir, places.command]) {
        assert.ok(!existsSync(path), `${path} was left`);
      }
      await assert.rejects(exec("getent", ["passwd", instance]), "the account was left");
    } finally {
      await rm(places.sudoers, { recursive: true });
    }
    await installed();
  });

  it("refuses people without an account, root, and a name that belongs to another program", async () => {
    assert.match((await run("install", "--yes", "--user", "aiopst-nobody")).err, /no Linux user aiopst-nobody/);
    assert.match((await run("install", "--yes", "--user", "root")).err, /never acts as root/);
    const person = await users.create();
    // The interpreter of these tests may lie in root's own home.
    const node = join(await users.rootDirectory(), "node");
    await copyFile(process.execPath, node);
    const own = await runAs(person, [node, join(built(), "aiops.js"), "install", "--yes"]);
    assert.match(own.stderr, /only root may\. Run it with sudo/);
    await assert.rejects(
      exec(process.execPath, [join(built(), "aiops.js"), "install", "--instance", "ssh"]),
      /can't be the name of a server/,
    );
    await installed();
  });

  it("keeps the data when it is removed without --purge, and says so", async () => {
    await installed();
    const places = installPlaces(instance);
    await writeFile(join(places.dataDir, "layout.json"), "{}");
    const { code, out } = await run("uninstall", "--yes");
    assert.equal(code, 0, out);
    assert.match(out, /What stays: the data in/);
    assert.ok(existsSync(join(places.dataDir, "layout.json")) && existsSync(places.configFile));
    for (const path of [places.prefix, places.sudoers, places.command, places.clientFile, places.unit]) {
      assert.ok(!existsSync(path), path);
    }
    await rm(join(places.dataDir, "layout.json"));
    await installed();
  });

  it("writes a unit that systemd accepts, with which sessions outlive a restart", async () => {
    // Debian's essential init-system-helpers brings the folder, also where systemd is not there.
    await installed();
    const { unit, tmpfiles } = installPlaces(instance);
    const text = await readFile(unit, "utf8");
    assert.match(text, /^KillMode=process$/m);
    assert.match(text, new RegExp(`^User=${instance}$`, "m"));
    const { stderr } = await exec("systemd-analyze", ["verify", unit]).catch((error: { stderr: string }) => error);
    assert.ok(!stderr.includes(`${instance}.service`), stderr);
    assert.match(
      await readFile(tmpfiles, "utf8"),
      new RegExp(`^d /run/${instance} 0711 ${instance} ${instance} -$`, "m"),
    );
    // What an earlier version left wrong is mended.
    await chmod(unit, 0o666);
    await installed();
    assert.equal((await stat(unit)).mode & 0o777, 0o644);
  });
});
