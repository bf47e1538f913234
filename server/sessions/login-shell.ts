import { randomBytes } from "node:crypto";
import path from "node:path";
import type { Clock } from "../../shared/clock.ts";
import { AppError } from "../../shared/errors.ts";
import type { HostUser } from "../host/host.ts";

/** Start files may be slow; one that waits for an answer never ends. */
const shellTimeoutMs = 10_000;
const rememberMs = 30_000;

/** Shells that take `-l -i -c SCRIPT ARGUMENT…` and the same script. */
const posixShells = new Set(["bash", "zsh", "sh", "dash", "ksh", "mksh", "ash"]);

const posixScript = 'PATH="$PATH:$1"; export PATH; shift; exec "$@"';
const fishScript = "set -gx PATH $PATH $argv[1]; exec $argv[2..-1]";

/**
 * Runs a program in the place of the person's login shell, once that has read its start files (interactive ones too:
 * version managers such as nvm are set up there). `lastFolder` ends the PATH.
 */
export function inLoginShell(shell: string, lastFolder: string, argv: readonly string[]): string[] {
  const name = path.basename(shell);
  if (name === "fish") return [shell, "-l", "-i", "-c", fishScript, lastFolder, ...argv];
  const posix = posixShells.has(name) ? shell : "/bin/sh";
  return [posix, "-l", "-i", "-c", posixScript, "aiops", lastFolder, ...argv];
}

/** The same without the person's start files, where the host is configured so (`useLoginShell`). */
export function inPlainShell(lastFolder: string, argv: readonly string[]): string[] {
  return ["/bin/sh", "-c", posixScript, "aiops", lastFolder, ...argv];
}

/** Where programs of a person are found: the PATH their login shell makes, and the usual folders of npm's own. */
export class LoginPaths {
  readonly #clock: Clock;
  readonly #useLoginShell: boolean;
  readonly #known = new Map<string, { folders: Promise<string[]>; at: number }>();

  constructor(clock: Clock, useLoginShell: boolean) {
    this.#clock = clock;
    this.#useLoginShell = useLoginShell;
  }

  /** Absolute folders, in the order they are searched; asked anew after half a minute. */
  async of(user: HostUser): Promise<string[]> {
    const now = this.#clock.now();
    const known = this.#known.get(user.name);
    if (known && Math.abs(now - known.at) < rememberMs) return known.folders;
    const folders = readFolders(user, this.#useLoginShell);
    this.#known.set(user.name, { folders, at: now });
    return folders;
  }
}

async function readFolders(user: HostUser, useLoginShell: boolean): Promise<string[]> {
  const shells = useLoginShell
    ? [
        ["-l", "-i", "-c"],
        ["-l", "-c"],
      ]
    : [["-c"]];
  let login: string | null = null;
  for (const flags of shells) login ??= await shellPath(user, flags);
  const own = [".local/bin", ".npm-global/bin", ".claude/local", ".bun/bin"].map((folder) =>
    path.join(user.home, folder),
  );
  const all = [
    ...(login ?? "").split(path.delimiter),
    ...own,
    ...(await npmPrefixFolder(user)),
    "/usr/local/bin",
    "/usr/bin",
  ];
  return [...new Set(all.filter((folder) => path.isAbsolute(folder)))];
}

/** Null where the shell does not say: its start files failed, or waited for an answer. */
async function shellPath(user: HostUser, flags: readonly string[]): Promise<string | null> {
  const mark = randomBytes(8).toString("hex");
  try {
    // Start files may print; only what stands between the marks counts.
    const argv = [user.shell, ...flags, `printf '%s' "${mark}$PATH${mark}"`];
    const { stdout } = await user.run(argv, { check: false, timeoutMs: shellTimeoutMs });
    return stdout.split(mark)[1] ?? null;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** `prefix` of the person's ~/.npmrc (npmrc(5)). */
async function npmPrefixFolder(user: HostUser): Promise<string[]> {
  // Often a link into a repository of dotfiles.
  const file = await user.files.realPath(path.join(user.home, ".npmrc"));
  const npmrc = file === null ? null : await user.files.readFile(file, { root: path.dirname(file) });
  const prefix = /^\s*prefix\s*=\s*(.+?)\s*$/mu.exec(npmrc ?? "")?.[1];
  if (prefix === undefined) return [];
  const home = prefix.replace(/^~(?=\/)|^\$\{HOME\}/u, user.home);
  return [path.join(home.replaceAll(/^"|"$/gu, ""), "bin")];
}
