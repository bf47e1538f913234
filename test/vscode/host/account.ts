// VS Code as another Linux user of this machine has it.
import { execFile } from "node:child_process";
import { copyFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { codeServerDir, nodeBin } from "../../../scripts/setup/places.mjs";
import type { LinuxUsers, TestLinuxUser } from "../../support/linux-users.ts";

const run = promisify(execFile);

/** Who a VS Code server runs as, and a VS Code they can read. */
export interface VsCodeAccount {
  user: TestLinuxUser;
  /** From {@link readableVsCode}. */
  command: readonly string[];
}

/**
 * A VS Code server that every user of this machine can read: the one of the tests stands in a home that is closed to
 * others. Its files are linked, and copied only where they are on another file system.
 * @returns the command line that starts it
 */
export async function readableVsCode(users: LinuxUsers): Promise<string[]> {
  const folder = await users.rootDirectory();
  const from = join(codeServerDir, "lib", "vscode");
  const program = join(folder, "vscode");
  try {
    await run("cp", ["--archive", "--link", from, program]);
  } catch (error) {
    if (!/cross-device/i.test(String((error as { stderr?: string }).stderr))) throw error;
    await run("cp", ["--archive", from, program]);
  }
  const node = join(folder, "node");
  await copyFile(await realpath(nodeBin), node);
  return [node, join(program, "out", "server-main.js")];
}

/** The command line as the user, with the groups a login gives. */
export function argvAs({ user }: VsCodeAccount, argv: readonly string[]): string[] {
  return ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--init-groups", "--", ...argv];
}

/** What a login gives, and nothing of this process. */
export function loginEnv({ user }: VsCodeAccount): Record<string, string> {
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: user.home,
    USER: user.name,
    LOGNAME: user.name,
    SHELL: "/bin/bash",
    LANG: "C.UTF-8",
  };
}

/** Makes a folder, with all that is in it, the user's own. */
export async function giveTo({ user }: VsCodeAccount, folder: string): Promise<void> {
  await run("chown", ["--recursive", `${user.uid}:${user.gid}`, folder]);
}
