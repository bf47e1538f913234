import { Issues } from "@gitbeaker/rest";
import * as z from "zod";
import type { GitLabClient } from "./client.ts";
import { type Dated, type IssueListing, type IssuePage, issuePages, perPage } from "./pages.ts";

/** A list this short is read page by page: what dividing it takes would not pay. */
const shortList = 10 * perPage;

/** Slices of a list that GitLab does not count. */
const mostSlices = 64;

/**
 * All issues of a project. A long list is divided by the time of creation and its slices are read at the same time, a
 * few at most: each page tells where the next begins, so that one after the other they would wait for each other.
 * The pages come in no order, the oldest first of all.
 *
 * @param listing `from`: the creation, in milliseconds since 1970, before which everything is left out.
 */
export async function* allIssuePages<T extends Dated>(
  client: GitLabClient,
  {
    project,
    item,
    call,
    from: start = null,
  }: Pick<IssueListing<T>, "project" | "item" | "call"> & {
    from?: number | null;
  },
): AsyncGenerator<IssuePage<T>, void> {
  const listing = { project, orderBy: "created_at", from: start, item, call } as const;
  const oldestFirst = issuePages(client, listing);
  const { value: first } = await oldestFirst.next();
  if (!first) return;
  yield first;
  const { total, more, items } = first;
  const last = items.at(-1);
  if (!more || last === undefined) return;
  if (total > 0 && total <= shortList) {
    yield* oldestFirst;
    return;
  }
  const begin = Date.parse(last.created_at);
  const end = await newestCreation(client, { ...listing, project: last.project_id });
  const count = total === 0 ? mostSlices : Math.min(Math.ceil(total / shortList) * client.concurrency, mostSlices);
  const width = Math.max(Math.ceil((end - begin) / count), 1);
  const begins = Array.from({ length: count }, (_, index) => begin + index * width).filter(
    (at) => at <= end || at === begin,
  );
  // The last one has no end: what is created meanwhile is in it.
  const reached = [...begins];
  const slices = begins.map(
    (from, index) =>
      async function* pagesOfSlice(ends: AbortSignal): AsyncGenerator<{ page: IssuePage<T>; index: number }, void> {
        const sliceCall = { ...call, signal: AbortSignal.any([call.signal, ends]) };
        const slice = { ...listing, project: last.project_id, from, until: begins[index + 1], call: sliceCall };
        for await (const page of issuePages(client, slice)) yield { page, index };
        // Asked for the next page only when the last one was taken: that was given as well.
        reached[index] = Number.POSITIVE_INFINITY;
      },
  );
  const known = new Set(items.map(({ id }) => id));
  for await (const { page, index } of together(slices, client.concurrency)) {
    reached[index] = Math.max(reached[index] ?? begin, page.reached ?? begin);
    const items = page.items.filter(({ id }) => !known.has(id));
    yield { ...page, items, total, reached: Math.min(...reached, end) };
  }
}

/** Milliseconds since 1970; where there is no issue any more the beginning. */
async function newestCreation(
  client: GitLabClient,
  { project, call }: Pick<IssueListing<Dated>, "project" | "call">,
): Promise<number> {
  const options = {
    projectId: project,
    scope: "all",
    orderBy: "created_at",
    sort: "desc",
    perPage: 1,
    page: 1,
  } as const;
  const dated = z.array(z.object({ created_at: z.string() }));
  const { data } = await client.call((api) => new Issues(api).all(options), dated, call);
  return Date.parse(data[0]?.created_at ?? "1970-01-01T00:00:00Z");
}

/**
 * What several sources give, as it comes; so many of them are read at the same time, each one item ahead. Where one fails
 * or nothing more is wanted, the others are told to give up.
 */
async function* together<T>(
  sources: ReadonlyArray<(ends: AbortSignal) => AsyncGenerator<T, void>>,
  concurrency: number,
): AsyncGenerator<T, void> {
  const ended = new AbortController();
  const waiting = [...sources];
  const reading = new Map<AsyncGenerator<T, void>, Promise<Step<T>>>();
  try {
    for (;;) {
      while (reading.size < concurrency) {
        const source = waiting.shift()?.(ended.signal);
        if (source === undefined) break;
        reading.set(source, step(source));
      }
      if (reading.size === 0) return;
      const { source, outcome } = await Promise.race(reading.values());
      if (outcome.status === "rejected") throw outcome.reason;
      if (outcome.value.done === true) {
        reading.delete(source);
        continue;
      }
      reading.set(source, step(source));
      yield outcome.value.value;
    }
  } finally {
    ended.abort();
    await Promise.all(reading.values());
  }
}

interface Step<T> {
  source: AsyncGenerator<T, void>;
  outcome: PromiseSettledResult<IteratorResult<T, void>>;
}

/** A failure waits for its turn, like an item. */
async function step<T>(source: AsyncGenerator<T, void>): Promise<Step<T>> {
  const [outcome] = await Promise.allSettled([source.next()]);
  return { source, outcome };
}
