// A shared server of this host with two organisations, each with issues of its own, and people with Linux accounts.
import assert from "node:assert/strict";
import { chmod, copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../scripts/setup/places.mjs";
import type { Client } from "../../shared/contract/client.ts";
import type { Project } from "../../shared/entities/project.ts";
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
  /** Who the server runs as. */
  service: TestLinuxUser;
  alice: Member;
  bob: Member;
  /** Of Alice's organisation. */
  carol: Member;
  /** A Linux user whom nobody added to aiops. */
  stranger: VsCodeAccount;
  /** The extension's package, where everybody can read it. */
  vsix: string;
  /** Root-owned, and leads to the server. */
  clientFile: string;
  close(): Promise<void>;
}

/** What a project clones, and the key for it. */
export type Origin = Pick<Project, "repositoryUrl" | "sshKeyId" | "protectedBranches">;

export interface SharedWorldOptions {
  /** Makes the repository of an organisation's project; without it projects have issues alone. */
  origin?: (owner: string, tenantId: string, client: Client) => Promise<Origin>;
}

export async function makeSharedWorld(users: LinuxUsers, options: SharedWorldOptions = {}): Promise<SharedWorld> {
  await using stack = new AsyncDisposableStack();
  const command = await readableVsCode(users);
  const service = await users.create();
  const people = [await users.create(), await users.create(), await users.create()] as const;
  const program = await installTestHelper(users);
  await letActAs(users, service, people, program);
  const github = await startGitHubServer({
    repositories: [repository("mill", "Turn the crank"), repository("loom", "Mend the thread")],
    tokens: { "token-of-a-robot": { login: "robot", scopes: ["repo"] } },
  });
  stack.defer(() => github.close());
  const env = { AIOPS_HELPER: program, AIOPS_ALLOW_PRIVATE_PROVIDERS: "true", AIOPS_ANONYMOUS_LIMIT: "100000" };
  const server = await startServiceServer(users, service, env, await productVersion());
  stack.defer(() => server.close());
  const mill = await organisation(server.admin.client, github, "mill", options);
  const loom = await organisation(server.admin.client, github, "loom", options);
  const member = async (name: string, { owner, tenantId }: Organisation, user: TestLinuxUser): Promise<Member> => {
    const email = `${name}@${owner}.example`;
    const tenantIds = [tenantId];
    const { client } = await server.as({ email, level: "technician", tenantIds, linuxUser: user.name });
    return { user, command, email, password: `the words of ${email}`, client };
  };
  const alice = await member("alice", mill, people[0]);
  const bob = await member("bob", loom, people[1]);
  const carol = await member("carol", mill, people[2]);
  const folder = await users.rootDirectory();
  const vsix = join(folder, "aiops.vsix");
  await copyFile(process.env["AIOPS_TEST_VSIX"] ?? "", vsix);
  await chmod(vsix, 0o644);
  const clientFile = join(folder, "client.json");
  await writeFile(clientFile, JSON.stringify({ url: server.url, serviceUser: service.name }), { mode: 0o644 });
  const ends = stack.move();
  const stranger = { user: await users.create(), command };
  return { server, service, alice, bob, carol, stranger, vsix, clientFile, close: () => ends.disposeAsync() };
}

async function productVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  return version;
}

function repository(owner: string, title: string) {
  const issues = [1, 2, 3].map((number) => issueData({ number, title: `${title} ${number}` }));
  return repositoryData(issues, { owner, name: "site" });
}

interface Organisation {
  owner: string;
  tenantId: string;
}

async function organisation(
  client: Client,
  github: GitHubServer,
  owner: string,
  { origin }: SharedWorldOptions,
): Promise<Organisation> {
  const { id: tenantId } = await client.tenants.create({ slug: owner, name: `The ${owner}` });
  const connection = await client.connections.create({
    tenantId,
    provider: "github",
    name: `${owner}'s GitHub`,
    baseUrl: github.url,
    token: "token-of-a-robot",
  });
  const named = { tenantId, slug: "site", name: `Site of the ${owner}` };
  const { id } = await client.projects.create({ ...named, ...(await origin?.(owner, tenantId, client)) });
  await client.projects.addLink({ id, connectionId: connection.id, externalProject: `${owner}/site` });
  const { jobId } = await client.projects.sync({ id });
  const synced = async () => (await client.jobs.get({ id: jobId })).status === "succeeded";
  await waitFor(synced, { what: `the issues of ${owner}` });
  const { items } = await client.issues.list({ projectId: id });
  assert.equal(items.length, 3);
  return { owner, tenantId };
}
