import assert from "node:assert/strict";
import { EventBus, type Listener } from "../../../server/events/bus.ts";
import type { TokenScope } from "../../../shared/rules/token-scopes.ts";

describe("what the event stream tells a personal access token", () => {
  /** The entities a token hears of, of one issue, one session and one connection that changed. */
  async function heard(scopes: TokenScope[] | null): Promise<string[]> {
    const bus = new EventBus();
    const listener: Listener = { userId: "ada", sessionId: "t", level: "technician", tenantIds: ["acme"], scopes };
    const stream = bus.subscribe(listener, undefined, new AbortController().signal);
    const entities: string[] = [];
    const reading = (async () => {
      for await (const { event } of stream) entities.push(event.entity);
    })();
    for (const entity of ["issue", "session", "connection"] as const) {
      bus.publish({ entity, change: "changed", id: "1", tenantId: "acme" });
    }
    // It was asked for already, so what is told stands in the queue.
    await Promise.resolve();
    bus.close();
    await reading;
    return entities.filter((entity) => entity !== "stream");
  }

  it("is what its scopes let it read", async () => {
    assert.deepEqual(await heard(null), ["issue", "session", "connection"]);
    assert.deepEqual(await heard(["read"]), ["issue", "session", "connection"]);
    assert.deepEqual(await heard(["issues.read", "self"]), ["issue"]);
    assert.deepEqual(await heard(["self"]), []);
  });
});
