import type { KeyReport, RotationReport } from "../../shared/contract/keys.ts";
import type { InTurn } from "../serial.ts";
import type { KeyRing } from "./key-ring.ts";
import { sealedWith, type SecretBox } from "./secret-box.ts";

export interface KeyServiceOptions {
  ring: KeyRing;
  secrets: SecretBox;
  /** One rotation at a time. */
  inTurn: InTurn;
}

/** The keys that secrets are sealed with, and their replacement. */
export class KeyService {
  readonly #options: KeyServiceOptions;

  constructor(options: KeyServiceOptions) {
    this.#options = options;
  }

  /** Each key with how many stored values it opens. Keys that values name and nobody has are in it, as `missing`. */
  list(): KeyReport[] {
    const uses = this.#uses();
    const known = this.#options.ring.list().map((key) => ({ ...key, values: uses.get(key.id) ?? 0 }));
    const ids = new Set(known.map(({ id }) => id));
    const missing = [...uses].filter(([id]) => !ids.has(id));
    return [
      ...known,
      ...missing.map(([id, values]) => ({ id, values, source: "missing" as const, createdAt: null, active: false })),
    ];
  }

  /**
   * Seals every stored secret with a new key. Killed at any moment it loses nothing: the new key is in the file before
   * the first value is sealed with it, the old ones until the last value is; called again it goes on where it ended.
   * @param keepOld whether keys that open nothing any more stay, for backups made with them
   */
  async rotate(keepOld: boolean): Promise<RotationReport> {
    const { ring, secrets, inTurn } = this.#options;
    return inTurn(async () => {
      await ring.beginRotation();
      const before = this.#uses();
      for (const records of secrets.records) await records.reseal();
      const after = this.#uses();
      const { activeId } = ring;
      const others = ring.list().filter(({ id }) => id !== activeId);
      const free = others.filter(({ id }) => !after.has(id)).map(({ id }) => id);
      const settled = free.filter((id) => !ring.isInUse(id));
      const done = settled.length === others.length;
      await ring.endRotation(keepOld ? [] : settled, done);
      return {
        activeId,
        external: ring.isExternal,
        resealed: (after.get(activeId) ?? 0) - (before.get(activeId) ?? 0),
        unreadable: [...after].reduce((sum, [id, count]) => sum + (id === activeId ? 0 : count), 0),
        removed: others.filter(({ id }) => ring.get(id) === undefined).map(({ id }) => id),
        unused: free.filter((id) => ring.get(id) !== undefined),
        settling: free.length > settled.length,
      };
    });
  }

  #uses(): Map<string, number> {
    const uses = new Map<string, number>();
    for (const records of this.#options.secrets.records) {
      for (const value of records.values()) {
        const id = sealedWith(value);
        if (id !== undefined) uses.set(id, (uses.get(id) ?? 0) + 1);
      }
    }
    return uses;
  }
}
