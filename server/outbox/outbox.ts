import type { EventBus } from "../events/bus.ts";
import type { Database } from "../storage/database.ts";
import { OutboxChanges } from "./changes.ts";
import { OutboxRepository } from "./repository.ts";
import { OutboxSender, type SenderOptions } from "./sender.ts";
import { OutboxService } from "./service.ts";
import { OutboxWorker } from "./worker.ts";

export interface OutboxOptions extends Omit<SenderOptions, "repository" | "changes"> {
  database: Database;
  events: EventBus;
}

/** The outbox's parts, put together: what people do with it, and what sends it. */
export function createOutbox(options: OutboxOptions): { outbox: OutboxService; worker: OutboxWorker } {
  const repository = new OutboxRepository(options.database);
  const changes = new OutboxChanges({ ...options, repository });
  const sender = new OutboxSender({ ...options, repository, changes });
  const worker = new OutboxWorker({ ...options, repository, changes, sender });
  return { outbox: new OutboxService({ ...options, repository, changes, worker }), worker };
}
