import * as z from "zod";
import { base, id, name, timestamp } from "./common.ts";

/** A private key as OpenSSH or PEM text. Write-only: no answer ever carries it. */
const privateKey = z.string().min(1, "must not be empty").max(20_000);

export const sshKey = z.object({
  ...base,
  tenantId: id,
  name,
  /** The key's algorithm as OpenSSH names it, as `ssh-ed25519`. */
  type: z.string(),
  /** The length of the key, in bits. */
  bits: z.int().min(1),
  /** One line as it stands in `authorized_keys`: what the repository's host is given. */
  publicKey: z.string(),
  /** As `MD5:43:51:…`, the way older hosts show it. */
  fingerprintMd5: z.string(),
  /** As `SHA256:…`. */
  fingerprintSha256: z.string(),
});

/** A key is imported (`privateKey`) or made here (`generate`). */
export const sshKeyInput = z
  .object({ tenantId: id, name, privateKey: privateKey.optional(), generate: z.literal("ed25519").optional() })
  .refine(({ privateKey: imported, generate }) => (imported === undefined) !== (generate === undefined), {
    message: "give privateKey to import a key, or generate to have one made, not both",
    path: ["privateKey"],
  });

/** With another private key the entry stays, and whatever uses it uses the new key. */
export const sshKeyPatch = z.object({ name, privateKey }).partial();

/** A host whose keys the server has recorded: another key there is refused until the entry is deleted. */
export const sshHost = z.object({
  ...base,
  /** As in `known_hosts`: `host`, or `[host]:port` where the port is not 22. */
  host: z.string(),
  keys: z.array(
    z.object({
      type: z.string(),
      /** The key itself, in base64. */
      key: z.string(),
      /** As `SHA256:…`: to be compared with what the host's administrator says. */
      fingerprint: z.string(),
    }),
  ),
  recordedAt: timestamp,
});

export type SshKey = z.infer<typeof sshKey>;
export type SshKeyInput = z.infer<typeof sshKeyInput>;
export type SshHost = z.infer<typeof sshHost>;
