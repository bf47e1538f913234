import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { GitCredentials } from "../../../server/host/git.ts";
import type { Host } from "../../../server/host/host.ts";
import { scanHost, knownHostLines, knownHostName } from "../../../server/ssh-keys/host-keys.ts";
import { createLocalHost } from "../../../server/host/local.ts";
import type { GitAction } from "../../../shared/entities/workspace.ts";
import { WorkspaceService, type WorkspaceProject } from "../../../server/workspaces/service.ts";
import { linuxUsers, processesOf, runAs, type TestLinuxUser } from "../../support/linux-users.ts";
import { installTestHelper, letActAs, startSharedHost, type TestSharedHost } from "../../support/shared-host.ts";
import { startSshd, type TestSshd } from "../../support/sshd.ts";
import { waitFor } from "../../support/wait.ts";

const run = promisify(execFile);

describe("git of people who are other Linux users", function () {
  this.timeout(90_000);
  const users = linuxUsers();
  let service: TestLinuxUser;
  let alice: TestLinuxUser;
  let bob: TestLinuxUser;
  let shared: TestSharedHost;
  let workspaces: WorkspaceService;
  let sshd: TestSshd;
  let base: string;
  let project: WorkspaceProject;
  let credentials: GitCredentials & { kind: "ssh" };
  /** A line of the private key. */
  let secret: string;

  before(async () => {
    [service, alice, bob] = [await users.create(), await users.create(), await users.create()];
    const program = await installTestHelper(users);
    await letActAs(users, service, [alice, bob], program);
    shared = await startSharedHost(users, { service, program });
    const host: Host = { currentUser: service.name, as: (name) => shared.as(name) };
    workspaces = new WorkspaceService({ host, config: { allowFile: false, installation: path.dirname(program) } });
    base = await mkdtemp(path.join(tmpdir(), "aiops-git-users-"));
    sshd = await startSshd();
    const bare = await repository();
    project = { id: "p1", slug: "site", tenantSlug: "acme", repositoryUrl: sshd.url(bare), defaultBranch: "main" };
    credentials = await deployKey();
  });
  after(async () => {
    await shared?.stop();
    await sshd?.[Symbol.asyncDispose]();
    if (base) await rm(base, { recursive: true, force: true });
  });

  const gate = () => path.join(base, "gate");
  const clone = (user: TestLinuxUser) => path.join(user.home, "workspace/site");

  async function repository(): Promise<string> {
    const [tree, bare] = [path.join(base, "tree"), path.join(base, "site.git")];
    await run("git", ["init", "-q", "-b", "main", tree]);
    for (const [name, text] of [
      ["a.txt", "old\n"],
      ["z.slow", "old\n"],
    ] as const) {
      await writeFile(path.join(tree, name), text);
    }
    await run("git", ["-C", tree, "add", "."]);
    await run("git", [
      "-C",
      tree,
      "-c",
      "user.name=S",
      "-c",
      "user.email=s@example.org",
      "commit",
      "-q",
      "-m",
      "Begin",
    ]);
    await run("git", ["clone", "-q", "--bare", tree, bare]);
    return bare;
  }

  async function deployKey(): Promise<GitCredentials & { kind: "ssh" }> {
    const file = path.join(base, "key");
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
    await sshd.allow(await readFile(`${file}.pub`, "utf8"));
    const privateKey = await readFile(file, "utf8");
    await rm(file);
    secret = privateKey.split("\n").at(-4) ?? "";
    const local = createLocalHost({ environment: process.env });
    const keys = await scanHost({ user: await local.as(local.currentUser) }, "127.0.0.1", sshd.port);
    return {
      kind: "ssh",
      privateKey,
      knownHosts: knownHostLines({ host: knownHostName("127.0.0.1", sshd.port), keys }),
    };
  }

  const given = () => Promise.resolve(credentials);
  const git = (user: TestLinuxUser, action: GitAction) =>
    workspaces.git(project, user.name, action, {
      author: { name: `Person ${user.name}`, email: `${user.name}@example.org` },
      protectedBranches: ["main"],
      credentials: given,
      busyPaths: () => [],
    });
  async function write(user: TestLinuxUser, name: string, text: string, mode = 0o644): Promise<void> {
    const file = path.join(clone(user), name);
    await writeFile(file, text);
    await chmod(file, mode);
    await chown(file, user.uid, user.gid);
  }

  it("gives each a clone of their own, pushes in their names, and lets nobody else read it", async () => {
    for (const user of [alice, bob]) {
      await workspaces.initialise(project, user.name, { credentials: given });
      assert.equal((await stat(path.join(clone(user), ".git/config"))).uid, user.uid);
      await git(user, { action: "createBranch", branch: `work-${user.name}` });
      await write(user, "mine.txt", `${user.name}\n`);
      await git(user, { action: "commit", message: "Mine" });
      assert.equal((await stat(path.join(clone(user), ".git/index"))).uid, user.uid);
      const state = await git(user, { action: "push", setUpstream: true });
      assert.deepEqual([state.ahead, state.dirty], [0, false]);
      const bare = path.join(base, "site.git");
      const { stdout } = await run("git", ["-C", bare, "log", "-1", "--format=%an <%ae>", `work-${user.name}`]);
      assert.equal(stdout, `Person ${user.name} <${user.name}@example.org>\n`);
    }
    for (const stranger of [bob, service]) {
      assert.notEqual((await runAs(stranger, ["cat", path.join(clone(alice), "mine.txt")])).code, 0);
    }
  });

  it("shows the project's key to the person's own processes alone, for one command", async () => {
    const bare = path.join(base, "site.git");
    await rm(gate(), { force: true });
    const script = `#!/bin/sh\ntouch '${gate()}.reached'\nwhile ! test -e '${gate()}'; do sleep 0.05; done\n`;
    await writeFile(path.join(bare, "hooks/pre-receive"), script, { mode: 0o755 });
    await write(alice, "more.txt", "more\n");
    await git(alice, { action: "commit", message: "More" });
    const push = git(alice, { action: "push" });
    await waitFor(async () => (await readdir(base)).includes("gate.reached"), { what: "the push" });
    const pids = await processesOf(alice.uid);
    const own = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, "latin1")));
    const key = /IdentityFile="([^"]+)"/.exec(own.join("\n"))?.[1] ?? "";
    assert.ok((await readFile(key, "utf8")).includes(secret), "it is there while git runs");
    assert.equal((await stat(key)).uid, alice.uid);
    for (const stranger of [bob, service]) {
      assert.notEqual((await runAs(stranger, ["cat", key])).code, 0);
      for (const pid of pids) assert.notEqual((await runAs(stranger, ["cat", `/proc/${pid}/environ`])).code, 0);
      const { stdout } = await runAs(stranger, [
        "sh",
        "-c",
        "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null",
      ]);
      assert.ok(stdout.includes("ssh"), "the push was looked at");
      assert.ok(!stdout.includes(secret));
    }
    assert.ok(!own.join("\n").includes(secret));
    await writeFile(gate(), "");
    await push;
    await rm(path.join(bare, "hooks/pre-receive"));
    await assert.rejects(stat(path.dirname(key)), { code: "ENOENT" });
  });

  it("runs hooks, fsmonitor and commands of a person's repository as nobody else, and its hooks not at all", async () => {
    const ran = path.join(base, "ran");
    await writeFile(ran, "");
    await chmod(ran, 0o666);
    await chmod(base, 0o755);
    const tell = (what: string) => `#!/bin/sh\necho "${what} $(id -un)" >> '${ran}'\n`;
    for (const hook of [
      "pre-commit",
      "post-commit",
      "pre-push",
      "post-checkout",
      "post-merge",
      "reference-transaction",
    ]) {
      await write(alice, `.git/hooks/${hook}`, tell("hook"), 0o755);
    }
    await write(alice, ".git/monitor", tell("fsmonitor"), 0o755);
    await write(alice, ".git/filter", `${tell("filter")}cat\n`, 0o755);
    await write(alice, ".git/info/attributes", "*.txt filter=told\n");
    const program = (name: string) => path.join(clone(alice), ".git", name);
    for (const [key, value] of [
      ["core.fsmonitor", program("monitor")],
      ["core.sshCommand", program("monitor")],
      ["core.askPass", program("monitor")],
      ["filter.told.clean", program("filter")],
    ] as const) {
      const { code } = await runAs(alice, ["git", "-C", clone(alice), "config", key, value]);
      assert.equal(code, 0);
    }
    await write(alice, "filtered.txt", "filtered\n");
    await workspaces.status(project, alice.name);
    await git(alice, { action: "commit", message: "Filtered" });
    await git(alice, { action: "push" });
    await git(alice, { action: "createBranch", branch: "hooked" });
    const told = new Set((await readFile(ran, "utf8")).trim().split("\n"));
    assert.deepEqual(told, new Set([`filter ${alice.name}`]));
    for (const key of ["core.fsmonitor", "core.sshCommand", "core.askPass", "filter.told.clean"]) {
      await runAs(alice, ["git", "-C", clone(alice), "config", "--unset", key]);
    }
    await rm(path.join(clone(alice), ".git/info/attributes"));
  });

  it("finds a clean tree after the person's helper was killed in the middle of a pull", async () => {
    const tree = path.join(base, "tree");
    const [started, open] = [path.join(bob.home, "started"), path.join(bob.home, "open")];
    await git(bob, { action: "checkout", branch: "main" });
    for (const name of ["a.txt", "z.slow"]) await writeFile(path.join(tree, name), "new\n");
    await run("git", ["-C", tree, "-c", "user.name=S", "-c", "user.email=s@example.org", "commit", "-qam", "New"]);
    await run("git", ["-C", tree, "push", "-q", path.join(base, "site.git"), "main"]);
    await write(bob, ".git/info/attributes", "*.slow filter=slow\n");
    const smudge = `sh -c 'if test -e "${open}"; then cat; else touch "${started}"; sleep 60; fi'`;
    await runAs(bob, ["git", "-C", clone(bob), "config", "filter.slow.smudge", smudge]);
    const before = await runAs(bob, ["git", "-C", clone(bob), "rev-parse", "HEAD"]);
    const pull = git(bob, { action: "pull" });
    await waitFor(async () => (await readdir(bob.home)).includes("started"), { what: "the filter" });
    process.kill((await shared.helpers())[bob.name] ?? 0, "SIGKILL");
    await assert.rejects(pull);
    await writeFile(open, "");
    assert.equal((await workspaces.status(project, bob.name)).dirty, true, "it was in the middle");
    const state = await git(bob, { action: "pull" });
    assert.deepEqual([state.dirty, state.behind, state.lastCommit?.subject], [false, 0, "New"]);
    assert.notEqual(state.lastCommit?.sha, before.stdout.trim());
    assert.equal(await readFile(path.join(clone(bob), "z.slow"), "utf8"), "new\n");
  });
});
