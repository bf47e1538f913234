import type * as z from "zod";
import { AppError } from "../../../shared/errors.ts";
import { type GitHubClient, headerOf } from "./client.ts";

export interface Listing<T> {
  /** The list's path with octokit's {placeholders}. */
  path: string;
  parameters: Readonly<Record<string, string | number>>;
  item: z.ZodType<T[]>;
  /** What is listed, for messages. */
  subject: string;
  /** Whether nobody waits for it, which goes for what syncs read: true unless told. */
  background?: boolean;
  /** The page that is read first: the list's first one unless told. */
  from?: PageReference;
}

export interface ListedPage<T> {
  items: T[];
  /** How many entries the list has in all, as far as can be told; 0 where the server does not say. */
  total: number;
  /** GitHub's time of the answer, as its header `Date` says; null where it is missing. */
  answeredAt: string | null;
  reference: PageReference;
}

/** Entries of one page: the most GitHub gives. */
export const perPage = 100;

/** More than any repository has: ten million entries. */
const mostPages = 100_000;

/**
 * Reads a list page by page, in no promised order. Where the server numbers its pages to the last, a few are fetched at
 * the same time; where it hands out cursors, as github.com does for big lists, each page tells where the next one is.
 * Fetching goes on while a page is worked on, a bounded number of pages ahead. Ending the iteration early ends the
 * requests.
 */
export async function* listPages<T>(
  client: GitHubClient,
  listing: Listing<T>,
  signal: AbortSignal,
): AsyncGenerator<ListedPage<T>> {
  const ended = new AbortController();
  const reader = new PageReader(client, listing, AbortSignal.any([signal, ended.signal]));
  try {
    yield* reader.pages();
  } finally {
    ended.abort();
  }
}

/** A page to ask for: its number, or the address the server gave. */
export type PageReference = number | string;

class PageReader<T> {
  readonly #client: GitHubClient;
  readonly #listing: Listing<T>;
  readonly #signal: AbortSignal;
  readonly #first: PageReference;
  readonly #toFetch: PageReference[];
  readonly #fetched: Array<PromiseSettledResult<FetchedPage<T>>> = [];
  #active = 0;
  #arrived = Promise.withResolvers<void>();

  constructor(client: GitHubClient, listing: Listing<T>, signal: AbortSignal) {
    this.#client = client;
    this.#listing = listing;
    this.#signal = signal;
    this.#first = listing.from ?? 1;
    this.#toFetch = [this.#first];
  }

  async *pages(): AsyncGenerator<ListedPage<T>> {
    let read = 0;
    let total = 0;
    for (;;) {
      this.#startRequests();
      const outcome = this.#fetched.shift();
      if (outcome === undefined) {
        if (this.#active === 0) return;
        await this.#arrived.promise;
        continue;
      }
      if (outcome.status === "rejected") throw outcome.reason;
      const { pageCount, answeredAt, reference } = outcome.value;
      const items = outcome.value.read();
      if (pageCount !== null) total = pageCount * perPage;
      read += items.length;
      const complete = this.#active === 0 && this.#toFetch.length === 0 && this.#fetched.length === 0;
      yield { items, total: complete ? this.#before() + read : total, answeredAt, reference };
    }
  }

  /** How many entries stand before the first page that is read, where pages are numbered. */
  #before(): number {
    return typeof this.#first === "number" ? (this.#first - 1) * perPage : 0;
  }

  #startRequests(): void {
    // Twice what the client lets through, so that its next request is ready (octokit takes some 15 ms to prepare one).
    const ahead = 2 * this.#client.concurrency;
    while (this.#active + this.#fetched.length < ahead) {
      const reference = this.#toFetch.shift();
      if (reference === undefined) return;
      this.#active += 1;
      void this.#fetch(reference);
    }
  }

  /** Never rejects: a failure waits for its turn like a page. */
  async #fetch(reference: PageReference): Promise<void> {
    try {
      const page = await this.#request(reference);
      this.#plan(reference, page);
      this.#fetched.push({ status: "fulfilled", value: page });
    } catch (reason) {
      this.#toFetch.length = 0;
      this.#fetched.push({ status: "rejected", reason });
    }
    this.#active -= 1;
    this.#startRequests();
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }

  /** What a page says about the pages after it. */
  #plan(reference: PageReference, { next, pageCount }: FetchedPage<T>): void {
    const isFirst = reference === this.#first;
    if (isFirst && typeof reference === "number" && pageCount !== null) {
      for (let number = reference + 1; number <= pageCount; number += 1) this.#toFetch.push(number);
    } else if (next !== null && (isFirst || typeof reference === "string")) {
      this.#toFetch.push(next);
    }
  }

  async #request(reference: PageReference): Promise<FetchedPage<T>> {
    const { path, parameters, item, subject, background = true } = this.#listing;
    const options = { subject, signal: this.#signal, background };
    const answer =
      typeof reference === "string"
        ? await this.#client.getUnread(reference, {}, item, options)
        : await this.#client.getUnread(path, { ...parameters, per_page: perPage, page: reference }, item, options);
    const link = headerOf(answer, "link");
    const next = parseLinks(link).get("next") ?? null;
    return {
      read: () => answer.read(),
      next,
      reference,
      pageCount: pageCountOf(link),
      answeredAt: headerOf(answer, "date") || null,
    };
  }
}

interface FetchedPage<T> {
  /** Parses the page. */
  read: () => T[];
  answeredAt: string | null;
  reference: PageReference;
  /** The address of the next page. */
  next: string | null;
  /** How many pages there are, where they are numbered and the server says so: not on the last page. */
  pageCount: number | null;
}

/** The addresses of a Link header (RFC 8288) by their relation. */
export function parseLinks(header: string): Map<string, string> {
  const links = new Map<string, string>();
  for (const [, address = "", relation = ""] of header.matchAll(/<([^>]*)>\s*;\s*rel="([^"]*)"/g)) {
    links.set(relation, address);
  }
  return links;
}

/** How many pages a list has, by the Link header of one of them; null on the last one and where they have cursors. */
export function pageCountOf(link: string): number | null {
  const links = parseLinks(link);
  const next = links.get("next");
  const last = links.get("last");
  // A cursor in it means that pages may not be asked for by number (status 422).
  const numbered = next === undefined || !queryOf(next).has("after");
  return numbered && last !== undefined ? pageNumber(last) : null;
}

function pageNumber(address: string): number | null {
  const page = Number(queryOf(address).get("page"));
  if (!Number.isSafeInteger(page) || page < 1) return null;
  if (page > mostPages) throw new AppError("provider_failed", `GitHub announced ${page} pages, which cannot be.`);
  return page;
}

function queryOf(address: string): URLSearchParams {
  const url = URL.parse(address);
  if (url) return url.searchParams;
  throw new AppError("provider_failed", "GitHub sent a Link header whose address is none: is a proxy rewriting it?");
}
