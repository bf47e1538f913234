import { randomBytes } from "node:crypto";

/** A new opaque id: 20 hexadecimal digits, safe in URLs, file names and tmux session names. */
export function newId(): string {
  return randomBytes(10).toString("hex");
}
