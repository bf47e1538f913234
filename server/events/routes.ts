import { withEventMeta } from "@orpc/server";
import type { Implementer } from "../http/authorize.ts";
import type { EventBus } from "./bus.ts";

export function eventRoutes(os: Implementer, bus: EventBus) {
  return {
    stream: os.events.stream.handler(async function* ({ context: { principal }, signal, lastEventId }) {
      // A stream ends with the token it was opened with; its reader comes back with a fresh one.
      const expiry = AbortSignal.timeout(Math.max(0, principal.expiresAt - Date.now()));
      const open = signal === undefined ? expiry : AbortSignal.any([signal, expiry]);
      for await (const { id, event } of bus.subscribe(principal, lastEventId, open)) {
        yield withEventMeta({ ...event }, { id });
      }
    }),
  };
}
