import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { Client } from "../../../shared/contract/client.ts";
import type { Session } from "../../../shared/entities/session.ts";
import type { Project } from "../../../shared/entities/project.ts";
import { commentData, issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { startGitHubServer, type GitHubServer } from "../../fixtures/github/server.ts";
import { linuxUsers, processesOf, runAs, type TestLinuxUser } from "../../support/linux-users.ts";
import type { SignedIn } from "../../support/server.ts";
import { startServiceServer, type ServiceServer } from "../../support/service-server.ts";
import { installTestHelper, letActAs } from "../../support/shared-host.ts";
import { waitFor } from "../../support/wait.ts";

const run = promisify(execFile);

/** A person of an organisation with its one project. */
interface Member extends SignedIn {
  account: TestLinuxUser;
  project: Project;
  issueId: string;
}

describe("many people on one host", function () {
  this.timeout(120_000);
  const users = linuxUsers();
  let service: TestLinuxUser;
  let program: string;
  let server: ServiceServer;
  let github: GitHubServer;
  let removeSudoers: () => Promise<void>;
  let putBackSudoers: () => Promise<void>;
  let alice: Member;
  let bob: Member;
  let carol: Member;

  before(async () => {
    service = await users.create();
    const accounts = [await users.create(), await users.create(), await users.create()] as const;
    program = await installTestHelper(users);
    removeSudoers = await letActAs(users, service, accounts, program);
    putBackSudoers = async () => {
      removeSudoers = await letActAs(users, service, accounts, program);
    };
    const issues = [1, 2].map((number) =>
      issueData({ number, title: `Issue ${number}`, comments: [commentData({ body: `Said about ${number}` })] }),
    );
    const repositories = ["one", "two"].map((owner) => repositoryData(issues, { owner, name: "site" }));
    github = await startGitHubServer({
      repositories,
      tokens: { "token-of-a-robot": { login: "robot", scopes: ["repo"] } },
    });
    server = await startServiceServer(users, service, {
      AIOPS_HELPER: program,
      AIOPS_HELPER_IDLE_MINUTES: "0.02",
      AIOPS_ALLOW_FILE_REPOSITORIES: "true",
      AIOPS_ALLOW_PRIVATE_PROVIDERS: "true",
      AIOPS_ANONYMOUS_LIMIT: "100000",
      AIOPS_LINUX_USER_MAPPING: `carol@two.example=${accounts[2].name}`,
    });
    const repository = await makeRepository(await users.rootDirectory());
    const [one, two] = [await organisation("one", repository), await organisation("two", repository)];
    alice = await member("alice@one.example", one, accounts[0], accounts[0].name);
    bob = await member("bob@one.example", one, accounts[1], accounts[1].name);
    // By the configured table, not the record.
    carol = await member("carol@two.example", two, accounts[2], "");
  });
  after(async () => {
    await server?.close();
    await github?.close();
  });

  it("clones for each person as themselves, in their own home, closed to the service and to each other", async () => {
    for (const { client, account, project } of [alice, bob, carol]) {
      await finished(client, (await client.workspaces.initialise({ id: project.id })).jobId);
      const { path: tree, exists } = await client.workspaces.get({ id: project.id });
      assert.ok(exists);
      assert.ok(tree.startsWith(`${account.home}/`), tree);
      for (const name of ["", ".git", ".git/config", "README.md"]) {
        const { uid } = await stat(path.join(tree, name));
        assert.equal(uid, account.uid, name);
      }
      const { stdout } = await run("find", [account.home, "!", "-uid", String(account.uid)]);
      assert.equal(stdout, "", "nothing in the home belongs to another");
      const { code } = await runAs(service, ["ls", tree]);
      assert.notEqual(code, 0, "the service user can look into it");
    }
    const others = await runAs(bob.account, ["ls", alice.account.home]);
    assert.notEqual(others.code, 0);
  });

  it("writes the context of an issue as the person, in their clone alone", async () => {
    for (const { client, account, project, issueId } of [alice, bob, carol]) {
      await client.issues.writeContext({ id: issueId });
      const { path: tree } = await client.workspaces.get({ id: project.id });
      const file = path.join(tree, "AGENTS.override.md");
      assert.match(await readFile(file, "utf8"), /Issue 1/);
      const { uid, gid } = await stat(file);
      assert.deepEqual([uid, gid], [account.uid, account.gid]);
      const { stdout } = await runAs(account, ["git", "-C", tree, "status", "--porcelain"]);
      assert.equal(stdout, "", "it is not excluded from git");
    }
  });

  it("tells branches and changed files of the person's own tree", async () => {
    const { client, account, project } = alice;
    const { path: tree } = await client.workspaces.get({ id: project.id });
    await runAs(account, ["touch", path.join(tree, "mine.txt")]);
    const { branches, changes } = await client.workspaces.tree({ id: project.id });
    assert.deepEqual(changes, [{ path: "mine.txt", state: "added" }]);
    assert.deepEqual(branches, [{ name: "main", local: true, remote: true }]);
    await runAs(account, ["rm", path.join(tree, "mine.txt")]);
  });

  it("runs sessions under each person's account, and follows them side by side", async () => {
    const sessions = await Promise.all(
      [alice, bob, carol].map(({ client, project }) =>
        client.sessions.create({ projectId: project.id, tool: "shell" }),
      ),
    );
    for (const [index, { client, account }] of [alice, bob, carol].entries()) {
      const { id } = sessions[index] ?? assert.fail();
      await waitFor(async () => (await client.sessions.get({ id })).status === "idle", {
        what: "the shell to be idle",
      });
      await client.sessions.input({ id, text: 'echo "me=$(id -un) home=$HOME log=$LOGNAME"', submit: true });
      const said = `me=${account.name} home=${account.home} log=${account.name}`;
      const shows = async () => (await client.sessions.screen({ id })).text.replaceAll("\n", "").includes(said);
      await waitFor(shows, { what: `the screen to say ${said}` });
    }
    assert.equal((await processesOf(service.uid)).length, 1, "the service user runs the server and nothing else");
    // One person's tmux that is killed is that person's loss alone.
    const lost = sessions[0] ?? assert.fail();
    const killed = await runAs(alice.account, ["tmux", "-L", lost.tmuxSocket, "kill-server"]);
    assert.equal(killed.code, 0, killed.stderr);
    await waitFor(async () => (await alice.client.sessions.get({ id: lost.id })).status === "lost", {
      what: "it to be lost",
    });
    assert.equal((await bob.client.sessions.get({ id: sessions[1]?.id ?? "" })).status, "idle");
    await assert.rejects(alice.client.sessions.get({ id: sessions[1]?.id ?? "" }), { code: "not_found" });
    const { recreated } = await server.admin.client.sessions.resync();
    assert.deepEqual(recreated, [lost.id]);
    for (const [index, { client }] of [alice, bob, carol].entries()) {
      await client.sessions.stop({ id: sessions[index]?.id ?? "" });
    }
  });

  it("goes on following the others while one person can't be asked for", async () => {
    const start = ({ client, project }: Member) => client.sessions.create({ projectId: project.id, tool: "shell" });
    const statusOf = async ({ client }: Member, { id }: Session) => (await client.sessions.get({ id })).status;
    const [hers, his] = [await start(alice), await start(bob)];
    const idle = async () => (await statusOf(alice, hers)) === "idle" && (await statusOf(bob, his)) === "idle";
    await waitFor(idle, { what: "both shells to be idle" });
    await removeSudoers();
    const onlyOthers = await letActAs(users, service, [bob.account, carol.account], program);
    for (const pid of await helpersOf(alice.account)) process.kill(pid, "SIGKILL");
    await bob.client.sessions.input({ id: his.id, text: "sleep 6", submit: true });
    await waitFor(async () => (await statusOf(bob, his)) === "working", {
      what: "Bob's shell to work",
      timeoutMs: 4_000,
    });
    await waitFor(async () => (await statusOf(bob, his)) === "idle", { what: "Bob's shell to be idle again" });
    // What is not known changes nothing.
    assert.equal(await statusOf(alice, hers), "idle");
    await onlyOthers();
    await putBackSudoers();
    await waitFor(() => stopped(alice, hers), { what: "Alice's session to be stopped", timeoutMs: 15_000 });
    await bob.client.sessions.stop({ id: his.id });
  });

  it("ends each person's helper once nothing needs it, and the server goes on", async () => {
    const none = async () => (await processesOf(bob.account.uid)).length === 0;
    await waitFor(none, { what: "Bob's helper to end" });
    assert.ok((await bob.client.workspaces.get({ id: bob.project.id })).exists);
  });

  it("refuses a person without a mapping, or mapped to no account, and says what to do; nobody steps in", async () => {
    const before = await homes();
    for (const [email, linuxUser, words] of [
      ["dora@one.example", "", /dora@one\.example has no Linux account.*administrator/],
      ["emil@one.example", "aiopst-nobody-has-it", /no Linux account aiopst-nobody-has-it.*aiops doctor/],
    ] as const) {
      const { client } = await server.as({
        email,
        level: "technician",
        tenantIds: [alice.project.tenantId],
        linuxUser,
      });
      await refused(client, alice, { code: "forbidden", message: words });
    }
    assert.deepEqual(await homes(), before);
  });

  it("without the sudoers lines, fails every operation as another with what to do, and works again with them", async () => {
    await waitFor(async () => (await processesOf(alice.account.uid)).length === 0, { what: "the helper to end" });
    await removeSudoers();
    const line = `sudoers line is missing.*${service.name} ALL=\\(${alice.account.name}\\) NOPASSWD: .*aiops install.*aiops doctor`;
    await refused(alice.client, alice, { code: "forbidden", message: new RegExp(line) });
    await putBackSudoers();
    const again = () =>
      alice.client.workspaces.get({ id: alice.project.id }).then(
        ({ exists }) => exists,
        ({ code }: { code: unknown }) => code !== "forbidden" && assert.fail(String(code)),
      );
    await waitFor(again, { what: "acting as Alice to work again" });
  });

  async function helpersOf({ uid }: TestLinuxUser): Promise<number[]> {
    const pids = await processesOf(uid);
    const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8")));
    return pids.filter((_, index) => lines[index]?.includes(path.dirname(program)));
  }

  /** A start of a helper that failed stands for some seconds. */
  async function stopped({ client }: Member, { id }: Session): Promise<boolean> {
    try {
      await client.sessions.stop({ id });
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code === "forbidden") return false;
      throw error;
    }
  }

  /** Each operation on files, git or sessions of the caller fails like this. */
  async function refused(client: Client, { project, issueId }: Member, error: { code: string; message: RegExp }) {
    const { id } = project;
    const operations = {
      tools: () => client.tools.list({}),
      workspace: () => client.workspaces.get({ id }),
      removeWorkspace: () => client.workspaces.remove({ id }),
      tree: () => client.workspaces.tree({ id }),
      pull: () => client.workspaces.git({ id, action: "pull" }),
      writeContext: () => client.issues.writeContext({ id: issueId }),
      clearContext: () => client.issues.clearContext({ id: issueId }),
      createSession: () => client.sessions.create({ projectId: id, tool: "shell" }),
    };
    for (const [name, operation] of Object.entries(operations)) await assert.rejects(operation(), error, name);
    const jobs = {
      initialise: () => client.workspaces.initialise({ id }),
      start: () => client.issues.start({ id: issueId, tool: "shell" }),
    };
    for (const [name, begin] of Object.entries(jobs)) {
      const failure = await begin().then(
        async ({ jobId }) => (await ended(client, jobId)).error,
        (thrown: { code: string; message: string }) => thrown,
      );
      assert.equal(failure?.code, error.code, name);
      assert.match(failure?.message ?? "", error.message, name);
    }
  }

  async function organisation(slug: string, repositoryUrl: string): Promise<Project> {
    const { client } = server.admin;
    const { id: tenantId } = await client.tenants.create({ slug, name: `Organisation ${slug}` });
    const connection = await client.connections.create({
      tenantId,
      provider: "github",
      name: "GitHub",
      baseUrl: github.url,
      token: "token-of-a-robot",
    });
    const project = await client.projects.create({ tenantId, slug: "site", name: "Site", repositoryUrl });
    await client.projects.addLink({ id: project.id, connectionId: connection.id, externalProject: `${slug}/site` });
    await finished(client, (await client.projects.sync({ id: project.id })).jobId);
    return project;
  }

  async function member(email: string, project: Project, account: TestLinuxUser, linuxUser: string): Promise<Member> {
    const { tenantId } = project;
    const signedIn = await server.as({ email, level: "technician", tenantIds: [tenantId], linuxUser });
    const { items } = await signedIn.client.issues.list({ projectId: project.id, sort: "title", order: "asc" });
    // Git refuses repositories of others: here the one that everybody clones from.
    const config = `[safe]\n\tdirectory = ${project.repositoryUrl}\n`;
    await runAs(account, ["sh", "-c", "cat > ~/.gitconfig"], { input: config });
    return { ...signedIn, account, project, issueId: items[0]?.id ?? assert.fail("no issue") };
  }

  async function homes(): Promise<string[]> {
    const { stdout } = await run("find", [alice.account.home, bob.account.home, service.home, "-printf", "%p %T@\n"]);
    return stdout.split("\n").sort();
  }
});

async function ended(client: Client, id: string) {
  return waitFor(
    async () => {
      const job = await client.jobs.get({ id });
      return job.status !== "queued" && job.status !== "running" && job;
    },
    { what: `the end of job ${id}` },
  );
}

async function finished(client: Client, id: string): Promise<void> {
  const job = await ended(client, id);
  assert.equal(job.status, "succeeded", job.error?.message);
}

/** A bare repository that everybody on the host may read. */
async function makeRepository(folder: string): Promise<string> {
  const [tree, bare] = [path.join(folder, "tree"), path.join(folder, "site.git")];
  await mkdir(tree);
  await writeFile(path.join(tree, "README.md"), "# Site\n");
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
  await run("git", ["init", "-q", "-b", "main", tree]);
  await run("git", ["-C", tree, "add", "README.md"]);
  await run("git", ["-C", tree, ...identity, "commit", "-q", "-m", "Begin"]);
  await run("git", ["clone", "-q", "--bare", tree, bare]);
  return bare;
}
