import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  type KeyObject,
} from "node:crypto";
import { AppError, errorMessage } from "../../shared/errors.ts";

/**
 * An encrypted backup: this line, two bytes with the length of the wrapped key, the wrapped key (RSA-OAEP, SHA-256), a
 * nonce, the archive in AES-256-GCM, the tag. All before the archive is associated data.
 */
const magic = Buffer.from("aiops encrypted backup 1\n");

const algorithm = "aes-256-gcm";
const nonceLength = 12;
const tagLength = 16;
/** Bits; less is not safe for RSA. */
const smallestKey = 2_048;

function padded(key: KeyObject) {
  return { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
}

/** Encrypts an archive for whoever has the private key. @param recipient an RSA public key in PEM */
export async function* encryptArchive(archive: AsyncIterable<Buffer>, recipient: KeyObject): AsyncGenerator<Buffer> {
  const key = randomBytes(32);
  const nonce = randomBytes(nonceLength);
  const wrapped = publicEncrypt(padded(recipient), key);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(wrapped.length);
  const head = Buffer.concat([magic, length, wrapped, nonce]);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(head);
  yield head;
  for await (const piece of archive) yield cipher.update(piece);
  yield cipher.final();
  yield cipher.getAuthTag();
}

/** @throws AppError invalid_input when it is no RSA public key of at least 2048 bits */
export function parseRecipient(pem: string): KeyObject {
  return parseKey(pem, createPublicKey, "--encrypt-to needs the PEM file of an RSA public key of at least 2048 bits");
}

/** @throws AppError invalid_input when it is no RSA private key of at least 2048 bits */
export function parseIdentity(pem: string): KeyObject {
  return parseKey(pem, createPrivateKey, "--identity needs the PEM file of an RSA private key of at least 2048 bits");
}

function parseKey(pem: string, parse: (pem: string) => KeyObject, what: string): KeyObject {
  let key: KeyObject;
  try {
    key = parse(pem);
  } catch (error) {
    throw new AppError("invalid_input", `${what}: ${errorMessage(error)}.`, { cause: error });
  }
  if (key.asymmetricKeyType !== "rsa" || (key.asymmetricKeyDetails?.modulusLength ?? 0) < smallestKey) {
    throw new AppError("invalid_input", `${what}; this one is not.`);
  }
  return key;
}

/**
 * The archive in a backup file, decrypted where it is encrypted. What comes out is only to be trusted when it came to
 * its end: the tag stands there.
 * @throws AppError invalid_input when it is encrypted and no or another key was given, or it is damaged
 */
export async function* openArchive(
  file: AsyncIterable<Buffer>,
  identity: KeyObject | undefined,
): AsyncGenerator<Buffer> {
  const source = file[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  const hold = async (length: number): Promise<boolean> => {
    while (held.length < length) {
      const next = await source.next();
      if (next.done === true) return false;
      held = Buffer.concat([held, next.value]);
    }
    return true;
  };
  const isEncrypted = (await hold(magic.length)) && held.subarray(0, magic.length).equals(magic);
  if (!isEncrypted) {
    yield held;
    for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
    return;
  }
  if (identity === undefined) {
    throw new AppError("invalid_input", "The backup is encrypted. Name the file of the private key with --identity.");
  }
  if (!(await hold(magic.length + 2))) throw unreadable();
  const wrappedEnd = magic.length + 2 + held.readUInt16BE(magic.length);
  if (!(await hold(wrappedEnd + nonceLength))) throw unreadable();
  const head = held.subarray(0, wrappedEnd + nonceLength);
  const key = unwrap(head.subarray(magic.length + 2, wrappedEnd), identity);
  const decipher = createDecipheriv(algorithm, key, head.subarray(wrappedEnd), { authTagLength: tagLength });
  decipher.setAAD(head);
  held = held.subarray(head.length);
  while (await hold(tagLength + 1)) {
    const end = held.length - tagLength;
    yield decipher.update(held.subarray(0, end));
    held = held.subarray(end);
  }
  if (held.length !== tagLength) throw unreadable();
  decipher.setAuthTag(held);
  try {
    yield decipher.final();
  } catch (error) {
    throw unreadable(error);
  }
}

function unwrap(wrapped: Buffer, identity: KeyObject): Buffer {
  try {
    const key = privateDecrypt(padded(identity), wrapped);
    if (key.length === 32) return key;
  } catch (error) {
    throw unreadable(error);
  }
  throw unreadable();
}

function unreadable(cause?: unknown): AppError {
  return new AppError(
    "invalid_input",
    "The backup is damaged or was encrypted for another key. Nothing was restored.",
    { cause },
  );
}
