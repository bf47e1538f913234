import { randomUUID } from "node:crypto";

/**
 * A new opaque id: 20 random hexadecimal digits, safe in URLs, file names and tmux session names. Node.js keeps random
 * bytes ready for UUIDs alone, whose first and last groups are nothing but random; asking for bytes takes ten times as long.
 */
export function newId(): string {
  const uuid = randomUUID();
  return uuid.slice(0, 8) + uuid.slice(24);
}
