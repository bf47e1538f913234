/**
 * A full sync of 10,000 issues with 20,000 comments into an empty store, against fetching and parsing the same pages
 * with the same concurrency and storing nothing. The tracker is a process of its own; it answers at once, or as a
 * distant server does after 100 ms. Alternating runs, medians.
 * Run: npm run bench -- sync
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { SyncStore, syncedProject } from "../fixtures/sync-store.ts";
import { startBigTracker } from "./tracker.ts";

const issueCount = 10_000;
const concurrency = 4;
const goal = 1.3;
const rounds = 5;

/** The other side: the same pages with the same concurrency, parsed and forgotten. */
async function fetchAndParse(url: string): Promise<number> {
  let entries = 0;
  for (const list of ["issues/comments?", "issues?state=all&"]) {
    const address = (page: number): string =>
      `${url}/repos/acme/widgets/${list}sort=created&direction=asc&per_page=100&page=${page}`;
    const read = async (page: number): Promise<Response> => {
      const response = await fetch(address(page));
      const listed = JSON.parse(await response.text()) as unknown[];
      entries += listed.length;
      return response;
    };
    const first = await read(1);
    const last = Number(/[?&]page=(\d+)[^>]*>; rel="last"/.exec(first.headers.get("link") ?? "")?.[1] ?? 1);
    let next = 2;
    const reader = async (): Promise<void> => {
      while (next <= last) await read(next++);
    };
    await Promise.all(Array.from({ length: concurrency }, reader));
  }
  return entries;
}

async function sync(url: string): Promise<{ stored: number; longestTurnMs: number }> {
  const directory = await mkdtemp(join(tmpdir(), "aiops-bench-"));
  const turns = monitorEventLoopDelay({ resolution: 5 });
  try {
    using store = new SyncStore(directory, url, { concurrency });
    turns.enable();
    const options = { signal: new AbortController().signal, onProgress: () => undefined };
    const { created } = await store.engine.syncProject(syncedProject, options);
    turns.disable();
    return { stored: created, longestTurnMs: turns.max / 1e6 };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const start = performance.now();
  const value = await work();
  return { ms: performance.now() - start, value };
}

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function raw(values: number[]): string {
  return values.map((value) => Math.round(value)).join(", ");
}

for (const latencyMs of [0, 100]) {
  const tracker = await startBigTracker(issueCount, latencyMs);
  try {
    const entries = await fetchAndParse(tracker.url);
    const warm = await sync(tracker.url);
    if (warm.stored !== issueCount || entries !== issueCount * 3) throw new Error("the two sides read different pages");
    const plain: number[] = [];
    const stored: number[] = [];
    const turns: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      plain.push((await timed(() => fetchAndParse(tracker.url))).ms);
      const { ms, value } = await timed(() => sync(tracker.url));
      stored.push(ms);
      turns.push(value.longestTurnMs);
    }
    const ratio = median(stored) / median(plain);
    console.log(
      `full sync of ${issueCount} issues, tracker answering after ${latencyMs} ms: ` +
        `${Math.round(median(stored))} ms against ${Math.round(median(plain))} ms, ` +
        `${ratio.toFixed(2)} × (goal ≤ ${goal}, ${ratio <= goal ? "met" : "MISSED"})`,
    );
    console.log(`  sync ${raw(stored)}; fetch and parse ${raw(plain)}; longest turn ${raw(turns)} ms`);
  } finally {
    await tracker.stop();
  }
}
