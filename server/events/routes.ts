import { withEventMeta } from "@orpc/server";
import type { Implementer } from "../http/authorize.ts";
import type { EventBus } from "./bus.ts";

export function eventRoutes(os: Implementer, bus: EventBus) {
  return {
    stream: os.events.stream.handler(async function* ({ context: { principal }, signal, lastEventId }) {
      const open = signal ?? new AbortController().signal;
      for await (const { id, event } of bus.subscribe(principal, lastEventId, open)) {
        yield withEventMeta({ ...event }, { id });
      }
    }),
  };
}
