import { execFile } from "node:child_process";
import { chmod, chown, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { AppError, errorMessage } from "../../shared/errors.ts";
import { linuxUserName } from "../../shared/rules/names.ts";
import { missingToolError } from "./missing-tool.ts";
import { errno } from "./safe-path.ts";

const exec = promisify(execFile);

export const defaultSudoersFile = "/etc/sudoers.d/aiops";

/** `visudo` is not on everybody's PATH. */
const visudo = "/usr/sbin/visudo";
/** Without characters that mean something in sudoers(5): wildcards, commas, colons, spaces, backslashes. */
const plainPath = /^(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)+$/;

export interface SudoersOptions {
  /** The Linux user the server runs as. */
  service: string;
  /** Those it may act as. */
  users: readonly string[];
  /** Absolute path of the installed launcher. */
  program: string;
}

/**
 * The line that lets the service act as one user: one program, and `""` for no arguments (sudoers(5)).
 * @throws AppError `invalid_input` for a name or path that would mean something else in sudoers
 */
export function sudoersLine({ service, program }: Omit<SudoersOptions, "users">, user: string): string {
  for (const name of [service, user]) {
    if (linuxUserName.test(name)) continue;
    throw new AppError("invalid_input", `${JSON.stringify(name)} is no Linux user name that sudoers can hold.`);
  }
  if (!plainPath.test(program)) {
    const message = `${JSON.stringify(program)} is no path that sudoers can hold: letters, digits, dots, dashes and slashes alone.`;
    throw new AppError("invalid_input", message);
  }
  return `${service} ALL=(${user}) NOPASSWD: ${program} ""`;
}

/** The least-privilege file for the configured users: one line for each, one program, no arguments. */
export function sudoersText(options: SudoersOptions): string {
  const { service, program } = options;
  const users = [...new Set(options.users)].filter((user) => user !== service).sort();
  const lines = users.map((user) => sudoersLine(options, user));
  return [
    `# Written by "aiops install": lets ${service} start the aiops helper as these users, and nothing else.`,
    "# The helper takes no arguments and an empty environment only.",
    ...(lines.length === 0 ? [] : [`Defaults!${program} env_reset, !use_pty`]),
    ...lines,
    "",
  ].join("\n");
}

/**
 * Has visudo read the text as a sudoers file.
 * @throws AppError `invalid_input` with what visudo says, `tool_missing`
 */
export async function checkSudoers(file: string): Promise<void> {
  try {
    await exec(visudo, ["-c", "-q", "-f", file], { env: {} });
  } catch (error) {
    if (errno(error) === "ENOENT") throw missingToolError("visudo", error);
    const said = (error as { stderr?: string; stdout?: string }).stderr?.trim() || errorMessage(error);
    throw new AppError("invalid_input", `visudo does not accept the sudoers file: ${said}. Nothing was changed.`, {
      cause: error,
    });
  }
}

/**
 * Replaces a file of /etc/sudoers.d at once: written under a name with a dot, which sudo leaves out, checked, synced,
 * renamed. Needs root.
 * @throws AppError `forbidden` without root, `invalid_input` where visudo refuses it (the old file stays)
 */
export async function writeSudoers(text: string, file: string = defaultSudoersFile): Promise<void> {
  if (path.basename(file).includes(".")) {
    throw new AppError("invalid_input", `sudo leaves out ${file}, because its name has a dot. Choose another name.`);
  }
  if (process.getuid?.() !== 0) {
    throw new AppError("forbidden", `Only root may write ${file}. Run this with sudo.`);
  }
  const unread = `${file}.${process.pid}.new`;
  await rm(unread, { force: true });
  try {
    await using handle = await open(unread, "wx", 0o400);
    await handle.writeFile(text);
    await chown(unread, 0, 0);
    await chmod(unread, 0o440);
    await handle.sync();
    await checkSudoers(unread);
    await rename(unread, file);
  } catch (error) {
    await rm(unread, { force: true });
    throw error;
  }
  await using directory = await open(path.dirname(file), "r");
  await directory.sync();
}
