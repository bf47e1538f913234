import { getEventMeta } from "@orpc/client";
import { createClient, type Client } from "../../shared/contract/client.ts";
import type { ServerEvent } from "../../shared/entities/event.ts";

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

/** This module carries the client library and is imported when the first request is made, never while activating. */
export function openRemote(url: string, token: () => Promise<string | undefined>): Remote {
  const client = createClient({ url, token });
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
