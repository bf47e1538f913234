/**
 * The most memory the server takes (a process of its own, started as people start it; the tracker is another) while it syncs 100,000 issues
 * with 200,000 comments over HTTP, from a fresh start. Goal: at most 250 MB resident.
 * Run: npm run bench -- sync-memory [-- ISSUES]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../../scripts/build.ts";
import { createClient } from "../../shared/contract/client.ts";
import { makeHome } from "../integration/cli/aiops.ts";
import { waitFor } from "../support/wait.ts";
import { startBigTracker } from "./tracker.ts";

const issueCount = Number(process.argv[2] ?? 100_000);
const goalMb = 250;

const directory = await mkdtemp(join(tmpdir(), "aiops-bench-"));
await build(directory);
await using home = await makeHome();
const tracker = await startBigTracker(issueCount, 0);
const server = spawn(join(directory, "bin.js"), ["serve"], {
  env: home.env,
  cwd: home.dir,
  stdio: ["ignore", "pipe", "inherit"],
});
const ended = once(server, "close");
try {
  let out = "";
  server.stdout.on("data", (chunk: Buffer) => (out += chunk.toString("utf8")));
  const url = await waitFor(() => /^aiops listening on (\S+)\n/.exec(out)?.[1], { what: "the server's line" });
  const token = (await home.run(["token"])).out.trim();
  const client = createClient({ url, token: () => Promise.resolve(token) });
  const idle = await memory();

  const { id: tenantId } = await client.tenants.create({
    slug: "acme",
    name: "Acme",
    color: "#336699",
    description: "",
  });
  const connection = await client.connections.create({
    tenantId,
    provider: "github",
    name: "tracker",
    baseUrl: tracker.url,
  });
  const project = await client.projects.create({ tenantId, slug: "widgets", name: "Widgets" });
  await client.projects.addLink({ id: project.id, connectionId: connection.id, externalProject: "acme/widgets" });
  const before = performance.now();
  const { jobId: id } = await client.projects.sync({ id: project.id });
  const job = await waitFor(
    async () => {
      const present = await client.jobs.get({ id });
      return present.status === "queued" || present.status === "running" ? undefined : present;
    },
    { what: "the end of the sync", timeoutMs: 600_000 },
  );
  const seconds = (performance.now() - before) / 1000;
  const { total } = await client.issues.list({ limit: 1 });
  if (job.status !== "succeeded" || total !== issueCount) throw new Error(`${job.status}, ${total} issues`);
  const { peak } = await memory();
  console.log(
    `server during a sync of ${issueCount} issues in ${seconds.toFixed(0)} s: at most ${peak} MB ` +
      `(goal ≤ ${goalMb} MB, ${peak <= goalMb ? "met" : "MISSED"}); ${idle.present} MB before it`,
  );
} finally {
  server.kill("SIGTERM");
  await ended;
  await tracker.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Resident memory of the server's own process in MB, by Linux. */
async function memory(): Promise<{ present: number; peak: number }> {
  const { pid } = JSON.parse(await readFile(home.runtimeFile, "utf8")) as { pid: number };
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const of = (name: string): number =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024);
  return { present: of("VmRSS"), peak: of("VmHWM") };
}
