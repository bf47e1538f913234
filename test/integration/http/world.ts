import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Client } from "../../../shared/contract/client.ts";
import type { Project } from "../../../shared/entities/project.ts";
import type { Session } from "../../../shared/entities/session.ts";
import type { Level } from "../../../shared/entities/user.ts";
import { commentData, issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { startGitHubServer, type GitHubServer } from "../../fixtures/github/server.ts";
import { bringBackFromBackup, wantsRestored } from "../../support/restored.ts";
import { startTestServer, type SignedIn, type TestServer } from "../../support/server.ts";
import { waitFor } from "../../support/wait.ts";

const run = promisify(execFile);

/** What an organisation has: each of it real, from the git repository to a running shell. */
export interface Place {
  tenantId: string;
  connectionId: string;
  project: Project;
  linkId: string;
  issueId: string;
  /** The technician whose sessions and jobs these are. */
  technician: SignedIn;
  memberId: string;
  session: Session;
  jobId: string;
}

export interface World {
  server: TestServer;
  github: GitHubServer;
  own: Place;
  foreign: Place;
  /** One of each level; all but the administrator are members of the own organisation alone. */
  people: Record<Level, { token: string; userId: string }>;
  /** Another technician of the own organisation. */
  colleague: SignedIn;
  /** A client who administers the own organisation as a partner. */
  partner: SignedIn;
  /** The token of a technician who was disabled after it was given. */
  disabledToken: string;
  /** What no answer, log, audit or file may hold. */
  canary: string;
  close(): Promise<void>;
}

export const linuxUser = userInfo().username;

/** Two organisations on one server, so that what one may see of the other can be tried. */
export async function makeWorld(env: Record<string, string> = {}): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const canary = `ghp_${"canaryInTheCoalMine".padEnd(36, "7")}`;
  const issues = [1, 2, 3].map((number) =>
    issueData({ number, title: `Issue ${number}`, comments: [commentData({ body: `Said about ${number}` })] }),
  );
  const github = await startGitHubServer({
    repositories: [
      repositoryData(issues, { owner: "own", name: "site" }),
      repositoryData(issues, { owner: "foreign", name: "site" }),
    ],
    tokens: { [canary]: { login: "robot", scopes: ["repo"] } },
  });
  stack.defer(() => github.close());
  const server = await startTestServer({ env: { AIOPS_ANONYMOUS_LIMIT: "100000", ...env } });
  stack.defer(() => server.close());
  stack.defer(() => endSessions(server));
  const repository = join(server.dir, "repository.git");
  await makeRepository(server.dir, repository);
  const makePlace = (slug: string) => place(server, github, { slug, repository, canary });
  const own = await makePlace("own");
  const foreign = await makePlace("foreign");
  const tenantIds = [own.tenantId];
  const billing = await server.as({ email: "billing@own.example", level: "billing", tenantIds });
  const client = await server.as({ email: "client@own.example", level: "client", tenantIds });
  const colleague = await server.as({ email: "colleague@own.example", level: "technician", tenantIds, linuxUser });
  const disabled = await server.as({ email: "disabled@own.example", level: "technician", tenantIds, linuxUser });
  await server.client.users.update({ id: disabled.user.id, status: "disabled" });
  const partner = await server.as({ email: "partner@own.example", level: "client", tenantIds });
  const memberships = [{ tenantId: own.tenantId, role: "partner_admin" as const }];
  await server.client.users.update({ id: partner.user.id, memberships });
  const admin = (await server.client.auth.me()).user;
  if (wantsRestored) await bringBackFromBackup(server);
  const ends = stack.move();
  return {
    server,
    github,
    own,
    foreign,
    colleague,
    partner,
    people: {
      admin: { token: server.token, userId: admin.id },
      technician: { token: own.technician.token, userId: own.technician.user.id },
      billing: { token: billing.token, userId: billing.user.id },
      client: { token: client.token, userId: client.user.id },
    },
    disabledToken: disabled.token,
    canary,
    close: () => ends.disposeAsync(),
  };
}

/** Ends every session, and with the last one the tmux server of the test's own socket. */
async function endSessions({ client }: TestServer): Promise<void> {
  for (const { id } of (await client.sessions.list({ limit: 500 })).items) await client.sessions.stop({ id });
}

async function place(
  server: TestServer,
  github: GitHubServer,
  { slug, repository, canary }: { slug: string; repository: string; canary: string },
): Promise<Place> {
  const { client } = server;
  const { id: tenantId } = await client.tenants.create({ slug, name: `The ${slug} organisation` });
  const connection = await client.connections.create({
    tenantId,
    provider: "github",
    name: "GitHub",
    baseUrl: github.url,
    token: canary,
  });
  const project = await client.projects.create({ tenantId, slug: "site", name: "Site", repositoryUrl: repository });
  const link = await client.projects.addLink({
    id: project.id,
    connectionId: connection.id,
    externalProject: `${slug}/site`,
  });
  const technician = await server.as({
    email: `technician-${slug}@${slug}.example`,
    level: "technician",
    tenantIds: [tenantId],
    linuxUser,
  });
  const member = await server.as({ email: `member-${slug}@${slug}.example`, level: "client", tenantIds: [tenantId] });
  await finished(technician.client, (await technician.client.workspaces.initialise({ id: project.id })).jobId);
  const { jobId } = await technician.client.projects.sync({ id: project.id });
  await finished(technician.client, jobId);
  const session = await technician.client.sessions.create({ projectId: project.id, tool: "shell" });
  const [issue] = (await client.issues.list({ projectId: project.id, sort: "title", order: "asc" })).items;
  if (issue === undefined) throw new Error("the sync brought no issue");
  return {
    tenantId,
    connectionId: connection.id,
    project,
    linkId: link.id,
    issueId: issue.id,
    technician,
    memberId: member.user.id,
    session,
    jobId,
  };
}

/** Waits for a job's end, which must be a success. */
export async function finished(client: Client, id: string): Promise<void> {
  const job = await waitFor(
    async () => {
      const now = await client.jobs.get({ id });
      return now.status !== "queued" && now.status !== "running" && now;
    },
    { what: `the end of job ${id}` },
  );
  if (job.status !== "succeeded") throw new Error(`job ${id}: ${job.status}, ${job.error?.message ?? ""}`);
}

async function makeRepository(dir: string, bare: string): Promise<void> {
  const tree = join(dir, "seed-tree");
  await mkdir(tree);
  await writeFile(join(tree, "README.md"), "# Site\n");
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
  await run("git", ["init", "-q", "-b", "main", tree]);
  await run("git", ["-C", tree, "add", "README.md"]);
  await run("git", ["-C", tree, ...identity, "commit", "-q", "-m", "Begin"]);
  await run("git", ["clone", "-q", "--bare", tree, bare]);
}
