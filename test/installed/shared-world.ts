// A shared server of this host with two organisations, each with issues of its own, and people with Linux accounts.
import assert from "node:assert/strict";
import { chmod, copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../scripts/setup/places.mjs";
import type { Client } from "../../shared/contract/client.ts";
import { issueData, repositoryData } from "../fixtures/github/samples.ts";
import { startGitHubServer, type GitHubServer } from "../fixtures/github/server.ts";
import type { LinuxUsers, TestLinuxUser } from "../support/linux-users.ts";
import { startServiceServer, type ServiceServer } from "../support/service-server.ts";
import { installTestHelper, letActAs } from "../support/shared-host.ts";
import { waitFor } from "../support/wait.ts";
import { readableVsCode, type VsCodeAccount } from "../vscode/host/account.ts";

/** Who works at the host, and the organisation whose issues they may see. */
export interface Member extends VsCodeAccount {
  email: string;
  password: string;
  client: Client;
}

export interface SharedWorld {
  server: ServiceServer;
  alice: Member;
  bob: Member;
  /** A Linux user whom nobody added to aiops. */
  stranger: VsCodeAccount;
  /** The extension's package, where everybody can read it. */
  vsix: string;
  /** Root-owned, and leads to the server. */
  clientFile: string;
  close(): Promise<void>;
}

export async function makeSharedWorld(users: LinuxUsers): Promise<SharedWorld> {
  await using stack = new AsyncDisposableStack();
  const command = await readableVsCode(users);
  const service = await users.create();
  const [first, second, third] = [await users.create(), await users.create(), await users.create()];
  const program = await installTestHelper(users);
  await letActAs(users, service, [first, second], program);
  const github = await startGitHubServer({
    repositories: [repository("mill", "Turn the crank"), repository("loom", "Mend the thread")],
    tokens: { "token-of-a-robot": { login: "robot", scopes: ["repo"] } },
  });
  stack.defer(() => github.close());
  const env = { AIOPS_HELPER: program, AIOPS_ALLOW_PRIVATE_PROVIDERS: "true", AIOPS_ANONYMOUS_LIMIT: "100000" };
  const server = await startServiceServer(users, service, env, await productVersion());
  stack.defer(() => server.close());
  const member = async (name: string, owner: string, user: TestLinuxUser): Promise<Member> => {
    const email = `${name}@${owner}.example`;
    const tenantIds = [await organisation(server.admin.client, github, owner)];
    const { client } = await server.as({ email, level: "technician", tenantIds, linuxUser: user.name });
    return { user, command, email, password: `the words of ${email}`, client };
  };
  const alice = await member("alice", "mill", first);
  const bob = await member("bob", "loom", second);
  const folder = await users.rootDirectory();
  const vsix = join(folder, "aiops.vsix");
  await copyFile(process.env["AIOPS_TEST_VSIX"] ?? "", vsix);
  await chmod(vsix, 0o644);
  const clientFile = join(folder, "client.json");
  await writeFile(clientFile, JSON.stringify({ url: server.url, serviceUser: service.name }), { mode: 0o644 });
  const ends = stack.move();
  const stranger = { user: third, command };
  return { server, alice, bob, stranger, vsix, clientFile, close: () => ends.disposeAsync() };
}

async function productVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  return version;
}

function repository(owner: string, title: string) {
  const issues = [1, 2, 3].map((number) => issueData({ number, title: `${title} ${number}` }));
  return repositoryData(issues, { owner, name: "site" });
}

/** @returns its id */
async function organisation(client: Client, github: GitHubServer, owner: string): Promise<string> {
  const { id: tenantId } = await client.tenants.create({ slug: owner, name: `The ${owner}` });
  const connection = await client.connections.create({
    tenantId,
    provider: "github",
    name: `${owner}'s GitHub`,
    baseUrl: github.url,
    token: "token-of-a-robot",
  });
  const { id } = await client.projects.create({ tenantId, slug: "site", name: `Site of the ${owner}` });
  await client.projects.addLink({ id, connectionId: connection.id, externalProject: `${owner}/site` });
  const { jobId } = await client.projects.sync({ id });
  const synced = async () => (await client.jobs.get({ id: jobId })).status === "succeeded";
  await waitFor(synced, { what: `the issues of ${owner}` });
  const { items } = await client.issues.list({ projectId: id });
  assert.equal(items.length, 3);
  return tenantId;
}
