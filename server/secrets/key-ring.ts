import { randomBytes } from "node:crypto";
import { isoTime, type Clock } from "../../shared/clock.ts";
import { AppError } from "../../shared/errors.ts";
import { readKeyFile, writeKeyFile, type KeyFile } from "./key-file.ts";
import { askForKeys, keyBytes, keyId, parseKeys, type Key, type KeySource } from "./keys.ts";

export interface KeyRingOptions {
  /** Absolute path, outside the data directory so that a copy of the data is of no use by itself. */
  keyFile: string;
  /** `AIOPS_MASTER_KEY`: base64 of 32 bytes. New values are sealed with it; the key file, where it is, opens older ones. */
  masterKey?: string | undefined;
  /** `AIOPS_KEY_COMMAND`: a program that prints the same. */
  keyCommand?: readonly string[] | undefined;
  clock: Clock;
}

export interface KnownKey {
  id: string;
  source: KeySource;
  createdAt: string | null;
  /** Whether new values are sealed with it. */
  active: boolean;
}

/** Milliseconds within which a sealed value is stored, or its request has failed; a multiple of what a request may take. */
const storedWithinMs = 60_000;

/** The keys that secrets are sealed with: one for new values, all for opening. */
export class KeyRing {
  readonly #options: KeyRingOptions;
  readonly #external: readonly Key[];
  readonly #lastSealed = new Map<string, number>();
  #file: KeyFile | undefined;
  #keys: ReadonlyMap<string, Key>;

  private constructor(options: KeyRingOptions, external: readonly Key[], file: KeyFile | undefined) {
    this.#options = options;
    this.#external = external;
    this.#file = file;
    this.#keys = keysOf(external, file);
  }

  /**
   * Reads the keys; makes a key file with a new key where there is none, and no key from elsewhere.
   * @throws AppError unsafe_path when others could read the file; invalid_input for a key that is none; unavailable
   *   (the key command); storage_failed
   */
  static async open(options: KeyRingOptions): Promise<KeyRing> {
    const { keyFile, masterKey, keyCommand } = options;
    const file = await readKeyFile(keyFile);
    const external =
      masterKey !== undefined
        ? parseKeys(masterKey, "environment", "AIOPS_MASTER_KEY")
        : keyCommand !== undefined
          ? await askForKeys(keyCommand)
          : [];
    const ring = new KeyRing(options, external, file);
    if (file === undefined && external.length === 0) await ring.#addKey();
    return ring;
  }

  /** The id of the key new values are sealed with. */
  get activeId(): string {
    return this.#external[0]?.id ?? this.#file?.active ?? "";
  }

  get(id: string): Buffer | undefined {
    return this.#keys.get(id)?.key;
  }

  /** The key a new value is to be sealed with, now. */
  forSealing(): { id: string; key: Buffer } {
    const id = this.activeId;
    const key = this.get(id);
    if (key === undefined) throw new AppError("storage_corrupt", `The key file names the key ${id} but lacks it.`);
    this.#lastSealed.set(id, this.#options.clock.now());
    return { id, key };
  }

  /** Whether a value sealed with the key may be on its way to the disk still. */
  isInUse(id: string): boolean {
    const last = this.#lastSealed.get(id);
    return last !== undefined && this.#options.clock.now() - last < storedWithinMs;
  }

  /** What is known of the keys but the keys. */
  list(): KnownKey[] {
    return [...this.#keys.values()].map(({ id, source, createdAt }) => {
      return { id, source, createdAt, active: id === this.activeId };
    });
  }

  /** Whether keys are replaced where they come from, not in the key file. */
  get isExternal(): boolean {
    return this.#external.length > 0;
  }

  /**
   * Makes a new key the active one, durably, the others kept for opening. Where that was begun before and not finished,
   * or the keys come from elsewhere, the active one stays.
   */
  async beginRotation(): Promise<void> {
    if (this.isExternal || this.#file?.rotating === true) return;
    await this.#addKey();
  }

  /**
   * Ends a rotation, or a part of it.
   * @param forget ids of keys in the file that nothing is sealed with any more
   * @param done false where it is to go on with the present key when it is called for again
   */
  async endRotation(forget: readonly string[], done: boolean): Promise<void> {
    // Where the keys come from elsewhere, the file is an older place: what of it is not needed is for its owner to remove.
    if (this.#file === undefined || this.isExternal) return;
    const { active, rotating } = this.#file;
    const keys = this.#file.keys.filter(({ id }) => id === active || !forget.includes(id));
    await this.#write({ active, keys, ...(!done && rotating === true && { rotating }) });
  }

  async #addKey(): Promise<void> {
    const key = randomBytes(keyBytes);
    const made = { id: keyId(key), key: key.toString("base64"), createdAt: isoTime(this.#options.clock) };
    const before = this.#file?.keys ?? [];
    await this.#write({ active: made.id, keys: [...before, made], ...(before.length > 0 && { rotating: true }) });
  }

  async #write(file: KeyFile): Promise<void> {
    await writeKeyFile(this.#options.keyFile, file);
    this.#file = file;
    this.#keys = keysOf(this.#external, file);
  }
}

function keysOf(external: readonly Key[], file: KeyFile | undefined): Map<string, Key> {
  const stored = (file?.keys ?? []).map(({ id, key, createdAt }): [string, Key] => {
    return [id, { id, key: Buffer.from(key, "base64"), source: "file", createdAt }];
  });
  return new Map([...stored, ...external.map((key): [string, Key] => [key.id, key])]);
}
