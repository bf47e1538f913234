/**
 * How a person's client and server prove to each other that both can read the runtime file, without saying its secret: a
 * program of somebody else that took over the address of a server that ended learns nothing, and is found out.
 */
export type ProvingSide = "client" | "server";

/** A value that was never used before: 64 hexadecimal digits. */
export function newNonce(): string {
  return hex(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * HMAC-SHA-256 over the side's name and what was said, in hexadecimal.
 * @param said the nonce; for the server's proof also the token it binds
 */
export async function localProof(secret: string, side: ProvingSide, ...said: readonly string[]): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(JSON.stringify([side, ...said])))));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
