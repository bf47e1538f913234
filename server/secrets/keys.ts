import { createHash } from "node:crypto";
import * as z from "zod";
import { AppError } from "../../shared/errors.ts";
import { childEnvironment } from "../host/environment.ts";
import { spawn } from "../host/spawn.ts";

/** AES-256. */
export const keyBytes = 32;

/** Base64 of a key. */
export const keyText = z.base64().refine((text) => Buffer.from(text, "base64").length === keyBytes, "must be 32 bytes");

/** A key's name: the beginning of its hash, so the same key has the same name wherever it comes from. */
export function keyId(key: Uint8Array): string {
  return createHash("sha256").update("aiops key id").update(key).digest("hex").slice(0, 12);
}

/** Where a key comes from. */
export type KeySource = "file" | "environment" | "command";

export interface Key {
  id: string;
  key: Buffer;
  source: KeySource;
  /** Null where its maker did not say. */
  createdAt: string | null;
}

/**
 * Keys given from outside: base64, apart by commas, spaces or lines; the first is for new values.
 * @param name what gave them, for the error; what they are is never said
 * @throws AppError invalid_input
 */
export function parseKeys(text: string, source: KeySource, name: string): Key[] {
  const keys = text.split(/[\s,]+/).filter((part) => part !== "");
  const parsed = z.array(keyText).min(1).safeParse(keys);
  if (!parsed.success) {
    throw new AppError(
      "invalid_input",
      `${name} is not the base64 of 32 bytes. Make one with: head -c 32 /dev/urandom | base64`,
    );
  }
  return parsed.data.map((part) => {
    const key = Buffer.from(part, "base64");
    return { id: keyId(key), key, source, createdAt: null };
  });
}

/** Milliseconds an external command may take: long enough for a key store over the network. */
const commandTimeoutMs = 10_000;

/**
 * Asks an external program for the keys. What it prints is used and never shown, nor is what it says when it fails.
 * @param command its arguments, first an absolute path
 * @throws AppError invalid_input, unavailable
 */
export async function askForKeys(command: readonly string[]): Promise<Key[]> {
  const [program = ""] = command;
  if (!program.startsWith("/")) {
    throw new AppError("invalid_input", "AIOPS_KEY_COMMAND must begin with the absolute path of a program.");
  }
  const home = process.env["HOME"] ?? "/";
  const env = childEnvironment(process.env, { name: process.env["USER"] ?? "", home, shell: "/bin/sh" });
  let stdout: string;
  try {
    ({ stdout } = await spawn(command, { cwd: "/", env, timeoutMs: commandTimeoutMs, maxOutputBytes: 65_536 }));
  } catch (error) {
    const code = error instanceof AppError ? error.code : undefined;
    const why = code === "timeout" ? "did not end in time" : code === "too_large" ? "printed too much" : "failed";
    // No cause: its message could quote what the program printed.
    throw new AppError("unavailable", `The key command ${program} ${why}. Run it as this user to see what it says.`);
  }
  return parseKeys(stdout, "command", `What the key command ${program} printed`);
}
