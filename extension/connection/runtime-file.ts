import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { AppError } from "../../shared/errors.ts";
import { isErrno } from "../errno.ts";

/** What a running personal server writes about itself, readable by its owner alone. */
export interface RuntimeFile {
  url: string;
  pid: number;
  version: string;
  /** Signs in whoever can read the file. */
  secret: string;
  startedAt: string;
}

/**
 * Reads the runtime file of a personal server.
 * @returns undefined where there is none
 * @throws AppError `unsafe_path` where somebody else could have written or read it: its secret must not be used then
 */
export async function readRuntimeFile(file: string): Promise<RuntimeFile | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw new AppError(
      "unsafe_path",
      `${file} can't be read. It is made by aiops when its server starts: delete it and start the server again.`,
      {
        cause: error,
      },
    );
  }
  await using opened = handle;
  const stat = await opened.stat();
  if (stat.uid !== process.getuid?.() || (stat.mode & 0o077) !== 0) {
    throw new AppError(
      "unsafe_path",
      `${file} must belong to you and be readable by nobody else (mode 0600). Someone may have replaced it: delete it and start the server again.`,
    );
  }
  return parse(await opened.readFile("utf8"));
}

/** A file that is cut or of another form is that of a server that is gone. */
function parse(text: string): RuntimeFile | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { url, pid, version, secret, startedAt } = value as Record<string, unknown>;
  if (typeof url !== "string" || !isLoopback(url) || typeof secret !== "string") return undefined;
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 1) return undefined;
  return { url, pid, version: String(version), secret, startedAt: String(startedAt) };
}

function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && (hostname === "127.0.0.1" || hostname === "[::1]" || hostname === "localhost");
}

/** Whether a process of ours has that id. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the id was given to somebody else's process since.
    if (isErrno(error, "ESRCH", "EPERM")) return false;
    throw error;
  }
}
