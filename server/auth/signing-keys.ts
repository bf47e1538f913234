import type { JWK } from "jose";
import * as z from "zod";
import { AppError } from "../../shared/errors.ts";
import type { Logger } from "../log.ts";
import type { SecretBox } from "../secrets/secret-box.ts";
import type { DocumentStore } from "../storage/document-store.ts";
import type { SigningKeyStore } from "./tokens.ts";

const record = z.object({ id: z.literal("session-tokens"), version: z.int(), sealed: z.string() });

const context = { tenantId: null, entity: "signing-key", id: "session-tokens", field: "private" } as const;

/** The private key that signs session tokens, encrypted among the server's own documents. */
export async function createSigningKeyStore(
  store: DocumentStore,
  secrets: SecretBox,
  log: Logger,
): Promise<SigningKeyStore> {
  const collection = await store.collection({ name: "signing-keys", parse: (value) => record.parse(value) });
  secrets.register({
    name: "signing keys",
    values: () => collection.list().map(({ sealed }) => sealed),
    reseal: async () => {
      const outdated = collection.list().filter(({ sealed }) => secrets.reseal(sealed, context) !== sealed);
      for (const { id } of outdated) {
        await collection.update(id, undefined, (record) => ({
          ...record,
          sealed: secrets.reseal(record.sealed, context),
        }));
      }
    },
  });
  return {
    load: () => {
      const stored = collection.get(context.id);
      return Promise.resolve(stored === undefined ? undefined : open(stored.sealed, secrets, log));
    },
    save: async (key) => {
      const sealed = secrets.seal(JSON.stringify(key), context);
      if (collection.get(context.id) === undefined) await collection.insert({ id: context.id, version: 1, sealed });
      else await collection.update(context.id, undefined, (record) => ({ ...record, sealed }));
    },
  };
}

/** Undefined for a key sealed with another key file, as after a restore: everybody signs in anew, and nobody is locked out. */
function open(sealed: string, secrets: SecretBox, log: Logger): JWK | undefined {
  try {
    return JSON.parse(secrets.open(sealed, context)) as JWK;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "secret_unreadable") throw error;
    log.warn({ err: error }, "the signing key was sealed with another key file: a new one is made");
    return undefined;
  }
}
