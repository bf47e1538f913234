import assert from "node:assert/strict";
import { WebhookQueue } from "../../../server/webhooks/queue.ts";
import { waitFor } from "../../support/wait.ts";

const ref = (number: number) => ({ key: `#${number}`, externalId: String(number) });

describe("what webhooks told of", () => {
  it("is fetched also where it comes in the very moment a fetch ends", async () => {
    // Each number of steps that the end of a fetch can take until the queue rests.
    for (let steps = 0; steps < 12; steps += 1) {
      const fetched: string[] = [];
      const queue = new WebhookQueue({
        fetch: async (_linkId, refs) => {
          fetched.push(...refs.map(({ key }) => key));
          if (fetched.length === 1) void later(steps).then(() => queue.add("link", [ref(2)]));
        },
        sync: () => undefined,
        failed: (error) => assert.ifError(error),
        waitMs: 1,
      });
      queue.add("link", [ref(1)]);
      await waitFor(() => fetched.includes("#2"), { timeoutMs: 2_000, what: `the second, ${steps} steps later` });
      await queue.stop();
    }
  });
});

async function later(steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) await Promise.resolve();
}
