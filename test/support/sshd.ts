import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";
import { waitFor } from "./wait.ts";

const run = promisify(execFile);
const program = "/usr/sbin/sshd";

export const hasSshd = existsSync(program);

export interface TestSshd extends AsyncDisposable {
  port: number;
  /** `ssh://<me>@127.0.0.1:<port><path>` */
  url(path: string): string;
  /** Lets the holder of a key in; one line as in `authorized_keys`. */
  allow(publicKey: string): Promise<void>;
  /** Shows another host key from the next connection on. */
  changeHostKey(): Promise<void>;
}

/** A real sshd on loopback, on a port, host keys and configuration of its own. It lets this process's user in by key. */
export async function startSshd(): Promise<TestSshd> {
  const directory = await mkdtemp(join(tmpdir(), "aiops-sshd-"));
  const [hostKey, allowed] = [join(directory, "host_key"), join(directory, "authorized_keys")];
  // Debian's sshd wants this folder; systemd makes it where systemd is.
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const makeHostKey = async () => {
    for (const file of [hostKey, `${hostKey}.pub`]) await rm(file, { force: true });
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", hostKey]);
  };
  await makeHostKey();
  await writeFile(allowed, "", { mode: 0o600 });
  const port = await freePort();
  const { username } = userInfo();
  const config = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${allowed}`,
    `PidFile ${join(directory, "pid")}`,
    `AllowUsers ${username}`,
    "StrictModes no",
    "UsePAM no",
    "PermitRootLogin prohibit-password",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "MaxStartups 100",
  ];
  await writeFile(join(directory, "config"), `${config.join("\n")}\n`);
  const child = spawn(program, ["-D", "-e", "-f", join(directory, "config")], { stdio: "ignore" });
  await waitFor(() => listens(port), { what: "sshd" });
  return {
    port,
    url: (path) => `ssh://${username}@127.0.0.1:${port}${path}`,
    allow: (publicKey) => appendFile(allowed, `${publicKey.trim()}\n`),
    changeHostKey: async () => {
      await makeHostKey();
      // Read anew on SIGHUP, by starting itself again (sshd(8)).
      child.kill("SIGHUP");
      const shown = (await run("ssh-keygen", ["-y", "-f", hostKey])).stdout.split(" ")[1] ?? "";
      await waitFor(async () => (await scan(port)).includes(shown), { what: "the new host key" });
    },
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      if (child.exitCode === null) await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function scan(port: number): Promise<string> {
  try {
    return (await run("ssh-keyscan", ["-t", "ed25519", "-p", String(port), "127.0.0.1"])).stdout;
  } catch (error) {
    // It answers nobody while it starts again.
    if (error instanceof Error && "code" in error && error.code === 1) return "";
    throw error;
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
