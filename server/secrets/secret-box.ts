import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { AppError } from "../../shared/errors.ts";
import type { KeyRing } from "./key-ring.ts";

/** Where a secret belongs. It can only be opened for the place it was sealed for. */
export interface SecretContext {
  /** Null for what belongs to no tenant. */
  tenantId: string | null;
  /** Entity and field, as `connection.token`. */
  field: string;
  /** The entity's id. */
  id: string;
}

/** Records with sealed values, which seal them anew when another key is the active one. */
export interface SealedRecords {
  /** What they are, as "connections". */
  name: string;
  /** Every sealed value that is stored now. */
  values(): Iterable<string>;
  /**
   * Seals anew, each record durably by itself, what is sealed with another key than the active one; what can't be opened
   * stays as it is.
   */
  reseal(): Promise<void>;
}

const algorithm = "aes-256-gcm";
const format = "v1";
/** Bytes; NIST SP 800-38D recommends 96 bits for a random nonce and the full tag. */
const nonceLength = 12;
const tagLength = 16;

/**
 * Seals secrets for rest: AES-256-GCM with the place as associated data, so a value copied to another tenant, record or
 * field does not open. A sealed value is `v1.<key id>.<nonce, ciphertext and tag in base64url>`.
 */
export class SecretBox {
  readonly #keys: KeyRing;
  readonly #records: SealedRecords[] = [];

  constructor(keys: KeyRing) {
    this.#keys = keys;
  }

  seal(plain: string, context: SecretContext): string {
    const { id, key } = this.#keys.forSealing();
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv(algorithm, key, nonce);
    cipher.setAAD(associatedData(id, context));
    const sealed = Buffer.concat([nonce, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return `${format}.${id}.${sealed.toString("base64url")}`;
  }

  /** @throws AppError secret_unreadable: the key is not here, or the value is damaged or was sealed for another place */
  open(sealed: string, context: SecretContext): string {
    const [version, id, text, ...rest] = sealed.split(".");
    if (version !== format || id === undefined || text === undefined || rest.length > 0) {
      throw unreadable(context, "it is not a sealed value");
    }
    const key = this.#keys.get(id);
    if (key === undefined) {
      throw unreadable(context, `it was sealed with the key ${id}, which is not in the key file. Put that key back`);
    }
    const bytes = Buffer.from(text, "base64url");
    if (bytes.length < nonceLength + tagLength) throw unreadable(context, "it is cut off");
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceLength), { authTagLength: tagLength });
    decipher.setAAD(associatedData(id, context));
    decipher.setAuthTag(bytes.subarray(bytes.length - tagLength));
    const start = decipher.update(bytes.subarray(nonceLength, bytes.length - tagLength));
    try {
      return Buffer.concat([start, decipher.final()]).toString("utf8");
    } catch (error) {
      throw unreadable(context, "it was altered, or belongs to another tenant, record or field", error);
    }
  }

  /**
   * A value sealed with the active key: the same one where it is already, or where it can't be opened (its key is lost,
   * or it is damaged), for sealing it anew would lose what is left of it.
   */
  reseal(sealed: string, context: SecretContext): string {
    if (sealedWith(sealed) === this.#keys.activeId) return sealed;
    try {
      return this.seal(this.open(sealed, context), context);
    } catch (error) {
      if (error instanceof AppError && error.code === "secret_unreadable") return sealed;
      throw error;
    }
  }

  /** Whoever stores sealed values says so once, so that a new key reaches them. */
  register(records: SealedRecords): void {
    this.#records.push(records);
  }

  /** All that were registered. */
  get records(): readonly SealedRecords[] {
    return this.#records;
  }
}

/** The id of the key a value is sealed with; undefined for what is no sealed value. */
export function sealedWith(value: string): string | undefined {
  return /^v1\.([\w-]+)\.[\w-]+$/.exec(value)?.[1];
}

function associatedData(keyId: string, { tenantId, id, field }: SecretContext): Buffer {
  return Buffer.from(JSON.stringify(["aiops", format, keyId, tenantId, field, id]));
}

function unreadable(context: SecretContext, why: string, cause?: unknown): AppError {
  return new AppError(
    "secret_unreadable",
    `The secret ${context.field} of ${context.id} can't be read: ${why}. Otherwise enter it anew.`,
    { cause },
  );
}
