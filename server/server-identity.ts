import * as z from "zod";
import { newId } from "./ids.ts";
import type { DocumentStore } from "./storage/document-store.ts";

const record = z.object({ id: z.literal("server"), version: z.int(), serverId: z.string() });

/** This server's lasting id, made at the first start: the mark on its tmux sessions and the issuer of its tokens. */
export async function serverIdentity(store: DocumentStore): Promise<string> {
  const collection = await store.collection({ name: "server", parse: (value) => record.parse(value) });
  const known = collection.get("server") ?? (await collection.insert({ id: "server", version: 1, serverId: newId() }));
  return known.serverId;
}
