import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Project } from "../../../shared/entities/project.ts";
import { createLocalFiles } from "../../../server/host/local-files.ts";
import { privateDirectory } from "../../../server/host/git-credentials.ts";
import { withCode } from "../../support/error-code.ts";
import { startGitHttps } from "../../support/git-https.ts";
import { needs } from "../../support/needs.ts";
import { startTestServer, type SignedIn, type TestServer } from "../../support/server.ts";
import { hasSshd, startSshd, type TestSshd } from "../../support/sshd.ts";
import { waitFor } from "../../support/wait.ts";
import { finished } from "../http/world.ts";

const run = promisify(execFile);
const { username: linuxUser, uid } = userInfo();

describe("git over the network", function () {
  this.timeout(60_000);
  let server: TestServer;
  let tenantId: string;
  let ada: SignedIn;

  beforeEach(async () => {
    server = await startTestServer();
    tenantId = (await server.client.tenants.create({ slug: "acme", name: "Acme" })).id;
    ada = await server.as({ email: "ada@example.org", level: "technician", tenantIds: [tenantId], linuxUser });
    await bareRepository();
  });
  afterEach(() => server.close());

  const bare = () => join(server.dir, "repositories/site.git");
  const clone = () => join(server.dir, "workspace/site");
  const gate = () => join(server.dir, "gate");
  const privateFolder = () => privateDirectory({ uid, home: server.dir }, createLocalFiles());

  async function bareRepository(): Promise<void> {
    const tree = join(server.dir, "seed");
    const identity = ["-c", "user.name=Seed", "-c", "user.email=seed@example.org"];
    await run("git", ["init", "-q", "-b", "main", tree]);
    await writeFile(join(tree, "README.md"), "# Site\n");
    await run("git", ["-C", tree, "add", "."]);
    await run("git", ["-C", tree, ...identity, "commit", "-q", "-m", "Begin"]);
    await mkdir(join(server.dir, "repositories"));
    await run("git", ["clone", "-q", "--bare", tree, bare()]);
    await run("git", ["-C", bare(), "config", "http.receivepack", "true"]);
  }

  const initialise = async (project: Project) => {
    const { jobId } = await ada.client.workspaces.initialise({ id: project.id });
    return finished(ada.client, jobId);
  };
  /** Makes a commit on a branch of its own, as the person. */
  async function commitOn(project: Project, branch: string): Promise<void> {
    const { git } = ada.client.workspaces;
    await git({ id: project.id, action: "createBranch", branch });
    await writeFile(join(clone(), `${branch}.txt`), `${branch}\n`);
    await git({ id: project.id, action: "commit", message: `Add ${branch}` });
  }
  /** The remote answers a push when the gate is open. */
  async function holdPushes(): Promise<void> {
    const script = `#!/bin/sh\ntouch '${gate()}.reached'\nwhile ! test -e '${gate()}'; do sleep 0.05; done\n`;
    await writeFile(join(bare(), "hooks/pre-receive"), script, { mode: 0o755 });
  }
  const pushIsUnderWay = () =>
    waitFor(async () => (await readdir(server.dir)).includes("gate.reached"), { what: "the push" });

  /** What every process on the machine shows of itself to root, and to its own user. */
  async function everythingShown(): Promise<string> {
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
    const texts = pids.flatMap((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`]).map(shown);
    return (await Promise.all(texts)).join("\n");
  }
  async function shown(file: string): Promise<string> {
    try {
      return await readFile(file, "latin1");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ESRCH" || code === "EACCES" || code === "EPERM") return "";
      throw error;
    }
  }
  /** The files below a folder that hold a text. */
  async function holding(folder: string, text: string): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const texts = await Promise.all(files.map(shown));
    return files.filter((_, index) => texts[index]?.includes(text));
  }

  describe("by ssh with the project's key", () => {
    let sshd: TestSshd;
    let project: Project;
    let secret: string;

    beforeEach(async function () {
      needs(this, hasSshd, "openssh-server");
      sshd = await startSshd();
      const file = join(server.dir, "deploy");
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "deploy", "-f", file]);
      const privateKey = await readFile(file, "utf8");
      secret = privateKey.split("\n").at(-4) ?? "";
      await sshd.allow(await readFile(`${file}.pub`, "utf8"));
      for (const made of [file, `${file}.pub`]) await rm(made);
      const key = await server.client.sshKeys.create({ tenantId, name: "Deploy", privateKey });
      project = await server.client.projects.create({
        tenantId,
        slug: "site",
        name: "Site",
        repositoryUrl: sshd.url(bare()),
        sshKeyId: key.id,
      });
    });
    afterEach(() => sshd?.[Symbol.asyncDispose]());

    it("clones, commits, pushes and pulls, in the person's name, and tells the host's recorded keys", async () => {
      await initialise(project);
      const [host] = (await server.client.sshHosts.list({})).items;
      assert.equal(host?.host, `[127.0.0.1]:${sshd.port}`);
      const { stdout } = await run("ssh-keyscan", ["-t", "ed25519", "-p", String(sshd.port), "127.0.0.1"]);
      assert.ok(stdout.includes(host.keys[0]?.key ?? "-"));
      await commitOn(project, "feature");
      const pushed = await ada.client.workspaces.git({ id: project.id, action: "push", setUpstream: true });
      assert.deepEqual([pushed.branch, pushed.ahead, pushed.dirty], ["feature", 0, false]);
      const author = await run("git", ["-C", bare(), "log", "-1", "--format=%an <%ae>", "feature"]);
      assert.equal(author.stdout, "ada <ada@example.org>\n");
      const pulled = await ada.client.workspaces.git({ id: project.id, action: "pull" });
      assert.deepEqual([pulled.behind, pulled.lastCommit?.subject], [0, "Add feature"]);
      const audit = (await server.client.system.audit({ limit: 500 })).items;
      assert.ok(audit.some(({ action, outcome }) => action === "sshHosts.record" && outcome === "ok"));
      assert.ok(audit.some(({ action, actor }) => action === "workspaces.git" && actor.id === ada.user.id));
    });

    it("hands the key over for one command: a file of the person's own, seen nowhere else, gone afterwards", async () => {
      await initialise(project);
      await commitOn(project, "feature");
      await holdPushes();
      const push = ada.client.workspaces.git({ id: project.id, action: "push", setUpstream: true });
      await pushIsUnderWay();
      const [folder = ""] = await readdir(await privateFolder());
      const inside = join(await privateFolder(), folder);
      assert.equal((await stat(inside)).mode & 0o777, 0o700);
      assert.equal((await stat(join(inside, "key"))).mode & 0o777, 0o600);
      assert.ok((await readFile(join(inside, "key"), "utf8")).includes(secret), "it is there while git runs");
      const processes = await everythingShown();
      assert.ok(processes.includes(inside), "the processes of the push were looked at");
      assert.ok(!processes.includes(secret));
      await writeFile(gate(), "");
      await push;
      assert.deepEqual(await readdir(await privateFolder()), []);
      assert.deepEqual(await holding(server.dir, secret), []);
    });

    it("removes what a killed server left, and leaves what another one uses", async () => {
      const root = await privateFolder();
      const started = (await readFile("/proc/self/stat", "utf8")).split(") ")[1]?.split(" ")[19] ?? "";
      const [dead, reused, living] = [`4194304-1`, `${process.pid}-1`, `${process.pid}-${started}`].map(
        (name) => `${name}-${"0".repeat(32)}`,
      );
      for (const name of [dead, reused, living]) {
        await mkdir(join(root, name ?? ""));
        await writeFile(join(root, name ?? "", "key"), secret);
      }
      await initialise(project);
      assert.deepEqual(await readdir(root), [living]);
      await rm(join(root, living ?? ""), { recursive: true });
    });

    it("refuses a host that shows another key than the recorded one, until an administrator forgets that", async () => {
      await initialise(project);
      await sshd.changeHostKey();
      const pull = () => ada.client.workspaces.git({ id: project.id, action: "pull" });
      await assert.rejects(pull(), withCode("host_key_changed", "another key", "forget-host"));
      const [host] = (await server.client.sshHosts.list({})).items;
      await assert.rejects(ada.client.sshHosts.remove({ id: host?.id ?? "" }), withCode("forbidden"));
      await server.client.sshHosts.remove({ id: host?.id ?? "" });
      assert.equal((await pull()).behind, 0);
    });

    it("says that the key opens nothing, and leaves no half clone", async () => {
      const other = await server.client.sshKeys.create({ tenantId, name: "Other", generate: "ed25519" });
      await server.client.projects.update({ id: project.id, sshKeyId: other.id });
      await assert.rejects(initialise(project), /refused access/);
      assert.deepEqual(await readdir(join(server.dir, "workspace")), []);
      assert.deepEqual(await readdir(await privateFolder()), []);
    });

    it("ends a push that is cancelled, and takes the key back", async () => {
      await initialise(project);
      await commitOn(project, "feature");
      await holdPushes();
      const abort = new AbortController();
      const push = ada.client.workspaces.git(
        { id: project.id, action: "push", setUpstream: true },
        { signal: abort.signal },
      );
      await pushIsUnderWay();
      abort.abort();
      await assert.rejects(push);
      const root = await privateFolder();
      await waitFor(async () => (await readdir(root)).length === 0, { what: "the key to go" });
    });
  });

  describe("by https with the connection's token", () => {
    const token = "glpat-canaryInTheCoalMine777";

    /** Its tracker is at the origin of its repository. */
    async function linkedProject(origin: string): Promise<Project> {
      const { client } = server;
      const connection = { tenantId, provider: "gitlab", name: "GitLab", baseUrl: origin, token } as const;
      const { id: connectionId } = await client.connections.create(connection);
      const repositoryUrl = `${origin}/site.git`;
      const project = await client.projects.create({ tenantId, slug: "site", name: "Site", repositoryUrl });
      await client.projects.addLink({ id: project.id, connectionId, externalProject: "acme/site" });
      return project;
    }

    it("shows the token to the host of the connection alone, and keeps it nowhere", async () => {
      await using https = await startGitHttps(join(server.dir, "repositories"), token);
      // The person's own helper would store what git tells it.
      const stored = join(server.dir, "stored");
      await writeFile(
        join(server.dir, ".gitconfig"),
        `[http]\n\tsslCAInfo = ${https.cert}\n[credential]\n\thelper = store --file=${stored}\n`,
      );
      const project = await linkedProject(https.origin);
      const unlinked = { tenantId, slug: "other", name: "Other", repositoryUrl: project.repositoryUrl };
      await assert.rejects(initialise(await server.client.projects.create(unlinked)), /refused access/);
      assert.deepEqual(https.shown, [], "without a link there is no token");
      await initialise(project);
      assert.deepEqual(new Set(https.shown), new Set([`oauth2:${token}`]));

      await commitOn(project, "feature");
      await holdPushes();
      const push = ada.client.workspaces.git({ id: project.id, action: "push", setUpstream: true });
      await pushIsUnderWay();
      const processes = await everythingShown();
      assert.ok(processes.includes(await privateFolder()), "the processes of the push were looked at");
      assert.ok(!processes.includes(token));
      const [folder = ""] = await readdir(await privateFolder());
      assert.deepEqual(await readdir(join(await privateFolder(), folder)), [], "given away once, and gone");
      await writeFile(gate(), "");
      assert.equal((await push).ahead, 0);
      assert.deepEqual(await holding(server.dir, token), []);
      const audit = JSON.stringify(await server.client.system.audit({ limit: 500 }));
      assert.ok(!audit.includes(token));

      // Another origin, as the repository's own configuration may name one.
      await using thief = await startGitHttps(server.dir, "anything");
      await run("git", ["-C", clone(), "config", `url.${thief.origin}/.insteadOf`, `${https.origin}/`]);
      await run("git", ["-C", clone(), "config", "http.sslVerify", "false"]);
      const pull = () => ada.client.workspaces.git({ id: project.id, action: "pull" });
      await assert.rejects(pull(), /certificate/, "its certificate is looked at, whatever the repository says");
      await appendFile(https.cert, await readFile(thief.cert));
      await assert.rejects(pull(), /refused access/);
      assert.deepEqual(thief.shown, []);
    });

    it("tries the person's own where the remote does not let the token in", async () => {
      await using https = await startGitHttps(join(server.dir, "repositories"), "own-password");
      const stored = join(server.dir, "stored");
      await writeFile(stored, `${https.origin.replace("://", "://ada:own-password@")}\n`, { mode: 0o600 });
      await writeFile(
        join(server.dir, ".gitconfig"),
        `[http]\n\tsslCAInfo = ${https.cert}\n[credential]\n\thelper = store --file=${stored}\n`,
      );
      const project = await linkedProject(https.origin);
      await initialise(project);
      assert.deepEqual([...new Set(https.shown)], [`oauth2:${token}`, "ada:own-password"]);
      await commitOn(project, "feature");
      await ada.client.workspaces.git({ id: project.id, action: "push", setUpstream: true });
      assert.ok(!(await readFile(stored, "utf8")).includes(token));
      await rm(stored);
      const pull = ada.client.workspaces.git({ id: project.id, action: "pull" });
      await assert.rejects(pull, withCode("git_failed", "refused access"));
    });
  });
});
