import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { linuxUsers, runAs, type TestLinuxUser } from "../../support/linux-users.ts";
import type { SignedIn } from "../../support/server.ts";
import { startServiceServer, type ServiceServer } from "../../support/service-server.ts";
import { installTestHelper, letActAs } from "../../support/shared-host.ts";
import { finished } from "./world.ts";

const run = promisify(execFile);

/** What a stranger's program says of a socket it may not open. */
const connecting = `
  require("node:net").connect(process.argv[1])
    .on("connect", () => { console.log("connected"); process.exit(); })
    .on("error", (error) => console.log(error.code));
`;

describe("another user of the host, while a shared server works for somebody", function () {
  this.timeout(60_000);
  const users = linuxUsers();
  let service: TestLinuxUser;
  let account: TestLinuxUser;
  let stranger: TestLinuxUser;
  let node: string;
  let server: ServiceServer;
  let person: SignedIn;

  before(async () => {
    [service, account, stranger] = [await users.create(), await users.create(), await users.create()];
    const program = await installTestHelper(users);
    node = path.join(path.dirname(program), "node");
    await letActAs(users, service, [account], program);
    server = await startServiceServer(users, service, {
      AIOPS_HELPER: program,
      AIOPS_ALLOW_FILE_REPOSITORIES: "true",
    });
    const repositoryUrl = await makeRepository(await users.rootDirectory());
    await runAs(account, ["sh", "-c", "cat > ~/.gitconfig"], {
      input: `[safe]\n\tdirectory = ${repositoryUrl}/.git\n`,
    });
    const { client } = server.admin;
    const { id: tenantId } = await client.tenants.create({ slug: "one", name: "One" });
    const { id } = await client.projects.create({ tenantId, slug: "site", name: "Site", repositoryUrl });
    const linuxUser = account.name;
    person = await server.as({ email: "ada@one.example", level: "technician", tenantIds: [tenantId], linuxUser });
    await finished(person.client, (await person.client.workspaces.initialise({ id })).jobId);
    await person.client.sessions.create({ projectId: id, tool: "shell" });
  });
  // The session ends with its account.
  after(async () => server?.close());

  it("finds one port of theirs, the server's own", async () => {
    const owners = new Set([service.uid, account.uid].map(String));
    const tables = await Promise.all(["tcp", "tcp6", "udp", "udp6"].map((table) => rowsOf(`/proc/net/${table}`)));
    // proc_net_tcp(5): 0A listens; a socket for datagrams (07) has no more of a state.
    const open = tables.flat().filter(([, , , state, , , , uid]) => state !== "01" && owners.has(uid ?? ""));
    const ports = open
      .filter(([, , , state]) => state === "0A" || state === "07")
      .map(([, local = ""]) => Number.parseInt(local.split(":")[1] ?? "", 16));
    assert.deepEqual(ports, [Number(new URL(server.url).port)]);
  });

  it("can open no socket file of theirs", async () => {
    const owners = new Set([service.uid, account.uid]);
    const named = (await rowsOf("/proc/net/unix")).flatMap(([, , , , , , , at]) => (at?.startsWith("/") ? [at] : []));
    const theirs: string[] = [];
    for (const at of new Set(named)) if (owners.has(await ownerOf(at))) theirs.push(at);
    assert.ok(
      theirs.some((at) => at.includes("tmux")),
      "the session's own is among them",
    );
    for (const at of theirs) {
      const { stdout } = await runAs(stranger, [node, "-e", connecting, at]);
      assert.equal(stdout.trim(), "EACCES", at);
    }
  });
});

async function rowsOf(table: string): Promise<string[][]> {
  const lines = (await readFile(table, "utf8")).trim().split("\n").slice(1);
  return lines.map((line) => line.trim().split(/\s+/));
}

/** -1 where the file of a socket is gone. */
async function ownerOf(file: string): Promise<number> {
  try {
    return (await stat(file)).uid;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return -1;
    throw error;
  }
}

async function makeRepository(folder: string): Promise<string> {
  const tree = path.join(folder, "site");
  await mkdir(tree);
  await writeFile(path.join(tree, "README.md"), "# Site\n");
  const git = (...args: string[]) => run("git", ["-C", tree, "-c", "user.name=A", "-c", "user.email=a@e.org", ...args]);
  await git("init", "-q", "-b", "main");
  await git("add", "--all");
  await git("commit", "-q", "-m", "Begin");
  return tree;
}
