import type { Clock } from "../../shared/clock.ts";
import type { Database } from "../storage/database.ts";

/** How long, in milliseconds, a delivery is remembered: longer than any tracker goes on repeating one. */
const memory = 24 * 3_600_000;

/** The deliveries that were taken in the last 24 hours, so that none is taken twice. */
export class WebhookDeliveries {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Notes a delivery, durably. Answers whether it is new. */
  take(connectionId: string, deliveryId: string): boolean {
    const now = this.#clock.now();
    const time = (at: number) => new Date(at).toISOString();
    return this.#database.transaction(() => {
      this.#database
        .prepare("DELETE FROM webhook_deliveries WHERE received_at < :before")
        .run({ before: time(now - memory) });
      const added = this.#database
        .prepare("INSERT OR IGNORE INTO webhook_deliveries VALUES (:connectionId, :deliveryId, :now)")
        .run({ connectionId, deliveryId, now: time(now) });
      return added === 1;
    });
  }
}
