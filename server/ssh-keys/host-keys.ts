import { createHash } from "node:crypto";
import type { SshHost } from "../../shared/entities/ssh-key.ts";
import type { HostUser } from "../host/host.ts";

export interface HostKeyTools {
  /** Asks the host: the server's own user. */
  user: Pick<HostUser, "run">;
}

type HostKey = SshHost["keys"][number];

/** Seconds `ssh-keyscan` waits for an answer. */
const scanSeconds = 10;

/** How `known_hosts` names a host: with its port only where that is not the usual one (sshd(8)). */
export function knownHostName(host: string, port: number): string {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  return port === 22 ? bare : `[${bare}]:${port}`;
}

/** Lines for a `known_hosts` file. */
export function knownHostLines({ host, keys }: Pick<SshHost, "host" | "keys">): string {
  return keys.map(({ type, key }) => `${host} ${type} ${key}\n`).join("");
}

/** The keys a host has now, by `ssh-keyscan`; empty where it does not answer. @throws AppError `tool_missing` */
export async function scanHost({ user }: HostKeyTools, host: string, port: number): Promise<HostKey[]> {
  const bare = host.replace(/^\[|\]$/g, "");
  const argv = ["ssh-keyscan", "-T", String(scanSeconds), "-p", String(port), "-t", "ed25519,ecdsa,rsa", "--", bare];
  const { stdout } = await user.run(argv, { check: false, timeoutMs: (scanSeconds + 5) * 1000 });
  return parseScan(stdout);
}

/** What `ssh-keyscan` prints: `host type key` lines, and comments. */
export function parseScan(output: string): HostKey[] {
  return output.split("\n").flatMap((line) => {
    const [, type, key] = /^[^#\s]\S* ((?:ssh|ecdsa)-[A-Za-z0-9-]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line.trim()) ?? [];
    return type === undefined || key === undefined ? [] : [{ type, key, fingerprint: fingerprintOf(key) }];
  });
}

/** As `ssh` shows it: SHA-256 of the key's bytes, in base64 without padding. */
export function fingerprintOf(key: string): string {
  const digest = createHash("sha256").update(Buffer.from(key, "base64")).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}
