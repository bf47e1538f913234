import assert from "node:assert/strict";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { commentData, issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { startGitHubServer } from "../../fixtures/github/server.ts";
import { makeHome, type Home } from "./aiops.ts";

const escape = String.fromCharCode(27);
const bell = String.fromCharCode(7);

describe("aiops, as a process", function () {
  this.timeout(60_000);
  let home: Home;
  beforeEach(async () => {
    home = await makeHome();
  });
  afterEach(async () => home[Symbol.asyncDispose]());

  const json = async (...args: string[]): Promise<unknown> => {
    const { code, out, err } = await home.run(args);
    assert.equal(code, 0, err);
    return JSON.parse(out);
  };

  it("explains itself, and answers 2 to what it does not know", async () => {
    const unknown = await home.run(["frobnicate"]);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /unknown command 'frobnicate'/);
    assert.equal(unknown.out, "");
    const option = await home.run(["token", "--frobnicate"]);
    assert.equal(option.code, 2);
    const wrong: [string[], string][] = [
      [["issues", "list", "--limit", "many"], "--limit <n>' argument 'many' is invalid. It must be a whole number"],
      [["audit", "list", "--limit", "-1"], "--limit <n>' argument '-1' is invalid. It must be a whole number"],
      [["serve", "--port", "http"], "--port <n>' argument 'http' is invalid. It must be a whole number"],
      [["serve", "--idle-minutes", "soon"], "--idle-minutes <n>' argument 'soon' is invalid. It must be a number"],
      [["token", "--ttl", "soon"], "--ttl <seconds>' argument 'soon' is invalid. It must be a whole number"],
      [["request", "FOO", "/health"], "'FOO' is invalid for argument 'method'. It must be one of GET, POST"],
    ];
    for (const [args, said] of wrong) {
      const { code, err } = await home.run(args);
      assert.equal(code, 2);
      assert.ok(err.includes(said), err);
    }
    const { version } = JSON.parse(await readFile(new URL("../../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    assert.equal((await home.run(["version"])).out, `${version}\n`);
    assert.equal((await home.run(["--version"])).out, `${version}\n`);
    const help = await home.run(["--help"]);
    assert.equal(help.code, 0);
    for (const name of ["serve", "token", "seed", "request", "config", "doctor", "backup", "restore", "audit"]) {
      assert.match(help.out, new RegExp(`^  ${name}\\b`, "m"));
    }
  });

  it("says what can't be made, where a directory takes no other", async () => {
    for (const [variable, name] of [
      ["AIOPS_DATA_DIR", "data directory"],
      ["AIOPS_RUNTIME_DIR", "runtime directory"],
      ["AIOPS_KEY_FILE", "directory of the key file"],
    ] as const) {
      const { code, err } = await home.run(["issues", "list"], { env: { [variable]: "/proc/nope/it" } });
      assert.equal(code, 1, err);
      assert.match(err, new RegExp(`^aiops: Could not make the ${name} /proc/nope/it`));
    }
  });

  it("prints every setting, and no secret one's value", async () => {
    const env = {
      AIOPS_METRICS_TOKEN: "canary-in-the-metrics",
      AIOPS_MASTER_KEY: "Y2FuYXJ5IGluIHRoZSBtYXN0ZXIga2V5ISEhISEhISE=",
    };
    for (const args of [["config"], ["config", "--json"]]) {
      const { code, out } = await home.run(args, { env });
      assert.equal(code, 0);
      assert.ok(!out.includes("canary") && !out.includes(env.AIOPS_MASTER_KEY));
      assert.match(out, /AIOPS_METRICS_TOKEN/);
      assert.match(out, /\(set\)/);
    }
    const wrong = await home.run(["config"], { env: { AIOPS_PORT: "many" } });
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /port \(AIOPS_PORT\)/);
  });

  it("gives tokens: one's own, and another person's for a while", async () => {
    const server = await home.serve();
    const me = async (token: string) => {
      const answer = await fetch(new URL("/api/auth/me", server.url), {
        headers: { authorization: `Bearer ${token}` },
      });
      return { status: answer.status, body: (await answer.json()) as { user?: { email: string } } };
    };
    const own = await home.run(["token"]);
    assert.match(own.out, /^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/);
    assert.equal((await me(own.out.trim())).status, 200);

    const body = JSON.stringify({ email: "ada@example.org", username: "ada", name: "Ada", level: "technician" });
    assert.equal((await home.run(["request", "post", "/api/users", "--data", "-"], { input: body })).code, 0);
    const grant = (await json("token", "--as", "ada@example.org", "--ttl", "60", "--json")) as {
      token: string;
      expiresAt: string;
    };
    assert.equal((await me(grant.token)).body.user?.email, "ada@example.org");
    assert.ok(Date.parse(grant.expiresAt) - Date.now() <= 60_000);
    const nobody = await home.run(["token", "--as", "nobody@example.org"]);
    assert.equal(nobody.code, 3);
    assert.match(nobody.err, /nobody@example\.org/);

    const viaAddress = await home.run(["request", "GET", "/api/auth/me"], {
      env: { AIOPS_URL: server.url, AIOPS_TOKEN: grant.token },
    });
    assert.match(viaAddress.out, /ada@example\.org/);
    const stranger = await home.run(["request", "GET", "/api/auth/me"], {
      env: { AIOPS_URL: "http://127.0.0.1:9", AIOPS_TOKEN: grant.token },
    });
    assert.equal(stranger.code, 4);
    assert.match(stranger.err, /127\.0\.0\.1:9 does not answer/);
    assert.equal((await home.run(["request", "GET", "/api/tenants", "--data", "{}"])).code, 2);
  });

  it("calls the API with or without a server, sends the token nowhere else, and says what failed", async () => {
    const { out } = await home.run(["request", "GET", "/api/auth/me"]);
    assert.match(out, /"mode": "personal"/);
    assert.equal((await home.run(["request", "GET", "/api/projects/none"])).code, 3);
    const wrong = await home.run(["request", "POST", "/api/tenants", "--data", "{}"]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /slug/);
    const github = await startGitHubServer({ repositories: [repositoryData([])], record: true });
    try {
      const { host } = new URL(github.url);
      for (const path of [`//${host}/user`, `/\\${host}/user`, `http://${host}/user`]) {
        const elsewhere = await home.run(["request", "GET", path]);
        assert.equal(elsewhere.code, 2, path);
      }
      assert.equal(github.requests, 0);
    } finally {
      await github.close();
    }
    await assert.rejects(stat(home.runtimeFile), { code: "ENOENT" }, "the server of one command leaves nothing behind");
  });

  it("seeds, and changes nothing the second time", async () => {
    const env = { TRACKER_TOKEN: "ghp_token-of-the-tracker" };
    const seed = {
      tenants: [{ slug: "acme", name: "Acme", color: "#ff0000" }],
      users: [
        {
          email: "ada@example.org",
          username: "ada",
          name: "Ada",
          level: "technician",
          linuxUser: "ada",
          memberships: [{ tenant: "acme", role: "member" }],
        },
      ],
      connections: [{ tenant: "acme", name: "tracker", provider: "github", baseUrl: "", tokenEnv: "TRACKER_TOKEN" }],
      projects: [
        {
          tenant: "acme",
          slug: "website",
          name: "Website",
          repositoryUrl: "https://example.org/acme/website.git",
          defaultBranch: "main",
          links: [{ connection: "tracker", externalProject: "acme/website" }],
        },
      ],
    };
    const file = join(home.dir, "seed.json");
    const write = (change: object = {}) => writeFile(file, JSON.stringify({ ...seed, ...change }));
    const apply = (more: Record<string, string> = env) => home.run(["seed", "--file", file, "--json"], { env: more });
    const versions = async () => {
      const lists = ["tenants", "users", "connections", "projects"];
      return Promise.all(lists.map((list) => json("request", "GET", `/api/${list}`)));
    };

    await write();
    await home.serve();
    const missing = await apply({});
    assert.equal(missing.code, 2);
    assert.match(missing.err, /TRACKER_TOKEN, which is not set/);
    for (const [key, value] of [
      ["users", [{ ...seed.users[0], memberships: [{ tenant: "nowhere", role: "member" }] }]],
      ["projects", [{ ...seed.projects[0], links: [{ connection: "nothing", externalProject: "a/b" }] }]],
      ["tenants", [{ slug: "Not A Slug", name: "X" }]],
      ["tenannts", []],
    ] as const) {
      await write({ [key]: value });
      const wrong = await apply();
      assert.equal(wrong.code, 2, `${key}: ${wrong.err}`);
    }

    const me = { ...seed.users[0], username: userInfo().username };
    await write({ users: [me] });
    const taken = await apply();
    assert.match(taken.err, /The username .* of ada@example.org is .*'s on the server/);
    const { total } = (await json("request", "GET", "/api/tenants")) as { total: number };
    assert.equal(total, 0, "a wrong file leaves nothing half-done");

    await write();
    const first = JSON.parse((await apply()).out) as { created: string[]; changed: string[] };
    assert.deepEqual(first.created, [
      "tenant acme",
      "connection tracker",
      "user ada@example.org",
      "project website",
      "link website → acme/website",
    ]);
    const before = await versions();
    const second = JSON.parse((await apply()).out) as unknown;
    assert.deepEqual(second, { created: [], changed: [], unchanged: 5 });
    assert.deepEqual(await versions(), before);
    const changed = JSON.parse((await apply({ TRACKER_TOKEN: "another" })).out) as { changed: string[] };
    assert.deepEqual(changed.changed, ["connection tracker"]);
    const renamed = { ...seed.tenants[0], name: "Renamed" };
    await write({ tenants: [renamed], connections: [{ ...seed.connections[0], provider: "jira" }] });
    assert.match((await apply()).err, /provider never changes/);
    assert.ok(!JSON.stringify(await json("request", "GET", "/api/tenants")).includes("Renamed"));
    assert.ok(!JSON.stringify(await versions()).includes("ghp_token"));
  });

  it("syncs what changed, or everything", async () => {
    const issues = [1, 2].map((number) => issueData({ number }));
    const github = await startGitHubServer({ repositories: [repositoryData(issues)] });
    try {
      await home.serve();
      const seed = {
        tenants: [{ slug: "acme", name: "Acme" }],
        connections: [{ tenant: "acme", name: "tracker", provider: "github", baseUrl: github.url }],
        projects: [
          {
            tenant: "acme",
            slug: "widgets",
            name: "Widgets",
            links: [{ connection: "tracker", externalProject: "acme/widgets" }],
          },
        ],
      };
      assert.equal((await home.run(["seed", "--file", "-"], { input: JSON.stringify(seed) })).code, 0);
      const total = async () => ((await json("issues", "list", "--json")) as { total: number }).total;
      const sync = async (...options: string[]) => {
        const synced = await home.run(["sync-issues", ...options]);
        assert.equal(synced.code, 0, synced.err);
        return total();
      };
      assert.equal(await sync(), 2);
      github.repository("acme/widgets").remove(2);
      assert.equal(await sync(), 2);
      assert.equal(await sync("--project", "widgets", "--full"), 1);
    } finally {
      await github.close();
    }
  });

  it("shows issues without letting them drive the terminal", async () => {
    const title = `Red ${escape}[31malert${escape}]0;owned${bell}`;
    const body = `Line one${escape}[2J\nline two\r\u009b31m`;
    const issue = issueData({ number: 1, title, body, comments: [commentData({ body: `Ring${bell}` })] });
    const github = await startGitHubServer({ repositories: [repositoryData([issue])] });
    try {
      await home.serve();
      const seed = {
        tenants: [{ slug: "acme", name: "Acme" }],
        connections: [{ tenant: "acme", name: "tracker", provider: "github", baseUrl: github.url }],
        projects: [
          {
            tenant: "acme",
            slug: "widgets",
            name: "Widgets",
            links: [{ connection: "tracker", externalProject: "acme/widgets" }],
          },
        ],
      };
      const seeded = await home.run(["seed", "--file", "-"], { input: JSON.stringify(seed) });
      assert.equal(seeded.code, 0, seeded.err);
      const synced = await home.run(["sync-issues"]);
      assert.equal(synced.code, 0, synced.err);
      const listed = await home.run(["issues", "list"]);
      assert.match(listed.out, /#1 .*Red alert/);
      const { items } = (await json("issues", "list", "--json")) as { items: { id: string; title: string }[] };
      assert.equal(items[0]?.title, title, "as JSON it is what it is");
      const shown = await home.run(["issues", "show", items[0]?.id ?? ""]);
      const today = new Date().toISOString().slice(0, 10);
      assert.match(listed.err, new RegExp(`^\\d+ of \\d+, as the trackers had them at ${today} \\d\\d:\\d\\d UTC\n$`));
      assert.match(shown.out, new RegExp(`^as it was at ${today} \\d\\d:\\d\\d UTC$`, "m"));
      assert.match(shown.out, /Line one\s*\nline two/);
      for (const { out } of [listed, shown]) {
        const controls = out.match(/[^\P{Cc}\n]/gu) ?? [];
        assert.deepEqual(controls, []);
      }
    } finally {
      await github.close();
    }
  });

  it("writes issues, and says what waits", async () => {
    const github = await startGitHubServer({
      repositories: [repositoryData([issueData({ number: 1 })])],
      tokens: { ghp_token: { login: "robot", scopes: ["repo"] } },
    });
    const store = github.repository("acme/widgets");
    try {
      await home.serve();
      const seed = {
        tenants: [{ slug: "acme", name: "Acme" }],
        connections: [
          { tenant: "acme", name: "tracker", provider: "github", baseUrl: github.url, tokenEnv: "TRACKER_TOKEN" },
        ],
        projects: [
          {
            tenant: "acme",
            slug: "widgets",
            name: "Widgets",
            links: [{ connection: "tracker", externalProject: "acme/widgets" }],
          },
        ],
      };
      const env = { TRACKER_TOKEN: "ghp_token" };
      const seeded = await home.run(["seed", "--file", "-"], { input: JSON.stringify(seed), env });
      assert.equal(seeded.code, 0, seeded.err);
      const made = await home.run(["issues", "create", "Made here", "--project", "widgets", "--label", "bug"], {
        input: "From **standard** input",
      });
      assert.equal(made.code, 0, made.err);
      const [, id = "", key] = /^(\S+) (\S+) http/.exec(made.out) ?? [];
      assert.equal(key, "#2");
      assert.equal(store.issue(2)?.body, "From **standard** input");
      assert.deepEqual(store.issue(2)?.labels, ["bug"]);
      assert.equal((await home.run(["issues", "comment", id, "Seen"])).out, "Commented.\n");
      assert.deepEqual(
        store.commentsOf(2).map(({ body }) => body),
        ["Seen"],
      );
      assert.equal((await home.run(["issues", "close", "#2"])).out, "Closed #2.\n");
      assert.equal(store.issue(2)?.state, "closed");
      assert.equal((await home.run(["issues", "reopen", "#2", "--project", "widgets"])).out, "Reopened #2.\n");
      assert.equal(store.issue(2)?.state, "open");
      const unknown = await home.run(["issues", "show", "wid-99"]);
      assert.equal(unknown.code, 3, unknown.err);
      assert.match(unknown.err, /No issue in the store has the key WID-99/);
      const empty = await home.run(["issues", "comment", id], { input: " \n" });
      assert.equal(empty.code, 2, empty.err);
      github.faults.add({ fault: { kind: "secondary", retryAfterSeconds: 3600 } });
      const waits = await home.run(["issues", "comment", id, "Later"]);
      assert.equal(waits.code, 0, waits.err);
      assert.match(waits.out, /waits in the outbox/);
      assert.match((await home.run(["outbox"])).out, /#2 +comment +queued/);
      const { total } = (await json("outbox", "--json")) as { total: number };
      assert.equal(total, 1);
    } finally {
      await github.close();
    }
  });

  it("looks at the machine", async () => {
    const { code, out } = await home.run(["doctor", "--json"]);
    const findings = JSON.parse(out) as { check: string; level: string; remedy: string | null }[];
    assert.equal(code, findings.some(({ level }) => level === "fail") ? 1 : 0);
    const checks = findings.map(({ check }) => check);
    for (const check of ["node", "git", "tmux", "data directory", "key file", "disk", "server"]) {
      assert.ok(checks.includes(check), check);
    }
    assert.ok(findings.every(({ level, remedy }) => level === "ok" || remedy !== null));
    const missing = await home.run(["doctor"], { env: { PATH: home.dir } });
    assert.equal(missing.code, 1);
    assert.match(missing.out, /fail +git .*apt-get install git/);
  });

  it("backs up while it serves, and restores to where one signs in and finds everything", async () => {
    const server = await home.serve();
    const tenant = JSON.stringify({ slug: "kept", name: "Kept" });
    assert.equal((await home.run(["request", "POST", "/api/tenants", "--data", tenant])).code, 0);
    const target = join(home.dir, "backup.tar.gz");
    const made = await home.run(["backup", "--to", target]);
    assert.equal(made.code, 0, made.err);
    assert.equal(((await stat(target)).mode & 0o777).toString(8), "600");
    assert.match(made.out, /key/);
    const later = JSON.stringify({ slug: "later", name: "Later" });
    assert.equal((await home.run(["request", "POST", "/api/tenants", "--data", later])).code, 0);
    const busy = await home.run(["restore", "--from", target]);
    assert.notEqual(busy.code, 0, "a directory in use is not restored over");
    server.child.kill("SIGTERM");
    await server.ended;
    assert.notEqual((await home.run(["restore", "--from", target])).code, 0, "nor one that has data");

    await rm(home.dataDir, { recursive: true });
    const restored = await home.run(["restore", "--from", target]);
    assert.equal(restored.code, 0, restored.err);
    await home.serve();
    const token = await home.run(["token"]);
    assert.equal(token.code, 0, token.err);
    const { out } = await home.run(["request", "GET", "/api/tenants"]);
    assert.match(out, /"kept"/);
    assert.doesNotMatch(out, /"later"/);
    assert.equal((await home.run(["audit", "verify"])).code, 0);
  });

  it("finds that the audit was tampered with", async () => {
    const tenant = JSON.stringify({ slug: "acme", name: "Acme" });
    assert.equal((await home.run(["request", "POST", "/api/tenants", "--data", tenant])).code, 0);
    const whole = await home.run(["audit", "verify"]);
    assert.match(whole.out, /^\d+ records, unbroken\n$/);
    const list = await home.run(["audit", "list", "--action", "tenants.create"]);
    assert.match(list.out, /tenants\.create +ok +tenant:\w+/);

    const directory = join(home.dataDir, "audit");
    const [name = ""] = await readdir(directory);
    const text = await readFile(join(directory, name), "utf8");
    await writeFile(join(directory, name), text.replace('"outcome":"ok"', '"outcome":"failed"'));
    const tampered = await home.run(["audit", "verify"]);
    assert.equal(tampered.code, 1);
    assert.match(tampered.err, /record \d+ was edited/);
  });
});
