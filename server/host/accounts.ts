import { statSync } from "node:fs";
import type { Clock } from "../../shared/clock.ts";
import { AppError } from "../../shared/errors.ts";
import { linuxUserName } from "../../shared/rules/names.ts";
import type { HostIdentity } from "./host.ts";
import { spawn } from "./spawn.ts";

/** How long an answer stands where the files did not change: the databases may also lie in a directory service. */
const rememberMs = 30_000;
const lookUpMs = 10_000;
/** getent(1): the key could not be found. */
const notFound = 2;

interface Known<T> {
  value: T;
  at: number;
  stamp: string;
}

/** What the system's user and group databases say (files or a directory service, as nsswitch.conf orders them). */
export class Accounts {
  readonly #clock: Clock;
  readonly #passwd: Cache<HostIdentity | null>;
  readonly #groups: Cache<readonly number[]>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#passwd = new Cache(["/etc/passwd"]);
    this.#groups = new Cache(["/etc/group", "/etc/passwd"]);
  }

  /** Null where there is no such account, and for a name that none can have. */
  byName(name: string): Promise<HostIdentity | null> {
    return linuxUserName.test(name) ? this.#find(name) : Promise.resolve(null);
  }

  /** Null where no account has the id. */
  byUid(uid: number): Promise<HostIdentity | null> {
    if (!Number.isSafeInteger(uid) || uid < 0) return Promise.resolve(null);
    return this.#find(String(uid));
  }

  /** The ids of all groups an account would have if it logged in now, in ascending order. */
  groups(name: string): Promise<readonly number[]> {
    return this.#groups.get(name, this.#clock.now(), async () => {
      const { stdout } = await ask(["id", "-G", "--", name]);
      return ascending(stdout.trim().split(" ").map(Number));
    });
  }

  #find(key: string): Promise<HostIdentity | null> {
    return this.#passwd.get(key, this.#clock.now(), async () => {
      const { exitCode, stdout } = await ask(["getent", "passwd", key], [notFound]);
      return exitCode === notFound ? null : parseEntry(stdout);
    });
  }
}

export function ascending(numbers: readonly number[]): number[] {
  return numbers.toSorted((a, b) => a - b);
}

/** Answers are kept while none of the files changed, and for half a minute at most. */
class Cache<T> {
  readonly #files: readonly string[];
  readonly #known = new Map<string, Known<Promise<T>>>();

  constructor(files: readonly string[]) {
    this.#files = files;
  }

  get(key: string, now: number, ask: () => Promise<T>): Promise<T> {
    const stamp = this.#files.map(stampOf).join(" ");
    const known = this.#known.get(key);
    if (known?.stamp === stamp && Math.abs(now - known.at) < rememberMs) return known.value;
    const value = this.#asked(key, ask);
    this.#known.set(key, { value, at: now, stamp });
    return value;
  }

  /** A failure is told to those who asked, and not remembered. */
  async #asked(key: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      this.#known.delete(key);
      throw error;
    }
  }
}

/** Whichever way a database is written, its file is another one afterwards. */
function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat ? `${stat.ino}:${stat.mtimeNs}:${stat.size}` : "none";
}

async function ask(argv: readonly string[], answers: readonly number[] = []) {
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };
  const result = await spawn(argv, { cwd: "/", env, timeoutMs: lookUpMs, check: false });
  if (result.exitCode === 0 || answers.includes(result.exitCode)) return result;
  const message = `The user database could not be asked: ${argv.join(" ")} ended with ${result.exitCode}. Try again.`;
  throw new AppError("unavailable", message, { data: { command: argv, ...result } });
}

/** passwd(5) */
function parseEntry(line: string): HostIdentity {
  const [name = "", , uid, gid, , home = "", shell = ""] = line.trimEnd().split("\n")[0]?.split(":") ?? [];
  return { name, uid: Number(uid), gid: Number(gid), home: home || "/", shell: shell || "/bin/sh" };
}
