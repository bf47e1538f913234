import { eventIterator } from "@orpc/contract";
import { serverEvent } from "../entities/event.ts";
import { operation } from "./operation.ts";

export const events = {
  stream: operation
    .route({
      method: "GET",
      path: "/api/events",
      summary: "Server-Sent Events of everything the caller may see; Last-Event-ID resumes",
      tags: ["events"],
    })
    .meta({ capability: "self", effect: "read", scope: [], example: {} })
    .output(eventIterator(serverEvent)),
};
