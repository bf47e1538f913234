import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod";
import { isoTime, type Clock } from "../../shared/clock.ts";
import { AppError } from "../../shared/errors.ts";
import { writeFileAtomic } from "../storage/atomic-file.ts";
import { isMissing, storageError, systemCode } from "../storage/fault.ts";
import { makeDirectories } from "../storage/make-directories.ts";

/** AES-256. */
const keyBytes = 32;

const keyText = z.base64().refine((text) => Buffer.from(text, "base64").length === keyBytes, "must be 32 bytes");

const keyFileSchema = z.object({
  /** The id of the key new values are sealed with. */
  active: z.string(),
  keys: z.array(z.object({ id: z.string(), key: keyText, createdAt: z.string() })).min(1),
});

type KeyFile = z.infer<typeof keyFileSchema>;

export interface KeyRingOptions {
  /** Absolute path, outside the data directory so that a copy of the data is of no use by itself. */
  keyFile: string;
  /** `AIOPS_MASTER_KEY`: base64 of 32 bytes. New values are sealed with it; the key file, where it is, opens older ones. */
  masterKey?: string | undefined;
  clock: Clock;
}

/** The keys that secrets are sealed with: one for new values, all for opening. */
export class KeyRing {
  readonly activeId: string;
  readonly #keys: ReadonlyMap<string, Buffer>;

  constructor(activeId: string, keys: ReadonlyMap<string, Buffer>) {
    this.activeId = activeId;
    this.#keys = keys;
  }

  /**
   * Reads the keys; makes a key file with a new key where there is neither one nor a master key.
   * @throws AppError unsafe_path when others could read the file; invalid_input for a key that is none; storage_failed
   */
  static async open({ keyFile, masterKey, clock }: KeyRingOptions): Promise<KeyRing> {
    const stored = await readKeyFile(keyFile);
    const keys = new Map<string, Buffer>(stored?.keys.map(({ id, key }) => [id, Buffer.from(key, "base64")]));
    if (masterKey !== undefined) {
      const key = parseMasterKey(masterKey);
      keys.set(keyId(key), key);
      return new KeyRing(keyId(key), keys);
    }
    if (stored !== undefined) return new KeyRing(stored.active, keys);
    const key = await createKeyFile(keyFile, clock);
    return new KeyRing(keyId(key), new Map([[keyId(key), key]]));
  }

  get(id: string): Buffer | undefined {
    return this.#keys.get(id);
  }

  /** The key new values are sealed with. */
  get active(): Buffer {
    const key = this.#keys.get(this.activeId);
    if (key === undefined)
      throw new AppError("storage_corrupt", `The key file names the key ${this.activeId} but lacks it.`);
    return key;
  }
}

/** A key's name: the beginning of its hash, so the same key has the same name wherever it comes from. */
export function keyId(key: Uint8Array): string {
  return createHash("sha256").update("aiops key id").update(key).digest("hex").slice(0, 12);
}

function parseMasterKey(text: string): Buffer {
  const parsed = keyText.safeParse(text.trim());
  if (!parsed.success) {
    throw new AppError(
      "invalid_input",
      "AIOPS_MASTER_KEY is not the base64 of 32 bytes. Make one with: head -c 32 /dev/urandom | base64",
    );
  }
  return Buffer.from(parsed.data, "base64");
}

async function createKeyFile(path: string, clock: Clock): Promise<Buffer> {
  const key = randomBytes(keyBytes);
  const id = keyId(key);
  const file: KeyFile = { active: id, keys: [{ id, key: key.toString("base64"), createdAt: isoTime(clock) }] };
  try {
    makeDirectories(dirname(path));
  } catch (error) {
    throw storageError(error, `make the directory of the key file ${path}`);
  }
  await writeFileAtomic(path, `${JSON.stringify(file, undefined, 2)}\n`);
  return key;
}

async function readKeyFile(path: string): Promise<KeyFile | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (systemCode(error) === "ELOOP")
      throw new AppError("unsafe_path", `The key file ${path} is a link; it must be a file.`);
    throw storageError(error, `read the key file ${path}`);
  }
  try {
    const stats = await handle.stat();
    if ((stats.mode & 0o077) !== 0) {
      throw new AppError(
        "unsafe_path",
        `Others may read the key file ${path}. Run: chmod 600 '${path}' (and replace the key if somebody did read it).`,
      );
    }
    if (stats.uid !== process.getuid?.()) {
      throw new AppError("unsafe_path", `The key file ${path} belongs to another user (uid ${stats.uid}).`);
    }
    return keyFileSchema.parse(JSON.parse(await handle.readFile("utf8")));
  } catch (error) {
    if (error instanceof AppError) throw error;
    // The parser's message could quote a key, so it is not passed on.
    throw new AppError("storage_corrupt", `The key file ${path} is damaged. Put back your copy of it.`);
  } finally {
    await handle.close();
  }
}
