import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { AppError } from "../../shared/errors.ts";
import type { HostFiles } from "./files.ts";
import type { GitCredentials } from "./git.ts";
import type { HostUser } from "./host.ts";
import { errno } from "./safe-path.ts";

/** What a command is started with so that it finds its credentials; disposing removes them. */
export interface HandedOver extends AsyncDisposable {
  variables: Readonly<Record<string, string>>;
  /** For `git -c`; never a secret. */
  config: readonly string[];
  /** Takes the secrets out of what git said. */
  redact: (text: string) => string;
}

interface Surroundings {
  user: Pick<HostUser, "uid" | "home">;
  files: HostFiles;
}

export const nothingHandedOver: HandedOver = {
  variables: {},
  config: [],
  redact: (text) => text,
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/**
 * Hands credentials to one git command: as files only their user can read, in a folder of an unguessable name that is
 * removed when the command has ended. What a killed server left there is removed first. Arguments and environment hold
 * the folder's name and no secret.
 * @throws AppError `unsafe_path` where the folder would not be this user's alone
 */
export async function handOver(credentials: GitCredentials, { user, files }: Surroundings): Promise<HandedOver> {
  const root = await privateDirectory(user, files);
  await removeLeftovers(files, root);
  const folder = path.join(root, `${process.pid}-${startOf(process.pid) ?? "0"}-${randomBytes(16).toString("hex")}`);
  await files.makeDirectory(folder, { root, mode: 0o700 });
  const remove = async () => void (await files.removeTree(folder, { root }));
  try {
    const given = await (credentials.kind === "ssh"
      ? sshKey(credentials, folder, files)
      : password(credentials, folder, files));
    return { ...given, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Where a user's credentials lie for the length of a command: `/run/user/<uid>`, which is memory and goes with the last
 * login, else the cache folder of the home.
 */
export async function privateDirectory(user: Pick<HostUser, "uid" | "home">, files: HostFiles): Promise<string> {
  const runtime = `/run/user/${user.uid}`;
  const stat = await files.stat(runtime);
  const usesRuntime = stat?.kind === "directory" && stat.uid === user.uid && (stat.mode & 0o077) === 0;
  const cache = path.join(user.home, ".cache");
  if (!usesRuntime && !(await files.exists(cache))) await files.makeDirectory(cache, { root: user.home, mode: 0o700 });
  // A cache folder that is a link to a bigger disk is the person's own choice.
  const base = usesRuntime ? runtime : ((await files.realPath(cache)) ?? cache);
  const directory = path.join(base, "aiops-git");
  await files.makeDirectory(directory, { root: base, mode: 0o700 });
  const made = await files.stat(directory);
  if (made?.kind === "directory" && made.uid === user.uid && (made.mode & 0o077) === 0) return directory;
  throw new AppError(
    "unsafe_path",
    `${directory} must be a folder that its user alone can enter, for keys lie there while git runs. Remove it, or chmod 700 it, then try again.`,
    { data: { path: directory } },
  );
}

async function sshKey(
  { privateKey, knownHosts }: Extract<GitCredentials, { kind: "ssh" }>,
  folder: string,
  files: HostFiles,
): Promise<Omit<HandedOver, keyof AsyncDisposable>> {
  const [key, hosts] = [path.join(folder, "key"), path.join(folder, "known_hosts")];
  await files.writeFile(key, privateKey, { root: folder, mode: 0o600 });
  await files.writeFile(hosts, knownHosts, { root: folder, mode: 0o600 });
  const options = {
    // This key and no other: not the agent's, not those of the person's configuration.
    IdentityFile: sshPath(key),
    IdentitiesOnly: "yes",
    IdentityAgent: "none",
    BatchMode: "yes",
    PreferredAuthentications: "publickey",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: sshPath(hosts),
    GlobalKnownHostsFile: "/dev/null",
    UpdateHostKeys: "no",
    ConnectTimeout: "15",
    ServerAliveInterval: "15",
    ServerAliveCountMax: "4",
  };
  const words = Object.entries(options).map(([name, value]) => `-o ${quoted(`${name}=${value}`)}`);
  return {
    variables: { GIT_SSH_COMMAND: `ssh -F none ${words.join(" ")}`, GIT_SSH_VARIANT: "ssh" },
    config: [],
    redact: (text) => text,
  };
}

async function password(
  { origin, username, password: secret }: Extract<GitCredentials, { kind: "https" }>,
  folder: string,
  files: HostFiles,
): Promise<Omit<HandedOver, keyof AsyncDisposable>> {
  if (/[\r\n\0]/.test(username + secret)) {
    throw new AppError("invalid_input", "The name and token for a repository can't hold line breaks. Enter them anew.");
  }
  const file = path.join(folder, "credential");
  await files.writeFile(file, `username=${username}\npassword=${secret}\n`, { root: folder, mode: 0o600 });
  // Given away once: whoever asks a second time, or for `store` and `erase`, gets nothing.
  const [from, taken] = [quoted(file), quoted(`${file}.taken`)];
  const helper = `!f() { test "$1" = get && mv ${from} ${taken} 2>/dev/null && cat ${taken} && rm -f ${taken}; }; f`;
  return {
    variables: {},
    config: [
      // The person's own helpers are not asked, and so can't store what is not theirs.
      "credential.helper=",
      // Git asks it for this origin alone, also after a redirect (gitcredentials(7)).
      `credential.${new URL(origin).origin}.helper=${helper}`,
      "credential.useHttpPath=false",
      "http.sslVerify=true",
    ],
    redact: (text) => text.replaceAll(secret, "***"),
  };
}

/** Removes the folders of processes that are gone. */
async function removeLeftovers(files: HostFiles, root: string): Promise<void> {
  for (const { name } of await files.list(root, { root })) {
    const [, pid, started] = /^(\d+)-(\d+)-[0-9a-f]{32}$/.exec(name) ?? [];
    if (pid === undefined || startOf(Number(pid)) === started) continue;
    await files.removeTree(path.join(root, name), { root });
  }
}

/** When a process started, in ticks since boot (proc_pid_stat(5), field 22); undefined where there is none. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may hold spaces; what follows it begins with field 3.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch (error) {
    if (errno(error) === "ENOENT" || errno(error) === "ESRCH") return undefined;
    throw error;
  }
}

/** One word for the shell that git starts ssh and helpers with. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A file name in an option of ssh, which expands `%` and splits at spaces (ssh_config(5)). */
function sshPath(file: string): string {
  return `"${file.replaceAll("%", "%%")}"`;
}
