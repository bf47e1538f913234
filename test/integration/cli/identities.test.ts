import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { makeHome, type Home } from "./aiops.ts";

const run = promisify(execFile);

interface Listed {
  name: string;
  fingerprintMd5: string;
  fingerprintSha256: string;
}

describe("aiops ssh-keys, seed-identities, init-workspace and git, as a process", function () {
  this.timeout(90_000);
  let home: Home;
  let owner: string;
  beforeEach(async () => {
    home = await makeHome();
    await home.serve();
    const users = await json<{ items: { email: string }[] }>("request", "GET", "/api/users");
    owner = users.items[0]?.email ?? "";
  });
  afterEach(async () => home[Symbol.asyncDispose]());

  async function said(...args: string[]): Promise<string> {
    const { code, out, err } = await home.run(args);
    assert.equal(code, 0, err);
    return out;
  }
  const json = async <T>(...args: string[]): Promise<T> => JSON.parse(await said(...args)) as T;
  const source = () => join(home.dir, "identities");
  async function write(file: string, content: unknown): Promise<void> {
    const path = join(source(), file);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  }
  async function repository(): Promise<string> {
    const [tree, bare] = [join(home.dir, "tree"), join(home.dir, "site.git")];
    const identity = ["-c", "user.name=Bob", "-c", "user.email=bob@example.org"];
    await run("git", ["init", "-q", "-b", "main", tree]);
    await run("git", ["-C", tree, ...identity, "commit", "-q", "--allow-empty", "-m", "Begin"]);
    await run("git", ["clone", "-q", "--bare", tree, bare]);
    return bare;
  }
  /** Acme with a key and two projects. */
  async function identities(): Promise<string> {
    await write("acme/tenant.json", { name: "Acme Corporation", color: "#112233" });
    await write("acme/projects/site.json", {
      name: "Site",
      repositoryUrl: await repository(),
      protectedBranches: ["main"],
      sshKey: "deploy",
    });
    await write("acme/projects/docs.json", { name: "Docs", repositoryUrl: "https://git.example.org/acme/docs.git" });
    await write("acme/keys/.hidden", "not a key");
    const key = join(source(), "acme/keys/deploy");
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    return key;
  }
  const seed = () => home.run(["seed-identities", "--owner-email", owner, "--source", "identities", "--json"]);

  it("imports a directory of tenants, projects and keys, once", async () => {
    const key = await identities();
    const first = await seed();
    assert.equal(first.code, 0, first.err);
    assert.deepEqual(JSON.parse(first.out), {
      created: ["tenant acme", "SSH key deploy", "project docs", "project site"],
      changed: [`user ${owner}`],
      unchanged: 0,
    });
    const again = await seed();
    assert.deepEqual(JSON.parse(again.out), { created: [], changed: [], unchanged: 4 });
    const [listed] = await json<Listed[]>("ssh-keys", "list", "--tenant", "acme", "--json");
    const { stdout } = await run("ssh-keygen", ["-l", "-E", "md5", "-f", key]);
    assert.equal(listed?.fingerprintMd5, stdout.split(" ")[1]);
    const { items } = await json<{ items: { slug: string; ownerId: string; sshKeyId: string | null }[] }>(
      "request",
      "GET",
      "/api/projects",
    );
    const [docs, site] = items.sort((a, b) => (a.slug < b.slug ? -1 : 1));
    assert.equal(docs?.sshKeyId, null);
    assert.ok(site?.sshKeyId);
    assert.equal(site.ownerId, docs.ownerId);

    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", `${key}2`]);
    await writeFile(key, await readFile(`${key}2`));
    await write("acme/projects/docs.json", {
      name: "The docs",
      repositoryUrl: "https://git.example.org/acme/docs.git",
    });
    const { changed, created } = JSON.parse((await seed()).out) as { changed: string[]; created: string[] };
    assert.deepEqual([changed, created], [["SSH key deploy", "project docs"], ["SSH key deploy2"]]);
  });

  it("changes nothing where anything in the directory is wrong, and names it", async () => {
    const key = await identities();
    const refusedFor = async (word: string) => {
      const { code, err } = await seed();
      assert.notEqual(code, 0);
      assert.ok(err.includes(word), err);
      assert.ok(!err.includes("PRIVATE KEY"));
      assert.equal((await json<{ total: number }>("request", "GET", "/api/tenants")).total, 0);
    };
    await chmod(key, 0o644);
    await refusedFor("chmod 600");
    await chmod(key, 0o600);
    await write("acme/projects/bad.json", { name: "Bad", repositoryUrl: "ext::sh -c id" });
    await refusedFor("bad.json");
    await write("acme/projects/bad.json", { name: "Bad", repositoryUrl: "", sshKey: "absent" });
    await refusedFor("absent");
    await write("acme/projects/bad.json", { name: "Bad", repositoryUrl: "", colour: "red" });
    await refusedFor("colour");
    await write("acme/projects/bad.json", "{");
    await refusedFor("not JSON");
    await write("acme/projects/bad.json", { name: "Bad", repositoryUrl: "" });
    owner = "nobody@example.org";
    await refusedFor("nobody@example.org");
  });

  it("adds, lists and removes keys, printing the public half alone", async () => {
    const key = await identities();
    await seed();
    const input = await readFile(key, "utf8");
    const added = await home.run(["ssh-keys", "add", "--tenant", "acme", "--name", "Piped", "--file", "-"], { input });
    assert.equal(added.code, 0, added.err);
    assert.equal(added.out.split(" ")[1], (await readFile(`${key}.pub`, "utf8")).split(" ")[1]);
    assert.match(await said("ssh-keys", "add", "--tenant", "acme", "--name", "Made", "--generate"), /^ssh-ed25519 /);
    const table = await said("ssh-keys", "list");
    assert.match(table, /acme +Made +ssh-ed25519 256 +SHA256:\S+ +MD5:/);
    assert.ok(!table.includes("PRIVATE"));
    const id = /^(\S+) +acme +Made /m.exec(table)?.[1] ?? "";
    await said("ssh-keys", "remove", id);
    const used = /^(\S+) +acme +deploy /m.exec(table)?.[1] ?? "";
    const refused = await home.run(["ssh-keys", "remove", used]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.err, /used by Site/);
    assert.equal((await home.run(["ssh-keys", "add", "--tenant", "acme", "--name", "Neither"])).code, 2);
    assert.match(await said("ssh-keys", "hosts"), /^HOST/);
    assert.equal((await home.run(["ssh-keys", "forget-host", "git.example.org"])).code, 3);
  });

  it("makes a workspace and works in it", async () => {
    await identities();
    await seed();
    const { items } = await json<{ items: { id: string; slug: string }[] }>(
      "request",
      "GET",
      "/api/projects?slug=site",
    );
    const users = await json<{ items: { linuxUser: string }[] }>("request", "GET", "/api/users");
    assert.equal(users.items[0]?.linuxUser, userInfo().username);
    const project = ["--project", "site"];
    assert.match(await said("git", "status", ...project), /not cloned yet/);
    const path = (await said("init-workspace", "--user-email", owner, "--project-id", items[0]?.id ?? "")).trim();
    assert.equal(path, join(home.dir, "workspace/site"));
    assert.equal((await home.run(["init-workspace", "--user-email", "nobody@x.example", ...project])).code, 3);
    await said("git", "branch", "work", ...project);
    const branches = (await said("git", "branches", ...project)).split("\n").toSorted();
    assert.deepEqual(branches, ["", "  main", "* work (only here)"]);
    await writeFile(join(path, "a.txt"), "a\n");
    await writeFile(join(path, "b.txt"), "b\n");
    assert.match(await said("git", "commit", ...project, "--message", "Add a", "a.txt"), /Add a/);
    assert.match(await said("git", "push", ...project, "--set-upstream"), /on work, 0 ahead, 0 behind, with changes/);
    await said("git", "checkout", "main", ...project);
    assert.match(await said("git", "merge", "work", ...project), /on main, 1 ahead/);
    const refused = await home.run(["git", "push", ...project]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.err, /protected branch/);
    const state = await json<{ branch: string; behind: number }>("git", "pull", ...project, "--json");
    assert.deepEqual([state.branch, state.behind], ["main", 0]);
  });
});
