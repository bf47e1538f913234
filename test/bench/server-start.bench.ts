/**
 * From the start of the process to the first answer of the built server (`dist/aiops.js serve`), and what it holds in
 * memory when idle, against a bare Express server under the same Node.js. Each start of the server opens data that is
 * there already, as every start but the first does. Goals: ready in at most 400 ms, idle in at most 90 MB.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { root } from "../../scripts/setup/places.mjs";

const rounds = 9;
const goals = { readyMs: 400, idleMegabytes: 90 };
/** Milliseconds after which a server counts as idle. */
const settle = 3_000;

const express = `
import express from "express";
const app = express();
app.get("/health", (_request, response) => response.json({ status: "ok" }));
const server = app.listen(0, "127.0.0.1", () => console.log("listening on http://127.0.0.1:" + server.address().port));
`;

interface Start {
  readyMs: number;
  idleMegabytes: number;
}

const home = await mkdtemp(join(tmpdir(), "aiops-bench-"));
const env = {
  PATH: process.env["PATH"] ?? "",
  HOME: home,
  AIOPS_DATA_DIR: join(home, "data"),
  AIOPS_RUNTIME_DIR: join(home, "run"),
  AIOPS_TMUX_SOCKET: `aiops-bench-${process.pid}`,
  AIOPS_LOG_LEVEL: "error",
};
const sides: Record<"aiops" | "express", string[]> = {
  aiops: ["--disable-warning=ExperimentalWarning", join(root, "dist", "aiops.js"), "serve"],
  express: ["--input-type=module", "--eval", express],
};
const results: Record<keyof typeof sides, Start[]> = { aiops: [], express: [] };
try {
  const first = await start(sides.aiops);
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (["aiops", "express"] as const) : (["express", "aiops"] as const);
    for (const side of order) results[side].push(await start(sides[side]));
  }
  const aiops = medians(results.aiops);
  const bare = medians(results.express);
  console.log(
    `ready: aiops ${aiops.readyMs.toFixed(0)} ms (first start ${first.readyMs.toFixed(0)} ms), bare Express ${bare.readyMs.toFixed(0)} ms, ` +
      `ratio ${(aiops.readyMs / bare.readyMs).toFixed(2)} (goal ≤ ${goals.readyMs} ms)`,
  );
  console.log(
    `idle: aiops ${aiops.idleMegabytes.toFixed(1)} MB, bare Express ${bare.idleMegabytes.toFixed(1)} MB, ` +
      `ratio ${(aiops.idleMegabytes / bare.idleMegabytes).toFixed(2)} (goal ≤ ${goals.idleMegabytes} MB)`,
  );
  console.log(JSON.stringify({ bench: "server-start", rounds, goals, first, medians: { aiops, bare }, results }));
} finally {
  await rm(home, { recursive: true, force: true });
}

/** One start: until the first answer, and the memory some time after. */
async function start(args: string[]): Promise<Start> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  try {
    const url = await address(child);
    const answer = await fetch(new URL("/health", url));
    await answer.text();
    const readyMs = performance.now() - began;
    await delay(settle);
    return { readyMs, idleMegabytes: await residentMegabytes(child.pid ?? 0) };
  } finally {
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGTERM");
    await ended;
  }
}

function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const found = /listening on (\S+)\n/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once("close", (code) => reject(new Error(`the server ended with ${code}`)));
    child.once("error", reject);
  });
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

function medians(starts: readonly Start[]): Start {
  const median = (pick: (start: Start) => number) =>
    starts.map(pick).toSorted((a, b) => a - b)[Math.floor(starts.length / 2)] ?? Number.NaN;
  return { readyMs: median((it) => it.readyMs), idleMegabytes: median((it) => it.idleMegabytes) };
}
