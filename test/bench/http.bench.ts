/**
 * Requests per second of the built server for an authenticated page of 50 issues, out of 5,000 stored, against bare
 * Express serialising the same 50 objects for each request. Goal: at least 0.6 of it. Both sides are processes of their
 * own under the same Node.js, asked over the same number of connections that are kept open.
 *
 * Asked for is the first page, again and again, as windows do; and each page of the whole list after the other, so many
 * that the server has kept none of them when its turn comes again.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../scripts/setup/places.mjs";
import { createClient, type Client } from "../../shared/contract/client.ts";
import { systemClock } from "../../shared/clock.ts";
import { IssueRepository } from "../../server/issues/repository.ts";
import { openDatabase } from "../../server/storage/migrations.ts";
import { migrations } from "../../server/storage/schema.ts";
import { fetchedIssue, origin } from "../support/storage/issues.ts";

const rounds = 9;
const requests = 1_500;
const connections = 8;
const goal = 0.6;

const home = await mkdtemp(join(tmpdir(), "aiops-bench-"));
const env = {
  PATH: process.env["PATH"] ?? "",
  HOME: home,
  AIOPS_DATA_DIR: join(home, "data"),
  AIOPS_RUNTIME_DIR: join(home, "run"),
  AIOPS_TMUX_SOCKET: `aiops-bench-${process.pid}`,
  AIOPS_LOG_LEVEL: "error",
  AIOPS_REQUEST_LIMIT: "100000000",
};
const children: ChildProcess[] = [];
const agent = new Agent({ keepAlive: true, maxSockets: connections });
try {
  await storeIssues();
  const url = await serve(["--disable-warning=ExperimentalWarning", join(root, "dist", "aiops.js"), "serve"]);
  const token = await aiops("token");
  const client = createClient({ url, token: () => Promise.resolve(token) });
  const page = await client.issues.list({ limit: 50 });
  if (page.items.length !== 50) throw new Error(`the page has ${page.items.length} issues`);
  const bareUrl = await serve(["--input-type=module", "--eval", await express(JSON.stringify(page))]);

  const headers = { authorization: `Bearer ${token}` };
  const sides: Record<"first" | "every" | "express", Target> = {
    first: { urls: [`${url}/api/issues?limit=50`], headers },
    every: { urls: (await cursors(client)).map((cursor) => `${url}/api/issues?limit=50${cursor}`), headers },
    express: { urls: [`${bareUrl}/api/issues?limit=50`], headers },
  };
  const results: Record<keyof typeof sides, number[]> = { first: [], every: [], express: [] };
  const names = ["first", "every", "express"] as const;
  for (const name of names) await load(sides[name], 500);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      results[name].push(await load(sides[name], requests));
    }
  }
  const bare = median(results.express);
  for (const name of ["first", "every"] as const) {
    const ratio = median(results[name]) / bare;
    console.log(
      `${name} page of 50: aiops ${median(results[name]).toFixed(0)} requests/s, bare Express ${bare.toFixed(0)} ` +
        `requests/s, ratio ${ratio.toFixed(2)} (goal ≥ ${goal}, ${ratio >= goal ? "met" : "MISSED"})`,
    );
  }
  console.log(JSON.stringify({ bench: "http", rounds, requests, connections, goal, results }));
} finally {
  agent.destroy();
  await Promise.all(children.map(stop));
  await rm(home, { recursive: true, force: true });
}

interface Target {
  /** Asked one after the other. */
  urls: readonly string[];
  headers: Record<string, string>;
}

/** The cursor of each page but the first, as it stands in an address. */
async function cursors(client: Client): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const { nextCursor } = await client.issues.list({ limit: 50, cursor });
    cursor = nextCursor ?? undefined;
    if (cursor !== undefined) found.push(`&cursor=${cursor}`);
  } while (cursor !== undefined);
  return found;
}

/** An organisation with 5,000 issues, put where a sync puts them. */
async function storeIssues(): Promise<void> {
  const made = await aiops("request", "POST", "/api/tenants", "--data", '{"slug":"acme","name":"Acme"}');
  const { id: tenantId } = JSON.parse(made) as { id: string };
  const database = openDatabase(join(home, "data", "aiops.sqlite"), {
    migrations,
    clock: systemClock,
    backupDirectory: home,
  });
  const issues = Array.from({ length: 5_000 }, (_, index) =>
    fetchedIssue(index + 1, { body: "What is wrong, and since when. ".repeat(20), labels: ["bug", "server"] }),
  );
  new IssueRepository(database, systemClock).upsertBatch({ ...origin, tenantId }, issues);
  database.close();
}

/** Bare Express that checks for a token and serialises the same objects for each request. */
async function express(json: string): Promise<string> {
  const file = join(home, "page.json");
  await writeFile(file, json);
  return `
import { readFileSync } from "node:fs";
import express from "express";
const page = JSON.parse(readFileSync(${JSON.stringify(file)}, "utf8"));
const app = express();
app.set("etag", false);
app.get("/api/issues", (request, response) => {
  if (request.headers.authorization === undefined) return response.sendStatus(401);
  response.json(page);
});
const server = app.listen(0, "127.0.0.1", () => console.log("listening on http://127.0.0.1:" + server.address().port));
`;
}

function serve(args: string[]): Promise<string> {
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const found = /listening on (\S+)\n/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once("close", (code) => reject(new Error(`the server ended with ${code}`)));
    child.once("error", reject);
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  await ended;
}

async function aiops(...args: string[]): Promise<string> {
  const main = join(root, "dist", "aiops.js");
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`aiops ${args[0] ?? ""} ended with ${String(code)}`);
  return text.trim();
}

/** Requests per second over all connections together. */
async function load({ urls, headers }: Target, count: number): Promise<number> {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await ask(urls[left % urls.length] ?? "", headers);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: connections }, worker));
  return count / ((performance.now() - began) / 1000);
}

function ask(url: string, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = get(url, { agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`answered ${response.statusCode}`));
      response.on("end", resolve);
      response.on("error", reject);
      response.resume();
    });
    call.on("error", reject);
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
