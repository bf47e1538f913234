import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { newIdentity } from "../../server/storage/backup-encryption.ts";
import { backup, restore } from "../../server/storage/backup.ts";
import type { TestServer } from "./server.ts";
import { waitFor } from "./wait.ts";

/** Set where every world of the HTTP tests is to be one that came back from a backup. */
export const wantsRestored = process.env["AIOPS_TEST_RESTORED"] === "1";

/** Writes that must have been acknowledged while a backup is made. */
const leastWrites = 20;

/**
 * Backs the running server up, encrypted, while clients write to it without pause; ends it, restores the backup into
 * another, empty data directory with the key, and starts a server on that at the same address.
 * @returns how many writes were acknowledged while the backup was made
 */
export async function bringBackFromBackup(server: TestServer): Promise<number> {
  const dataDir = join(server.dir, "data");
  const target = join(server.dir, "backup.tar.gz.age");
  const { identity, recipient } = await newIdentity();
  const { user } = await server.client.auth.me();
  const stop = new AbortController();
  let written = 0;
  const write = async () => {
    for (let turn = 0; !stop.signal.aborted; turn += 1) {
      await server.client.users.update({ id: user.id, name: turn % 2 === 0 ? "Under Load" : user.name });
      written += 1;
    }
  };
  const writing = Promise.all([write(), write(), write()]);
  try {
    await waitFor(() => written >= leastWrites, { what: "writes before the backup" });
    const before = written;
    await backup({ dataDir, target, encryptTo: { recipients: [recipient] } });
    await waitFor(() => written > before, { what: "a write while the backup was made" });
  } finally {
    stop.abort();
    await writing;
  }
  await server.restart({
    samePort: true,
    between: async () => {
      await rename(dataDir, `${dataDir}-before`);
      await restore({ source: target, dataDir, keys: { identities: [identity] } });
      await rm(`${dataDir}-before`, { recursive: true });
      await rm(target);
    },
  });
  await server.client.users.update({ id: user.id, name: user.name });
  return written;
}
