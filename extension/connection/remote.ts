import { getEventMeta } from "@orpc/client";
import { createClient, type Client } from "../../shared/contract/client.ts";
import type { ServerEvent } from "../../shared/entities/event.ts";

export { createClient } from "../../shared/contract/client.ts";
export { signInLocally } from "../../shared/contract/sign-in.ts";

/** One event of the live stream with the id to resume after. */
export interface StreamedEvent {
  event: ServerEvent;
  id: string | undefined;
}

export interface Remote {
  client: Client;
  /**
   * The live stream; ends or throws when the connection does.
   * @param lastEventId what was seen last on this server
   */
  events(signal: AbortSignal, lastEventId: string | undefined): AsyncGenerator<StreamedEvent, void, undefined>;
}

/**
 * This module carries the client library and is imported when the first request is made, never while activating.
 * @param stepUp lets the person show again who they are, where the server wants that before it administers
 */
export function openRemote(url: string, token: () => Promise<string | undefined>, stepUp: () => Promise<void>): Remote {
  const client = createClient({ url, token, stepUp });
  return {
    client,
    async *events(signal, lastEventId) {
      const stream = await client.events.stream(undefined, {
        signal,
        ...(lastEventId === undefined ? {} : { lastEventId }),
      });
      for await (const event of stream) yield { event, id: getEventMeta(event)?.id };
    },
  };
}
