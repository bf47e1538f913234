import type * as z from "zod";
import type { GitHubClient } from "./client.ts";

export interface Listing<T> {
  /** The list's path with octokit's {placeholders}. */
  path: string;
  parameters: Readonly<Record<string, string | number>>;
  item: z.ZodType<T[]>;
  /** What is listed, for messages. */
  subject: string;
}

export interface ListedPage<T> {
  items: T[];
  /** How many entries the list has in all, as far as can be told; 0 where the server does not say. */
  total: number;
}

/** Entries of one page: the most GitHub gives. */
export const perPage = 100;

/** github.com refuses to count further in big lists (status 422) and wants its own "next" addresses followed. */
const lastNumberedPage = 99;

/**
 * Reads a list page by page, in its order. Where the server says how many pages there are, a few are fetched at the
 * same time; where it hands out only a "next" address, as github.com does for issues, the next page is fetched while
 * the present one is worked on. Ending the iteration early ends the requests.
 *
 * @param concurrency The most requests at a time.
 */
export async function* listPages<T>(
  client: GitHubClient,
  listing: Listing<T>,
  { concurrency, signal }: { concurrency: number; signal: AbortSignal },
): AsyncGenerator<ListedPage<T>> {
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const { item, subject } = listing;
  const get = async (path: string, parameters: Listing<T>["parameters"]): Promise<FetchedPage<T>> => {
    const { data, headers } = await client.get(path, parameters, item, { subject, signal: both });
    return { items: data, links: parseLinks(String(headers["link"] ?? "")) };
  };
  const numbered = (page: number) => get(listing.path, { ...listing.parameters, per_page: perPage, page });

  let page = await numbered(1);
  const lastPage = pageNumber(page.links.get("last"));
  const inFlight: Array<Promise<PromiseSettledResult<FetchedPage<T>>>> = [];
  let nextNumber = 2;
  let read = 0;
  try {
    for (;;) {
      if (lastPage !== null && lastPage <= lastNumberedPage) {
        for (; nextNumber <= lastPage && inFlight.length < concurrency; nextNumber += 1)
          inFlight.push(settle(numbered(nextNumber)));
      } else {
        const next = page.links.get("next");
        if (next !== undefined) inFlight.push(settle(get(next, {})));
      }
      read += page.items.length;
      yield { items: page.items, total: inFlight.length === 0 ? read : (lastPage ?? 0) * perPage };
      const following = await inFlight.shift();
      if (!following) return;
      if (following.status === "rejected") throw following.reason;
      page = following.value;
    }
  } finally {
    ended.abort();
  }
}

interface FetchedPage<T> {
  items: T[];
  links: ReadonlyMap<string, string>;
}

/** A request that fails before its turn must wait for it, not count as an unhandled rejection. */
async function settle<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  try {
    return { status: "fulfilled", value: await promise };
  } catch (reason) {
    return { status: "rejected", reason };
  }
}

/** The addresses of a Link header (RFC 8288) by their relation. */
export function parseLinks(header: string): Map<string, string> {
  const links = new Map<string, string>();
  for (const [, address = "", relation = ""] of header.matchAll(/<([^>]*)>\s*;\s*rel="([^"]*)"/g)) {
    links.set(relation, address);
  }
  return links;
}

function pageNumber(address: string | undefined): number | null {
  if (address === undefined) return null;
  const page = Number(new URL(address).searchParams.get("page"));
  return Number.isSafeInteger(page) && page > 0 ? page : null;
}
