import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { AppError, errorMessage } from "../../shared/errors.ts";

/** For whom a backup is encrypted: who has one of these keys, or who knows the passphrase. */
export type EncryptTo = { recipients: readonly string[] } | { passphrase: string };

/** What an encrypted backup is opened with: lines of an age identity file, or the passphrase. */
export interface BackupKeys {
  identities?: readonly string[];
  passphrase?: string;
}

/** How every file in the age format begins (https://age-encryption.org/v1). */
const ageHeader = Buffer.from("age-encryption.org/v1\n");

/**
 * Encrypts an archive in the age format, so that `age` and `rage` open it too.
 * @throws AppError invalid_input for a recipient that is none
 */
export async function* encryptArchive(archive: AsyncIterable<Buffer>, to: EncryptTo): AsyncGenerator<Uint8Array> {
  yield* await encrypterFor(to).encrypt(ReadableStream.from<Uint8Array>(archive));
}

/** Checks whom a backup is for, before anything is made. @throws AppError invalid_input */
export function checkRecipients(to: EncryptTo): void {
  encrypterFor(to);
}

function encrypterFor(to: EncryptTo): Encrypter {
  const encrypter = new Encrypter();
  if ("passphrase" in to) {
    if (to.passphrase.length < 12) {
      throw new AppError("invalid_input", "The passphrase of a backup needs at least 12 characters.");
    }
    encrypter.setPassphrase(to.passphrase);
    return encrypter;
  }
  for (const recipient of to.recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (error) {
      throw new AppError(
        "invalid_input",
        `${JSON.stringify(recipient)} is no age recipient (age1…). Make a pair with: aiops keys new-identity --to FILE`,
        { cause: error },
      );
    }
  }
  return encrypter;
}

/** A new age identity, which is secret, and the recipient that backups are encrypted to. */
export async function newIdentity(): Promise<{ identity: string; recipient: string }> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** The identities in an age identity file: one a line, with comments. @throws AppError invalid_input where there is none */
export function parseIdentities(text: string): string[] {
  const identities = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("AGE-SECRET-KEY-"));
  if (identities.length > 0) return identities;
  throw new AppError(
    "invalid_input",
    "--identity needs an age identity file: a line that begins with AGE-SECRET-KEY-.",
  );
}

/**
 * The archive in a backup file, decrypted where it is encrypted. Each piece that comes out is authentic; only with its
 * end is it whole.
 * @throws AppError invalid_input when it is encrypted and no or another key was given, or it is damaged
 */
export async function* openArchive(file: AsyncIterable<Buffer>, keys: BackupKeys): AsyncGenerator<Uint8Array> {
  const source = file[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  while (held.length < ageHeader.length) {
    const next = await source.next();
    if (next.done === true) break;
    held = Buffer.concat([held, next.value]);
  }
  const whole = async function* (): AsyncGenerator<Uint8Array> {
    yield held;
    for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
  };
  if (!held.subarray(0, ageHeader.length).equals(ageHeader)) {
    yield* whole();
    return;
  }
  const decrypter = decrypterFor(keys);
  try {
    yield* await decrypter.decrypt(ReadableStream.from<Uint8Array>(whole()));
  } catch (error) {
    if (error instanceof AppError || isFileFault(error)) throw error;
    throw new AppError(
      "invalid_input",
      "The backup is damaged, or was encrypted for another key or with another passphrase. Nothing was restored.",
      { cause: error },
    );
  }
}

/** What reading the file itself failed with, which is not about its content. */
function isFileFault(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

function decrypterFor({ identities = [], passphrase }: BackupKeys): Decrypter {
  const decrypter = new Decrypter();
  if (identities.length === 0 && passphrase === undefined) {
    throw new AppError(
      "invalid_input",
      "The backup is encrypted. Name the identity file with --identity, or give --passphrase.",
    );
  }
  if (passphrase !== undefined) decrypter.addPassphrase(passphrase);
  for (const identity of identities) {
    try {
      decrypter.addIdentity(identity);
    } catch (error) {
      // The message of the library could repeat the key.
      throw new AppError("invalid_input", `The identity file holds a line that is no age identity: ${kindOf(error)}.`);
    }
  }
  return decrypter;
}

function kindOf(error: unknown): string {
  return /invalid identity|unrecognized identity type/.exec(errorMessage(error))?.[0] ?? "it can't be read";
}
