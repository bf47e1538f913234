import { isoTime, type Clock } from "../../shared/clock.ts";
import type { OutboxItem } from "../../shared/entities/outbox.ts";
import type { EventBus } from "../events/bus.ts";
import { sameText } from "./merge.ts";
import { toItem, type OutboxRecord } from "./records.ts";
import type { OutboxRepository } from "./repository.ts";

export interface OutboxChangesOptions {
  repository: OutboxRepository;
  events: EventBus;
  clock: Clock;
}

interface Texts {
  title?: string | undefined;
  body?: string | undefined;
}

/** Changes of items: counted in their version, and told to their person. */
export class OutboxChanges {
  readonly #options: OutboxChangesOptions;

  constructor(options: OutboxChangesOptions) {
    this.#options = options;
  }

  /** Stores and tells. */
  save(record: OutboxRecord): OutboxRecord {
    const saved = this.write(record);
    this.announce(saved);
    return saved;
  }

  /** Stores; what happens in a transaction is told after it. */
  write(record: OutboxRecord): OutboxRecord {
    const { repository, clock } = this.#options;
    const saved = { ...record, version: record.version + 1, updatedAt: isoTime(clock) };
    repository.save(saved);
    return saved;
  }

  announce(record: OutboxRecord, change: "created" | "changed" | "deleted" = "changed"): void {
    const { id, tenantId, userId: ownerId } = record;
    const data = change === "deleted" ? null : this.present(record);
    this.#options.events.publish({ entity: "outbox", change, id, tenantId, ownerId, data });
  }

  /** The item as people see it. */
  present(record: OutboxRecord): OutboxItem {
    return toItem(record, record.status === "queued" ? this.#options.repository.blockerOf(record) : null);
  }

  /** Tells later edits that began from what this item wanted what became of it, so that they don't conflict with it. */
  rebase(record: OutboxRecord, wanted: Texts, became: Texts): void {
    for (const later of this.#options.repository.editsAfter(record)) {
      if (later.base === null) continue;
      const base = { ...later.base };
      for (const field of ["title", "body"] as const) {
        const [before, after] = [wanted[field], became[field]];
        if (before !== undefined && after !== undefined && sameText(base[field], before)) base[field] = after;
      }
      this.#options.repository.save({ ...later, base });
    }
  }
}
