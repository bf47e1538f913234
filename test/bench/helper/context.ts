import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Client } from "../../../shared/contract/client.ts";
import { commentData, issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { startGitHubServer } from "../../fixtures/github/server.ts";
import { runAs, type LinuxUsers } from "../../support/linux-users.ts";
import { startServiceServer } from "../../support/service-server.ts";
import { letActAs } from "../../support/shared-host.ts";
import { waitFor } from "../../support/wait.ts";
import { median, ratio, run, timed } from "./timing.ts";

const rounds = 41;
const token = "token-of-the-bench";

/** `POST /api/issues/{id}/context` to a server of a service user, against one `sudo tee` of the file it writes. */
export async function measureContext(users: LinuxUsers, program: string) {
  await using stack = new AsyncDisposableStack();
  const [service, alice] = [await users.create(), await users.create()];
  await letActAs(users, service, [alice], program);
  const comments = Array.from({ length: 10 }, () => commentData({ body: "What was said. ".repeat(20) }));
  const issues = [issueData({ number: 1, title: "Issue 1", comments })];
  const github = await startGitHubServer({
    repositories: [repositoryData(issues, { owner: "bench", name: "site" })],
    tokens: { [token]: { login: "robot", scopes: ["repo"] } },
  });
  stack.defer(() => github.close());
  const server = await startServiceServer(users, service, {
    AIOPS_HELPER: program,
    AIOPS_ALLOW_FILE_REPOSITORIES: "true",
    AIOPS_ALLOW_PRIVATE_PROVIDERS: "true",
    AIOPS_REQUEST_LIMIT: "100000",
  });
  stack.defer(() => server.close());
  const seed = path.join(alice.home, "seed");
  const script =
    'git init -q -b main "$1" && cd "$1" && git -c user.name=A -c user.email=a@b commit -q --allow-empty -m x';
  await runAs(alice, ["sh", "-c", script, "sh", seed]);

  const admin = server.admin.client;
  const { id: tenantId } = await admin.tenants.create({ slug: "bench", name: "Bench" });
  const connection = { tenantId, provider: "github", name: "GitHub", baseUrl: github.url, token } as const;
  const { id: connectionId } = await admin.connections.create(connection);
  const project = { tenantId, slug: "site", name: "Site", repositoryUrl: seed };
  const { id } = await admin.projects.create(project);
  await admin.projects.addLink({ id, connectionId, externalProject: "bench/site" });
  await finished(admin, (await admin.projects.sync({ id })).jobId);
  const person = { email: "alice@bench.example", level: "technician", tenantIds: [tenantId] } as const;
  const { client } = await server.as({ ...person, tenantIds: [tenantId], linuxUser: alice.name });
  await finished(client, (await client.workspaces.initialise({ id })).jobId);
  const issueId = (await client.issues.list({ projectId: id })).items[0]?.id ?? "";
  await client.issues.writeContext({ id: issueId });

  const file = path.join((await client.workspaces.get({ id })).path, "AGENTS.override.md");
  const input = await readFile(file, "utf8");
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await timed(() => client.issues.writeContext({ id: issueId, notes: `Round ${round}` })));
    theirs.push(await timed(() => run(["sudo", "-n", "-u", alice.name, "--", "tee", file], { input })));
  }
  return { server: median(ours), tee: median(theirs), ratio: ratio(median(ours), median(theirs)) };
}

async function finished(client: Client, id: string): Promise<void> {
  const job = await waitFor(
    async () => {
      const now = await client.jobs.get({ id });
      return now.status !== "queued" && now.status !== "running" && now;
    },
    { what: `the end of job ${id}` },
  );
  if (job.status !== "succeeded") throw new Error(`job ${id}: ${job.error?.message ?? job.status}`);
}
