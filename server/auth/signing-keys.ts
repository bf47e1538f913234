import type { JWK } from "jose";
import * as z from "zod";
import type { SecretBox } from "../secrets/secret-box.ts";
import type { DocumentStore } from "../storage/document-store.ts";
import type { SigningKeyStore } from "./tokens.ts";

const record = z.object({ id: z.literal("session-tokens"), version: z.int(), sealed: z.string() });

const context = { tenantId: null, entity: "signing-key", id: "session-tokens", field: "private" } as const;

/** The private key that signs session tokens, encrypted among the server's own documents. */
export async function createSigningKeyStore(store: DocumentStore, secrets: SecretBox): Promise<SigningKeyStore> {
  const collection = await store.collection({ name: "signing-keys", parse: (value) => record.parse(value) });
  return {
    load: () => {
      const stored = collection.get(context.id);
      return Promise.resolve(
        stored === undefined ? undefined : (JSON.parse(secrets.open(stored.sealed, context)) as JWK),
      );
    },
    save: async (key) => {
      await collection.insert({ id: context.id, version: 1, sealed: secrets.seal(JSON.stringify(key), context) });
    },
  };
}
