import { spawn } from "node:child_process";
import { AppError } from "../../shared/errors.ts";
import { missingToolError } from "../host/missing-tool.ts";
import { writeNew } from "./atomic-file.ts";
import { systemCode } from "./fault.ts";

/** Where a backup lies on another machine. */
export interface RemoteBackup {
  user: string | undefined;
  host: string;
  port: number | undefined;
  /** Absolute path of a backup, or of a directory with backups. */
  path: string;
}

/** No option of ssh, and nothing a shell or ssh's own %-tokens could take for something else. */
const plainHost = /^(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])$/;
const plainUser = /^[A-Za-z_][A-Za-z0-9._-]*$/;

/**
 * Reads `ssh://user@host:port/dir`.
 * @returns undefined for what is no such address
 * @throws AppError invalid_input for one that can't be used
 */
export function parseRemoteBackup(address: string): RemoteBackup | undefined {
  if (!address.startsWith("ssh://")) return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const user = decodeURIComponent(url?.username ?? "");
  const path = decodeURIComponent(url?.pathname ?? "");
  const isPlain =
    url !== undefined &&
    plainHost.test(url.hostname) &&
    (user === "" || plainUser.test(user)) &&
    url.password === "" &&
    url.search === "" &&
    url.hash === "" &&
    path.length > 1 &&
    !/\p{Cc}/u.test(path);
  if (!isPlain) {
    throw new AppError(
      "invalid_input",
      `${JSON.stringify(address)} is no address of a backup. Write it as ssh://user@host/dir or ssh://user@host:22/dir/FILE.`,
    );
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return { user: user === "" ? undefined : user, host, port: url.port === "" ? undefined : Number(url.port), path };
}

/** Says on standard error which file was taken. */
const mark = "aiops-backup: ";
/** sysexits(3) EX_NOINPUT. */
const noInput = 66;

/** For the shell of the other side (POSIX sh): the newest backup in a directory, or the file itself. */
function remoteCommand(path: string): string {
  const quoted = `'${path.replaceAll("'", String.raw`'\''`)}'`;
  return (
    `p=${quoted}; ` +
    `if [ -d "$p" ]; then n=$(ls -1t -- "$p" | grep -E '\\.tar\\.gz(\\.age)?$' | head -n 1); ` +
    `[ -n "$n" ] || exit ${noInput}; p="$p/$n"; fi; ` +
    `[ -f "$p" ] || exit ${noInput}; printf '%s%s\\n' '${mark}' "$p" >&2; cat -- "$p"`
  );
}

/**
 * Copies a backup from another machine over ssh: with the caller's own keys and known hosts, without asking.
 * @param target the file to make (0600); must not exist
 * @param environment of the caller, for ssh's agent and configuration
 * @param sshOptions further ones of ssh_config(5), as `IdentityFile=/path`
 * @returns the path it had there
 * @throws AppError not_found, unavailable (ssh failed, with what it said), tool_missing, storage_full
 */
export async function fetchBackup(
  { user, host, port, path }: RemoteBackup,
  target: string,
  environment: Readonly<Record<string, string | undefined>>,
  sshOptions: readonly string[] = [],
): Promise<string> {
  const options = ["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=15"];
  const login = [...(user === undefined ? [] : ["-l", user]), ...(port === undefined ? [] : ["-p", String(port)])];
  const child = spawn(
    "ssh",
    [...options, ...sshOptions.flatMap((option) => ["-o", option]), ...login, "--", host, remoteCommand(path)],
    {
      env: sshEnvironment(environment),
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const ended = Promise.withResolvers<number>();
  child.once("error", (error) => ended.reject(systemCode(error) === "ENOENT" ? missingToolError("ssh", error) : error));
  child.once("close", (code) => ended.resolve(code ?? -1));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(-4_000);
  });
  const [written, over] = await Promise.allSettled([writeNew(target, child.stdout), ended.promise]);
  if (over.status === "rejected") throw over.reason;
  if (written.status === "rejected") {
    child.kill();
    throw written.reason;
  }
  if (over.value === noInput) {
    throw new AppError(
      "not_found",
      `There is no backup ${path} on ${host} (a file, or a directory with *.tar.gz or *.tar.gz.age).`,
    );
  }
  if (over.value !== 0) {
    const why = said.trim().split("\n").at(-1) ?? "";
    throw new AppError(
      "unavailable",
      `The backup could not be fetched from ${host}: ${why || `ssh ended with ${over.value}`}. ` +
        `Try "ssh ${user === undefined ? "" : `${user}@`}${host}" by hand: it must get in without a question.`,
    );
  }
  return (
    said
      .split("\n")
      .find((line) => line.startsWith(mark))
      ?.slice(mark.length) ?? path
  );
}

const passed = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "SSH_AUTH_SOCK"];

function sshEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    passed.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
