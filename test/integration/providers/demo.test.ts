import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { prepareDemo } from "../../../scripts/demo.ts";
import { startDemoProvider } from "../../../scripts/demo/provider.ts";
import { createDemoRepository } from "../../../scripts/demo/repository.ts";
import { demoTrackerData } from "../../../scripts/demo/tracker-data.ts";
import { GitHubDescription } from "../../fixtures/github/openapi.ts";
import { startGitHubServer } from "../../fixtures/github/server.ts";
import { SyncStore, syncedProject } from "../../fixtures/sync-store.ts";
import { startTestServer, type TestServer } from "../../support/server.ts";

const run = promisify(execFile);

describe("the demo", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "aiops-demo-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("has a few dozen issues of every kind, and answers as GitHub would", async () => {
    const data = await demoTrackerData();
    const issues = data.issues.filter((issue) => !issue.pullRequest);
    assert.deepEqual(
      data.issues.map(({ number }) => number),
      data.issues.map((_, index) => index + 1),
    );
    assert.ok(issues.length >= 36);
    assert.ok(issues.filter(({ state }) => state === "closed").length >= 10);
    assert.ok(new Set(issues.map(({ author }) => author)).size >= 8);
    const labels = new Set(data.labels.map(({ name }) => name));
    const milestones = new Set(data.milestones.map(({ title }) => title));
    for (const issue of data.issues) {
      assert.ok(
        issue.labels.every((name) => labels.has(name)),
        `labels of #${issue.number}`,
      );
      assert.ok(issue.milestone === null || milestones.has(issue.milestone), `milestone of #${issue.number}`);
      assert.ok(issue.createdAt <= issue.updatedAt && (issue.body ?? "") !== "");
    }

    const server = await startGitHubServer({ repositories: [data], record: true });
    try {
      using store = new SyncStore(directory, server.url);
      const links = syncedProject.links.map((link) => ({ ...link, externalProject: "aiops/aiops" }));
      const options = { signal: new AbortController().signal, onProgress: () => undefined };
      await store.engine.syncProject({ ...syncedProject, links }, options);
      assert.equal(store.issues().length, issues.length);
      assert.deepEqual(
        store
          .issues({ q: '"the kernel took it"' })
          .map(({ key }) => key)
          .sort(),
        ["#3", "#6"],
      );
    } finally {
      await server.close();
    }
    const description = GitHubDescription.load();
    assert.deepEqual(
      server.exchanges.flatMap((exchange) => description.problems(exchange)),
      [],
    );
  });

  it("has a repository with a history, whose own tests pass in a clone", async () => {
    const origin = join(directory, "aiops.git");
    await createDemoRepository(origin);
    await createDemoRepository(origin);
    const clone = join(directory, "clone");
    await run("git", ["clone", "--quiet", "--", origin, clone]);
    const { stdout: log } = await run("git", ["-C", clone, "log", "--format=%an: %s"]);
    assert.equal(log.trim().split("\n").length, 8);
    assert.match(log, /Mira Kovač: Begin with the status rule/);
    assert.match(await readFile(join(clone, "AGENTS.md"), "utf8"), /How we work here/);
    await run("git", ["-C", clone, "push", "--quiet", "origin", "HEAD:issue/14-try"]);
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    await run(process.execPath, ["--test", "test/*.test.ts"], { cwd: clone, env });
    assert.deepEqual((await readdir(directory)).sort(), ["aiops.git", "clone"], "no draft is left behind");
  });

  it("takes the port of the last start, or another where that is taken", async () => {
    const first = await startDemoProvider();
    const second = await startDemoProvider(first.port);
    assert.notEqual(second.port, first.port);
    await first.close();
    const third = await startDemoProvider(first.port);
    assert.equal(third.port, first.port);
    await Promise.all([second.close(), third.close()]);
  });

  it("gives a server without anything a tenant with issues, of which some are the person's own", async function () {
    // A dozen starts of the CLI.
    this.timeout(90_000);
    const server = await startTestServer();
    try {
      const context = { folder: directory, serverUrl: server.url, aiops: cliOf(server) };
      const demo = await prepareDemo(context);
      try {
        const all = await server.client.issues.list({ limit: 500 });
        assert.equal(all.total, 39);
        const mine = await server.client.issues.list({ limit: 500, assignee: "me", status: "open" });
        assert.ok(mine.total > 0 && mine.total < 20, `${mine.total} issues of my own`);
        const [connection] = (await server.client.connections.list({})).items;
        assert.ok(connection);
        const { ok, message } = await server.client.connections.test({ id: connection.id });
        assert.deepEqual([ok, message], [true, "Signed in as mira-kovac."]);
        assert.match(await readFile(join(demo.workspace, "WELCOME.md"), "utf8"), /Start Work/);
      } finally {
        await demo.stop();
      }

      await server.client.users.update({ id: (await server.client.auth.me({})).user.id, name: "Changed since" });
      const again = await prepareDemo(context);
      await again.stop();
      assert.deepEqual(again.notes, demo.notes, "the tracker keeps its address");
      assert.equal((await server.client.auth.me({})).user.name, "Changed since");
      assert.equal((await server.client.projects.list({})).total, 1);
    } finally {
      await server.close();
    }
  });

  it("leaves a server alone that has something of its own", async function () {
    this.timeout(60_000);
    const server = await startTestServer();
    try {
      await server.client.tenants.create({ slug: "acme", name: "Acme", color: "#336699", description: "" });
      const demo = await prepareDemo({ folder: directory, serverUrl: server.url, aiops: cliOf(server) });
      await demo.stop();
      assert.deepEqual(demo.notes, []);
      assert.deepEqual(
        (await server.client.tenants.list({})).items.map(({ slug }) => slug),
        ["acme"],
      );
    } finally {
      await server.close();
    }
  });
});

/** The CLI from source, against the test's server. */
function cliOf(server: TestServer): (args: string[], env?: Record<string, string>) => Promise<string> {
  const program = fileURLToPath(new URL("../../../server/cli/main.ts", import.meta.url));
  return async (args, env = {}) => {
    const connected = { ...server.env, AIOPS_URL: server.url, AIOPS_TOKEN: server.token, ...env };
    const node = ["--disable-warning=ExperimentalWarning", program];
    return (await run(process.execPath, [...node, ...args], { env: connected })).stdout;
  };
}
