import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../../shared/errors.ts";
import type { HostUser } from "../../../server/host/host.ts";
import { withCode } from "../../support/error-code.ts";
import { linuxUsers, processesOf, runAs, type TestLinuxUser } from "../../support/linux-users.ts";
import { installTestHelper, letActAs, startSharedHost, type TestSharedHost } from "../../support/shared-host.ts";
import { waitFor } from "../../support/wait.ts";

describe("acting as other Linux users", function () {
  this.timeout(60_000);
  const users = linuxUsers();
  let service: TestLinuxUser;
  let alice: TestLinuxUser;
  let bob: TestLinuxUser;
  let program: string;
  let host: TestSharedHost;
  let asAlice: HostUser;

  before(async () => {
    [service, alice, bob] = [await users.create(), await users.create(), await users.create()];
    program = await installTestHelper(users);
    await letActAs(users, service, [alice, bob], program);
  });
  beforeEach(async () => {
    host = await startSharedHost(users, { service, program });
    asAlice = await host.as(alice.name);
  });
  afterEach(() => host.stop());

  const sh = (script: string) => ["sh", "-c", script];
  const pidOf = async (name: string) => (await host.helpers())[name] ?? assert.fail(`no helper of ${name} runs`);

  it("runs commands, files and git as that person, in their home, with their groups", async () => {
    assert.deepEqual(
      { uid: asAlice.uid, home: asAlice.home, shell: asAlice.shell },
      { uid: alice.uid, home: alice.home, shell: "/bin/bash" },
    );
    const { stdout } = await asAlice.run(sh("id -u; id -g; pwd; umask"));
    assert.deepEqual(stdout.trim().split("\n"), [String(alice.uid), String(alice.gid), alice.home, "0022"]);

    const file = path.join(alice.home, "notes", "today.txt");
    await asAlice.files.makeDirectory(path.dirname(file), { root: alice.home });
    await asAlice.files.writeFile(file, "ünï\n", { root: alice.home });
    assert.equal(await asAlice.files.readFile(file, { root: alice.home }), "ünï\n");
    const made = await stat(file);
    assert.deepEqual([made.uid, made.gid, made.mode & 0o777], [alice.uid, alice.gid, 0o600]);

    const tree = path.join(alice.home, "tree");
    await asAlice.run(["git", "init", "--quiet", "--initial-branch=main", tree]);
    assert.deepEqual(await asAlice.git.status(tree), {
      branch: "main",
      upstream: null,
      ahead: 0,
      behind: 0,
      dirty: false,
      lastCommit: null,
    });
  });

  it("has that person's rights and no more: not the service's, not another's", async () => {
    const secret = path.join(bob.home, "secret");
    await (await host.as(bob.name)).files.writeFile(secret, "bob's", { root: bob.home });
    await assert.rejects(asAlice.files.readFile(secret, { root: bob.home }), withCode("forbidden"));
    await assert.rejects(asAlice.run(["cat", secret]), withCode("command_failed", "Permission denied"));
    const direct = await runAs(service, ["cat", secret]);
    assert.equal(direct.code, 1, "the service user itself can't read it");

    await writeFile(path.join(service.home, "keys.json"), "{}", { mode: 0o600 });
    await assert.rejects(asAlice.run(["cat", path.join(service.home, "keys.json")]), withCode("command_failed"));
    await assert.rejects(asAlice.run(["sudo", "-n", "true"]), withCode("command_failed"));
  });

  it("works as the server's own user without sudo and without a helper", async () => {
    const own = await host.as(service.name);
    assert.equal((await own.run(["id", "-u"])).stdout.trim(), String(service.uid));
    assert.deepEqual(await host.helpers(), {});
  });

  it("tells an error with code, command, exit code and what was printed", async () => {
    const failed = asAlice.run(sh("echo no such luck >&2; exit 3"));
    await assert.rejects(failed, (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "command_failed");
      const { command, exitCode, stderr } = error.data;
      assert.deepEqual(
        { command, exitCode, stderr },
        {
          command: sh("echo no such luck >&2; exit 3"),
          exitCode: 3,
          stderr: "no such luck\n",
        },
      );
      return true;
    });
    assert.equal((await asAlice.run(["false"], { check: false })).exitCode, 1);
    await assert.rejects(asAlice.git.status(path.join(alice.home, "nowhere")), withCode("workspace_missing"));
    await assert.rejects(asAlice.run(["sleep", "60"], { timeoutMs: 200 }), withCode("timeout"));
  });

  it("changes modes, groups within the person's, and no owner", async () => {
    const group = await users.createGroup();
    const root = alice.home;
    const file = path.join(root, "shared.txt");
    await asAlice.files.writeFile(file, "x", { root });
    await asAlice.files.changeMode(file, 0o640, { root });
    assert.equal((await stat(file)).mode & 0o777, 0o640);
    await assert.rejects(asAlice.files.changeGroup(file, group.gid, { root }), withCode("forbidden"));
    await assert.rejects(asAlice.files.changeOwner(file, bob.uid, bob.gid, { root }), withCode("forbidden"));
    await assert.rejects(asAlice.files.changeOwner(file, 0, 0, { root }), withCode("forbidden"));
    assert.deepEqual([(await stat(file)).uid, (await stat(file)).gid], [alice.uid, alice.gid]);

    const before = await pidOf(alice.name);
    await users.addToGroup(alice, group.name);
    // The helper that had not the group yet is replaced before the next call.
    await asAlice.files.changeGroup(file, group.gid, { root });
    assert.equal((await stat(file)).gid, group.gid);
    assert.notEqual(await pidOf(alice.name), before);
    await waitFor(() => !existsSync(`/proc/${before}`), { what: "the old helper to end" });
  });

  it("removes a tree, and only below its root", async () => {
    const root = alice.home;
    await asAlice.run(sh("mkdir -p old/a/b && touch old/a/b/c && ln -s /etc old/link"));
    assert.equal(await asAlice.files.removeTree(path.join(root, "old"), { root }), true);
    assert.equal(await asAlice.files.exists(path.join(root, "old")), false);
    assert.ok(existsSync("/etc/passwd"));
    await assert.rejects(asAlice.files.removeTree(root, { root }), withCode("unsafe_path"));
  });

  it("works on many calls at once, in one helper, and answers each with its own", async () => {
    const numbers = Array.from({ length: 300 }, (_, index) => String(index));
    const answers = await Promise.all(numbers.map((number) => asAlice.run(["echo", number])));
    assert.deepEqual(
      answers.map(({ stdout }) => stdout.trim()),
      numbers,
    );
    assert.equal(Object.keys(await host.helpers()).length, 1);
    const helpers = await helpersOf(alice);
    assert.deepEqual(helpers, [await pidOf(alice.name)]);
  });

  it("carries large inputs and answers, and refuses larger ones by name", async () => {
    const text = "ä".repeat(4 * 1024 * 1024);
    const { stdout } = await asAlice.run(["cat"], { input: text });
    assert.equal(stdout.length, text.length);
    const flood = asAlice.run(sh("head -c 20000000 /dev/zero"));
    await assert.rejects(flood, withCode("too_large"));
    await assert.rejects(asAlice.run(["cat"], { input: "x".repeat(33 * 1024 * 1024) }), withCode("too_large"));
    assert.equal((await asAlice.run(["echo", "on"])).stdout, "on\n", "the next call goes on");
  });

  it("cancels a command, and all it started", async () => {
    const file = path.join(alice.home, "child.pid");
    const script = `sleep 300 & echo $! > ${file}; wait`;
    const call = host.begin(alice.name, "run", [sh(script), { timeoutMs: 120_000 }]);
    const pid = await waitFor(async () => Number(await written(file)), { what: "the command to start" });
    await call.cancel();
    await assert.rejects(call.done, withCode("cancelled"));
    await waitFor(() => !existsSync(`/proc/${pid}`), { what: "its child to end" });
  });

  it("tells the progress of a clone, which belongs to that person", async () => {
    const seed = path.join(alice.home, "seed");
    await asAlice.run(
      sh(
        `git init -q ${seed} && cd ${seed} && head -c 3000000 /dev/urandom > big && git add . && git -c user.name=a -c user.email=a@b commit -qm one`,
      ),
    );
    const target = path.join(alice.home, "clone");
    const steps = await host.begin(alice.name, "git.clone", [`file://${seed}`, target, { allowFile: true }]).done;
    assert.ok(Array.isArray(steps) && steps.length > 0, "no progress was told");
    assert.equal((await stat(path.join(target, "big"))).uid, alice.uid);
  });

  it("fails what a killed helper worked on, and starts another for the next call", async () => {
    await asAlice.run(["true"]);
    const before = await pidOf(alice.name);
    const file = path.join(alice.home, "started");
    const running = asAlice.run(sh(`touch ${file}; sleep 60`), { timeoutMs: 90_000 });
    await waitFor(() => existsSync(file), { what: "the command to start" });
    process.kill(before, "SIGKILL");
    await assert.rejects(running, withCode("unavailable", "half done"));
    assert.equal((await asAlice.run(["echo", "again"])).stdout, "again\n");
    assert.notEqual(await pidOf(alice.name), before);
  });

  it("ends its helpers, and what they run, when the server ends or is killed", async () => {
    await asAlice.run(["true"]);
    const helper = await pidOf(alice.name);
    const file = path.join(alice.home, "pid");
    const running = asAlice.run(sh(`echo $$ > ${file}; exec sleep 300`), { timeoutMs: 400_000 });
    const failed = assert.rejects(running);
    const pid = await waitFor(async () => Number(await written(file)), { what: "the command to start" });
    process.kill(host.pid, "SIGKILL");
    await failed;
    await waitFor(() => !existsSync(`/proc/${helper}`) && !existsSync(`/proc/${pid}`), { what: "both to end" });
  });

  it("leaves a tmux server running when its helper ends", async () => {
    const tmux = ["tmux", "-L", "aiops-helper-test", "-f", "/dev/null"];
    await asAlice.run([...tmux, "new-session", "-d", "-s", "work", "sleep 300"]);
    const helper = await pidOf(alice.name);
    await host.stop();
    await waitFor(() => !existsSync(`/proc/${helper}`), { what: "the helper to end" });
    host = await startSharedHost(users, { service, program });
    asAlice = await host.as(alice.name);
    const { stdout } = await asAlice.run([...tmux, "list-sessions", "-F", "#{session_name}"]);
    assert.equal(stdout, "work\n");
    await asAlice.run([...tmux, "kill-server"]);
  });

  it("ends a helper that is idle, and no call fails over it", async () => {
    await host.stop();
    host = await startSharedHost(users, { service, program, idleMs: 200 });
    asAlice = await host.as(alice.name);
    await asAlice.run(["true"]);
    const first = await pidOf(alice.name);
    await waitFor(() => !existsSync(`/proc/${first}`), { what: "the idle helper to end" });
    assert.equal((await asAlice.run(["echo", "back"])).stdout, "back\n");
    const until = Date.now() + 1_500;
    // Calls that arrive about when the helper ends itself.
    for (let pause = 195; Date.now() < until; pause += 1) {
      await asAlice.run(["sleep", "0"]);
      const start = performance.now();
      await waitFor(() => performance.now() - start > pause, { what: "the idle time to pass" });
    }
  });

  it("goes by the account as it is now: its home, and its end", async () => {
    const carol = await users.create();
    await letActAs(users, service, [carol], program);
    assert.equal((await host.as(carol.name)).home, carol.home);
    const moved = path.join(await users.directoryOf(carol), "home");
    await mkdir(moved);
    await chmod(moved, 0o755);
    await runAs({ ...alice, uid: 0, gid: 0 }, ["usermod", "--home", moved, carol.name]);
    const again = await host.as(carol.name);
    assert.equal(again.home, moved);
    assert.equal((await again.run(sh("echo $HOME"))).stdout, `${moved}\n`);
    await host.as(carol.name).then((user) => user.run(["true"]));
    await users.remove(carol);
    await assert.rejects(host.as(carol.name), withCode("forbidden", "no Linux account", "aiops doctor"));
  });

  async function written(file: string): Promise<string> {
    return existsSync(file) ? readFile(file, "utf8") : "";
  }

  async function helpersOf(user: TestLinuxUser): Promise<number[]> {
    const pids = await processesOf(user.uid);
    const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8")));
    return pids.filter((_, index) => lines[index]?.includes(path.dirname(program)));
  }
});
