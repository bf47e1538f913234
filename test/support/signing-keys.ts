import type { JWK } from "jose";
import type { SigningKeyStore } from "../../server/auth/tokens.ts";

/** A store of signing keys in memory, which also shows the key. */
export function memoryKeys(): SigningKeyStore & { key: () => JWK | undefined } {
  let stored: JWK | undefined;
  return {
    key: () => stored,
    load: () => Promise.resolve(stored),
    save: (key) => {
      stored = key;
      return Promise.resolve();
    },
  };
}
