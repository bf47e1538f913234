import { chmod, lstat, mkdir, mkdtemp, readdir, realpath, rmdir, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Stats } from "node:fs";
import { AppError } from "../../shared/errors.ts";

/** Everybody may make things in it, nobody may list it, and nobody may touch another's. */
const challengeMode = 0o1733;

/** What is known of a thing that somebody made in the directory. */
export interface Made {
  isDirectory: boolean;
  /** The lower twelve bits. */
  mode: number;
  uid: number;
  /** Milliseconds since the epoch. */
  madeAt: number;
}

/** Where people of this host prove who they are, by making a directory that nobody else can make for them. */
export class ChallengeDirectory {
  /** Absolute, without links. */
  readonly path: string;
  readonly #temporary: boolean;

  private constructor(path: string, temporary: boolean) {
    this.path = path;
    this.#temporary = temporary;
  }

  /**
   * Opens `challenge` below the runtime directory, which is there. Where other people can't get there, as below a data directory of the
   * service user, it is a new one in the system's temporary directory instead.
   * @param forOthers whether people besides the server's own user come
   * @throws AppError unsafe_path where somebody else could replace it, or a directory above it
   */
  static async open(runtimeDir: string, forOthers: boolean): Promise<ChallengeDirectory> {
    const base = await realpath(runtimeDir);
    const parents = await checkedParents(base);
    const reachable = parents.every(({ mode }) => (mode & 0o001) !== 0);
    if (forOthers && !reachable) return ChallengeDirectory.#temporaryOne();
    const path = join(base, "challenge");
    await makeOwn(path);
    return new ChallengeDirectory(path, false);
  }

  static async #temporaryOne(): Promise<ChallengeDirectory> {
    const base = await realpath(tmpdir());
    await checkedParents(base);
    const path = await mkdtemp(join(base, "aiops-challenge-"));
    await chmod(path, challengeMode);
    return new ChallengeDirectory(path, true);
  }

  /** What was made under a name, without following links; undefined where nothing was. */
  async look(name: string): Promise<Made | undefined> {
    try {
      const stats = await lstat(join(this.path, name));
      // A directory moved here keeps its birth; one that was touched forward keeps that, too.
      const madeAt = stats.birthtimeMs > 0 ? Math.min(stats.birthtimeMs, stats.mtimeMs) : stats.mtimeMs;
      return { isDirectory: stats.isDirectory(), mode: stats.mode & 0o7777, uid: stats.uid, madeAt };
    } catch (error) {
      if (hasCode(error, "ENOENT")) return undefined;
      throw error;
    }
  }

  /** Takes away what was made under a name. A directory that its maker filled stays: it is of no use any more. */
  async clear(name: string): Promise<void> {
    const path = join(this.path, name);
    try {
      const stats = await lstat(path);
      await (stats.isDirectory() ? rmdir(path) : unlink(path));
    } catch (error) {
      if (!hasCode(error, "ENOENT", "ENOTEMPTY", "EEXIST")) throw error;
    }
  }

  /** Takes away all that was left; a directory of the system's temporary one goes altogether. */
  async close(): Promise<void> {
    for (const name of await readdir(this.path)) await this.clear(name);
    if (!this.#temporary) return;
    try {
      await rmdir(this.path);
    } catch (error) {
      // Somebody filled a directory in it: the system's own tidying takes it.
      if (!hasCode(error, "ENOTEMPTY", "EEXIST")) throw error;
    }
  }
}

async function makeOwn(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  const stats = await lstat(path);
  if (!stats.isDirectory() || stats.uid !== process.getuid?.()) {
    throw new AppError(
      "unsafe_path",
      `${path} must be a directory of the server's own user: people prove there who they are. Remove it and start the server anew.`,
    );
  }
  // Not by mkdir: that leaves out what the umask forbids.
  await chmod(path, challengeMode);
}

/** Every directory from here up to the root. @throws AppError unsafe_path where others could replace what is in one */
async function checkedParents(path: string): Promise<Stats[]> {
  const stats = await lstat(path);
  const trusted = stats.uid === 0 || stats.uid === process.getuid?.();
  const isSticky = (stats.mode & 0o1000) !== 0;
  if (!stats.isDirectory() || !trusted || ((stats.mode & 0o022) !== 0 && !isSticky)) {
    throw new AppError(
      "unsafe_path",
      `${path} stands above the directory where people prove who they are, and must belong to root or the server's user and ` +
        `be writable by nobody else. Run: chmod go-w '${path}', or set AIOPS_RUNTIME_DIR.`,
    );
  }
  return path === "/" ? [stats] : [stats, ...(await checkedParents(dirname(path)))];
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
