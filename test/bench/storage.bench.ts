/**
 * What storage costs as it fills up. Both sides of each figure are measured in alternating rounds of one run; medians.
 * Run: node test/bench/storage.bench.ts
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IssueRepository } from "../../server/issues/repository.ts";
import { DocumentStore } from "../../server/storage/document-store.ts";
import { openDatabase } from "../../server/storage/migrations.ts";
import { migrations } from "../../server/storage/schema.ts";
import { systemClock } from "../../shared/clock.ts";
import { comment, fetchedIssue, origin } from "../support/storage/issues.ts";
import { note, notes } from "../support/storage/notes.ts";

const directory = await mkdtemp(join(tmpdir(), "aiops-bench-"));

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function percentile(values: number[], part: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * part)] ?? Number.NaN;
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function report(what: string, small: number, large: number, goal: number): void {
  const ratio = large / small;
  const verdict = ratio <= goal ? "met" : "MISSED";
  console.log(
    `${what}: ${small.toFixed(3)} ms against ${large.toFixed(3)} ms, ${ratio.toFixed(2)} × (goal ≤ ${goal}, ${verdict})`,
  );
}

/** A collection of so many records, written to disk as one document. */
async function collectionOf(size: number) {
  const open = () => DocumentStore.open(join(directory, `documents-${size}`));
  const filling = await open();
  const empty = await filling.collection(notes, "t1");
  const text = "x".repeat(200);
  await Promise.all(Array.from({ length: size }, (_, index) => empty.insert(note(`n${index}`, text))));
  await filling.close();
  const store = await open();
  return { store, collection: await store.collection(notes, "t1") };
}

async function documents(): Promise<void> {
  const small = await collectionOf(1_000);
  const large = await collectionOf(100_000);
  const rounds = 40;
  const perRound = 25;
  const times: { small: number[]; large: number[] } = { small: [], large: [] };
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? (["small", "large"] as const) : (["large", "small"] as const)) {
      const { collection } = side === "small" ? small : large;
      const each = await timed(async () => {
        for (let put = 0; put < perRound; put++) {
          await collection.update(`n${(round * 31 + put * 7) % 1_000}`, undefined, (it) => ({
            ...it,
            text: `${round} ${it.text}`.slice(0, 200),
          }));
        }
      });
      times[side].push(each / perRound);
    }
  }
  report("durable document put, 1,000 records against 100,000", median(times.small), median(times.large), 1.2);
  const together = await timed(() =>
    Promise.all(
      Array.from({ length: 5_000 }, (_, index) => large.collection.update(`n${index}`, undefined, (it) => it)),
    ),
  );
  console.log(`5,000 writers at once, 100,000 records: ${Math.round(5_000 / (together / 1000))} durable puts a second`);
  await small.store.close();
  await large.store.close();
}

const words =
  "storage sync durable journal tree agent session branch render panel token error retry cursor page limit".split(" ");

function sentence(seed: number, length: number): string {
  return Array.from({ length }, (_, index) => {
    const number = (seed * 7_919 + index * 104_729) % 50_021;
    return number % 3 === 0 ? words[number % words.length] : `word${number % 5_000}`;
  }).join(" ");
}

function repositoryOf(size: number): IssueRepository {
  const path = join(directory, `issues-${size}.sqlite`);
  const database = openDatabase(path, { migrations, clock: systemClock, backupDirectory: directory });
  const repository = new IssueRepository(database, systemClock);
  for (let from = 0; from < size; from += 100) {
    repository.upsertBatch(
      origin,
      Array.from({ length: Math.min(100, size - from) }, (_, index) => {
        const number = from + index;
        return fetchedIssue(number, {
          title: sentence(number, 8),
          body: sentence(number + 1, 60),
          status: number % 3 === 0 ? "closed" : "open",
          labels: [...(number % 5 === 0 ? ["bug"] : []), `area-${number % 40}`],
          assignees: number % 4 === 0 ? [] : [{ id: String(number % 50), name: `person-${number % 50}` }],
          milestone: number % 3 === 0 ? null : `v${number % 20}`,
          comments: [comment("c", sentence(number + 2, 30))],
        });
      }),
    );
  }
  return repository;
}

async function issues(): Promise<void> {
  const sides = { small: repositoryOf(100), large: repositoryOf(100_000) };
  const query = { tenantIds: ["t1"], order: "desc", limit: 50 } as const;
  const pages = {
    "first page of open issues": { ...query, status: "open", sort: "updated" },
    "first page of all issues": { ...query, sort: "updated" },
    "first page by title": { ...query, sort: "title" },
  } as const;
  for (const [name, page] of Object.entries(pages)) {
    const times: { small: number[]; large: number[] } = { small: [], large: [] };
    for (let round = 0; round < 200; round++) {
      for (const side of round % 2 === 0 ? (["small", "large"] as const) : (["large", "small"] as const)) {
        times[side].push(await timed(() => sides[side].page(page)));
      }
    }
    report(`${name}, 100 issues against 100,000`, median(times.small), median(times.large), 1.2);
  }
  const searches = [
    "storage",
    "storage sync",
    '"durable journal"',
    "word1234",
    "word12*",
    "stor* word77",
    "wor*",
    "zzz",
    "storage sync durable journal tree",
  ];
  const times: number[] = [];
  for (let round = 0; round < 20; round++) {
    for (const q of searches) times.push(await timed(() => sides.large.page({ ...query, sort: "updated", q })));
  }
  const p95 = percentile(times, 0.95);
  console.log(
    `full text over 100,000 issues: p95 ${p95.toFixed(1)} ms, median ${median(times).toFixed(1)} ms (goal p95 ≤ 20 ms, ${p95 <= 20 ? "met" : "MISSED"})`,
  );
  for (const q of searches) {
    const each = median(
      await Promise.all(
        Array.from({ length: 5 }, () => timed(() => sides.large.page({ ...query, sort: "updated", q }))),
      ),
    );
    const { total } = sides.large.page({ ...query, sort: "updated", q });
    console.log(`  ${q}: ${each.toFixed(1)} ms, ${total} found`);
  }
  for (const by of ["label", "assignee", "milestone"] as const) {
    const filters = { all: {}, open: { status: "open" }, "with a label": { labels: ["bug"] } } as const;
    for (const [name, filter] of Object.entries(filters)) {
      const each: number[] = [];
      for (let round = 0; round < 10; round++) {
        each.push(await timed(() => sides.large.groups({ tenantIds: ["t1"], ...filter }, by)));
      }
      console.log(`groups by ${by}, ${name}: ${median(each).toFixed(1)} ms`);
    }
  }
  const label = await timed(() => sides.large.page({ ...query, sort: "updated", labels: ["bug"] }));
  console.log(`a label of every fifth of 100,000 issues: ${label.toFixed(1)} ms`);
}

try {
  await documents();
  await issues();
} finally {
  await rm(directory, { recursive: true, force: true });
}
