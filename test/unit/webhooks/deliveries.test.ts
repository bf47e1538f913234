import assert from "node:assert/strict";
import { join } from "node:path";
import type { Database } from "../../../server/storage/database.ts";
import { openDatabase } from "../../../server/storage/migrations.ts";
import { migrations } from "../../../server/storage/schema.ts";
import { WebhookDeliveries } from "../../../server/webhooks/deliveries.ts";
import { testClock } from "../../support/storage/clock.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

describe("the deliveries of webhooks", () => {
  const directory = temporaryDirectory();
  const clock = testClock();
  let database: Database;

  beforeEach(() => {
    database = openDatabase(join(directory(), "aiops.sqlite"), { migrations, clock, backupDirectory: directory() });
  });
  afterEach(() => database.close());

  it("are taken once for each connection, and forgotten after 24 hours", () => {
    const deliveries = new WebhookDeliveries(database, clock);
    assert.equal(deliveries.take("c1", "d1"), true);
    assert.equal(deliveries.take("c1", "d1"), false);
    assert.equal(deliveries.take("c2", "d1"), true);
    clock.advance(23 * 3_600_000);
    assert.equal(deliveries.take("c1", "d1"), false);
    assert.equal(deliveries.take("c1", "d2"), true);
    clock.advance(2 * 3_600_000);
    assert.equal(deliveries.take("c1", "d2"), false);
    assert.equal(database.prepare("SELECT * FROM webhook_deliveries").all().length, 1);
    assert.equal(deliveries.take("c1", "d1"), true);
  });
});
