import { randomBytes } from "node:crypto";
import path from "node:path";
import { AppError } from "../../shared/errors.ts";
import type { HostUser } from "../host/host.ts";

/** What is known of a key. The private half is text that `ssh -i` takes. */
export interface KeyPair {
  privateKey: string;
  type: string;
  bits: number;
  publicKey: string;
  fingerprintMd5: string;
  fingerprintSha256: string;
}

export interface KeyTools {
  /** Runs `ssh-keygen`: the server's own user. */
  user: Pick<HostUser, "run" | "files">;
  /** A folder nobody else can enter, for files that live as long as one command. */
  directory: string;
}

const prefix = "key-";
/** RFC 8301 and the refusals of today's OpenSSH servers. */
const smallestRsa = 2048;

/**
 * Reads a private key as `ssh` would: OpenSSH or PEM. `ssh-keygen` is asked, so that what is taken here is what `ssh`
 * takes later; it is installed wherever a key can be used at all.
 * @throws AppError `invalid_input` for what is no such key, is weak, or is protected by a passphrase; `tool_missing`
 */
export async function readPrivateKey(tools: KeyTools, text: string): Promise<KeyPair> {
  const privateKey = `${text.replaceAll(/\r\n?/g, "\n").trim()}\n`;
  return withFolder(tools, async (folder) => {
    const file = path.join(folder, "key");
    await tools.user.files.writeFile(file, privateKey, { root: folder, mode: 0o600 });
    // An empty passphrase: a protected key fails instead of asking.
    const { exitCode, stdout, stderr } = await keygen(tools, ["-y", "-P", "", "-f", file]);
    if (exitCode !== 0) throw unreadable(privateKey, stderr);
    return describe(tools, folder, privateKey, stdout.trim());
  });
}

/** Makes an Ed25519 key; `comment` ends its public line. */
export async function generateKey(tools: KeyTools, comment: string): Promise<KeyPair> {
  return withFolder(tools, async (folder) => {
    const file = path.join(folder, "key");
    const { exitCode, stderr } = await keygen(tools, ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
    if (exitCode !== 0) throw new AppError("command_failed", `ssh-keygen could not make a key: ${lastLine(stderr)}`);
    const read = (name: string) => tools.user.files.readFile(path.join(folder, name), { root: folder });
    const [privateKey, publicKey] = [await read("key"), await read("key.pub")];
    if (privateKey === null || publicKey === null) throw new AppError("command_failed", "ssh-keygen made no key.");
    return describe(tools, folder, privateKey, publicKey.trim());
  });
}

/** Removes what a server that was killed in the middle of the above left. */
export async function removeKeyLeftovers({ user, directory }: KeyTools): Promise<void> {
  for (const { name } of await user.files.list(directory, { root: directory })) {
    if (name.startsWith(prefix)) await user.files.removeTree(path.join(directory, name), { root: directory });
  }
}

async function withFolder<T>({ user, directory }: KeyTools, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = path.join(directory, `${prefix}${randomBytes(8).toString("hex")}`);
  await user.files.makeDirectory(folder, { root: directory, mode: 0o700 });
  try {
    return await work(folder);
  } finally {
    await user.files.removeTree(folder, { root: directory });
  }
}

async function describe(tools: KeyTools, folder: string, privateKey: string, publicKey: string): Promise<KeyPair> {
  const file = path.join(folder, "public");
  await tools.user.files.writeFile(file, `${publicKey}\n`, { root: folder, mode: 0o600 });
  const [sha256, md5] = await Promise.all(["sha256", "md5"].map((hash) => fingerprint(tools, file, hash)));
  const type = publicKey.split(" ")[0] ?? "";
  if (sha256 === undefined || md5 === undefined)
    throw new AppError("command_failed", "ssh-keygen told no fingerprint.");
  if (type === "ssh-dss" || (type === "ssh-rsa" && sha256.bits < smallestRsa)) {
    throw refused(`it is too weak (${type}, ${sha256.bits} bits): make another with ssh-keygen -t ed25519`);
  }
  const { bits } = sha256;
  return { privateKey, type, bits, publicKey, fingerprintMd5: md5.text, fingerprintSha256: sha256.text };
}

async function fingerprint(tools: KeyTools, file: string, hash: string): Promise<{ bits: number; text: string }> {
  const { stdout } = await keygen(tools, ["-l", "-E", hash, "-f", file]);
  return parseFingerprint(stdout);
}

/** `256 SHA256:… comment (ED25519)`, as `ssh-keygen -l` prints it. @throws AppError `command_failed` for other lines */
export function parseFingerprint(line: string): { bits: number; text: string } {
  const [, bits, text] = /^(\d+) ((?:SHA256|MD5):\S+) /.exec(line) ?? [];
  if (bits === undefined || text === undefined) {
    throw new AppError("command_failed", "ssh-keygen told no fingerprint of the key.");
  }
  return { bits: Number(bits), text };
}

function keygen({ user, directory }: KeyTools, args: readonly string[]) {
  return user.run(["ssh-keygen", ...args], { cwd: directory, check: false, timeoutMs: 10_000 });
}

function unreadable(privateKey: string, stderr: string): AppError {
  if (/incorrect passphrase|passphrase/i.test(stderr)) {
    return refused(
      "it is protected by a passphrase, which nobody could type while git runs. Take the passphrase off a copy with ssh-keygen -p -N '' -f COPY, import that copy and delete it: the server keeps the key encrypted",
    );
  }
  if (/^(?:ssh-|ecdsa-|sk-)\S+ AAAA/.test(privateKey)) {
    return refused("it is the public half; import the file without .pub");
  }
  return refused("ssh-keygen can't read it as a private key. Give an OpenSSH or PEM key, with its first and last line");
}

function refused(why: string): AppError {
  return new AppError("invalid_input", `This SSH key cannot be used: ${why}.`, {
    errors: [{ path: "privateKey", message: why }],
  });
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
