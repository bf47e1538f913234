import { setTimeout as delay } from "node:timers/promises";
import type { IssueRef } from "../providers/tracker.ts";

export interface WebhookQueueOptions {
  /** Fetches these issues of a link. */
  fetch: (linkId: string, refs: readonly IssueRef[], signal: AbortSignal) => Promise<void>;
  /** Has the link's whole project looked at. */
  sync: (linkId: string) => void;
  /** Told of what `fetch` throws, unless the queue was stopped. */
  failed: (error: unknown) => void;
  /** Milliseconds to wait for more of the same: one action of a person's brings several deliveries. */
  waitMs?: number;
}

/** From so many on, reading what changed is less work than asking for each. */
const askedSingly = 20;

/** What trackers told of and nobody looked at yet: each issue once, link by link, one fetch of a link at a time. */
export class WebhookQueue {
  readonly #options: WebhookQueueOptions;
  /** By link, then by the tracker's id. */
  readonly #waiting = new Map<string, Map<string, IssueRef>>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #stopped = new AbortController();

  constructor(options: WebhookQueueOptions) {
    this.#options = options;
  }

  /** @param refs empty where the whole project should be looked at */
  add(linkId: string, refs: readonly IssueRef[]): void {
    if (this.#stopped.signal.aborted) return;
    if (refs.length === 0) {
      this.#options.sync(linkId);
      return;
    }
    const waiting = this.#waiting.get(linkId) ?? new Map<string, IssueRef>();
    for (const ref of refs) waiting.set(ref.externalId, ref);
    this.#waiting.set(linkId, waiting);
    if (this.#running.has(linkId)) return;
    this.#running.set(linkId, this.#run(linkId));
  }

  /** Gives up what is under way and waits for that. The next sync brings it. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#running.values());
  }

  /** Never rejects. */
  async #run(linkId: string): Promise<void> {
    const { fetch, sync, failed, waitMs = 200 } = this.#options;
    const { signal } = this.#stopped;
    try {
      while (this.#waiting.has(linkId)) {
        await delay(waitMs, undefined, { signal });
        const refs = [...(this.#waiting.get(linkId)?.values() ?? [])];
        this.#waiting.delete(linkId);
        if (refs.length > askedSingly) sync(linkId);
        else await fetch(linkId, refs, signal);
      }
    } catch (error) {
      if (!signal.aborted) failed(error);
    } finally {
      // In the same step as the last look at what waits: what comes after it begins a run of its own.
      this.#running.delete(linkId);
    }
  }
}
