import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { waitFor } from "./wait.ts";

const exec = promisify(execFile);

/** A real account of this machine, made for a test. */
export interface TestLinuxUser {
  name: string;
  uid: number;
  gid: number;
  /** 0700 and the user's own. */
  home: string;
}

export interface RunAsOptions {
  /** The whole environment besides PATH, HOME, USER, LOGNAME and SHELL. */
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  input?: string;
}

export interface RunAsResult {
  code: number;
  stdout: string;
  stderr: string;
}

const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Real Linux users, groups, sudoers files and root-owned directories for tests; all are removed by `dispose`. */
export class LinuxUsers {
  readonly #users: TestLinuxUser[] = [];
  readonly #groups: string[] = [];
  readonly #paths: string[] = [];

  /** Makes a user with a name nobody has, a home (0700) and a group of the same name. */
  async create({ groups = [], shell = "/bin/bash" }: { groups?: string[]; shell?: string } = {}) {
    const name = uniqueName();
    const more = groups.length === 0 ? [] : ["--groups", groups.join(",")];
    await exec("useradd", ["--create-home", "--user-group", "--shell", shell, ...more, name]);
    const { uid, gid, home } = await lookUp(name);
    await chmod(home, 0o700);
    const user = { name, uid, gid, home };
    this.#users.push(user);
    return user;
  }

  async createGroup(): Promise<{ name: string; gid: number }> {
    const name = uniqueName();
    await exec("groupadd", [name]);
    this.#groups.push(name);
    const { stdout } = await exec("getent", ["group", name]);
    return { name, gid: Number(stdout.split(":")[2]) };
  }

  async addToGroup(user: TestLinuxUser, group: string): Promise<void> {
    await exec("usermod", ["--append", "--groups", group, user.name]);
  }

  /** Ends the user's processes and removes account and home. */
  async remove(user: TestLinuxUser): Promise<void> {
    await endProcessesOf(user.uid);
    // --force: an ended process may stand in the process table a moment longer.
    await exec("userdel", ["--force", "--remove", user.name]);
    // The next user gets the same number.
    await rm(join("/tmp", `tmux-${user.uid}`), { recursive: true, force: true });
    this.#users.splice(this.#users.indexOf(user), 1);
  }

  /**
   * Installs lines as a file of /etc/sudoers.d/, checked by visudo first. It stays until `dispose`, or until the
   * function answered removes it.
   */
  async installSudoers(text: string): Promise<() => Promise<void>> {
    const name = uniqueName();
    // sudo leaves out files with a dot in their names.
    const unread = `/etc/sudoers.d/${name}.new`;
    const file = `/etc/sudoers.d/${name}`;
    this.#paths.push(unread, file);
    await writeFile(unread, text, { mode: 0o440 });
    await exec("/usr/sbin/visudo", ["--check", "--quiet", `--file=${unread}`]);
    await rename(unread, file);
    return () => rm(file, { force: true });
  }

  /** A new directory below /usr/lib that root alone writes to, as are all its parents. */
  async rootDirectory(): Promise<string> {
    const directory = await mkdtemp("/usr/lib/aiops-test-");
    this.#paths.push(directory);
    await chmod(directory, 0o755);
    return directory;
  }

  /** A directory of the user's own (0700 unless told) below a root-owned one. */
  async directoryOf(user: TestLinuxUser, mode = 0o700): Promise<string> {
    const directory = join(await this.rootDirectory(), "own");
    await mkdir(directory);
    await chown(directory, user.uid, user.gid);
    await chmod(directory, mode);
    return directory;
  }

  /** Removes everything that was made. */
  async dispose(): Promise<void> {
    for (const user of this.#users.toReversed()) await this.remove(user);
    for (const group of this.#groups.splice(0)) await exec("groupdel", ["--force", group]);
    for (const made of this.#paths.splice(0)) await rm(made, { recursive: true, force: true });
  }
}

/** Runs a command as the user with the groups a login gives, and nothing of this environment. */
export async function runAs(
  user: TestLinuxUser,
  argv: readonly string[],
  options: RunAsOptions = {},
): Promise<RunAsResult> {
  const child = spawnAs(user, argv, options);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => void (output.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => void (output.stderr += text));
  child.once("error", reject);
  child.once("close", (code) => resolve(code ?? -1));
  child.stdin?.on("error", (error: NodeJS.ErrnoException) => {
    // A command may end before it has read its input.
    if (error.code !== "EPIPE") reject(error);
  });
  if (options.input === undefined) child.stdin?.end();
  else child.stdin?.end(options.input);
  return { code: await promise, ...output };
}

/** Starts a command as the user, as `runAs` does, with pipes. */
export function spawnAs(user: TestLinuxUser, argv: readonly string[], options: RunAsOptions = {}): ChildProcess {
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, "--init-groups"];
  return spawn("setpriv", [...identity, "--", ...argv], {
    cwd: options.cwd ?? "/",
    env: {
      PATH: path,
      HOME: user.home,
      USER: user.name,
      LOGNAME: user.name,
      SHELL: "/bin/bash",
      LANG: "C.UTF-8",
      ...options.env,
    },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
}

/**
 * Linux users for the tests of the surrounding `describe`, removed after it. Where this is not root, or sudo is
 * missing, its tests are skipped and say so.
 */
export function linuxUsers(): LinuxUsers {
  const users = new LinuxUsers();
  const missing = whatIsMissing();
  before(function () {
    if (missing === undefined) return;
    for (const test of testsOf(this.test?.parent)) test.skipReason = `needs ${missing}`;
    this.skip();
  });
  after(() => users.dispose());
  return users;
}

function whatIsMissing(): string | undefined {
  if (userInfo().uid !== 0) return "root, to make Linux users";
  for (const program of ["/usr/bin/sudo", "/usr/sbin/visudo", "/usr/sbin/useradd"]) {
    if (!existsSync(program)) return `${program} (apt-get install sudo passwd)`;
  }
  return undefined;
}

function testsOf(suite: Mocha.Suite | undefined): (Mocha.Test & { skipReason?: string })[] {
  return suite ? [...suite.tests, ...suite.suites.flatMap(testsOf)] : [];
}

function uniqueName(): string {
  return `aiopst${randomBytes(5).toString("hex")}`;
}

async function lookUp(name: string): Promise<{ uid: number; gid: number; home: string }> {
  const { stdout } = await exec("getent", ["passwd", name]);
  const [, , uid, gid, , home = ""] = stdout.trim().split(":");
  return { uid: Number(uid), gid: Number(gid), home };
}

async function endProcessesOf(uid: number): Promise<void> {
  const none = async () => {
    const left = await processesOf(uid);
    for (const pid of left) kill(pid);
    return left.length === 0;
  };
  await waitFor(none, { timeoutMs: 10_000, what: `the processes of user ${uid} to end` });
}

/** Process ids of what runs as the user, by the owner of /proc/PID. */
export async function processesOf(uid: number): Promise<number[]> {
  const pids = (await readdir("/proc")).map(Number).filter(Number.isInteger);
  const owners = await Promise.all(pids.map(ownerOf));
  return pids.filter((_, index) => owners[index] === uid);
}

async function ownerOf(pid: number): Promise<number | undefined> {
  try {
    return (await stat(`/proc/${pid}`)).uid;
  } catch (error) {
    if (ended(error)) return undefined;
    throw error;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!ended(error)) throw error;
  }
}

function ended(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ESRCH";
}
