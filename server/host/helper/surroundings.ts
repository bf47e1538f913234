import { readFileSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { linuxUserName } from "../../../shared/rules/names.ts";
import { distrust } from "./trusted-path.ts";

/** A helper that must not run as it was started; the message says why and what to do. */
export class Refusal extends Error {}

/**
 * What the launcher passes to its interpreter; another one would load or run what nobody looked at. SIGUSR1 would open
 * a debugger's port to everybody on the host. Without its compilers it holds 5 MB less, and is as quick: it waits for
 * the kernel, not for itself.
 */
export const interpreterFlags = [
  "--disable-sigusr1",
  "--no-opt",
  "--no-maglev",
  "--no-sparkplug",
  "--max-semi-space-size=1",
  "--disable-warning=ExperimentalWarning",
];

/** Names of the files of an installed helper, in one directory. */
export const helperNames = {
  launcher: "aiops-helper",
  interpreter: "node",
  program: "helper.mjs",
  settings: "helper.json",
} as const;

/** What the launcher runs besides the interpreter. */
export const launcherTools = ["/bin/sh", "/usr/bin/env"] as const;

/**
 * Looks at how this process was started, before it reads a byte of input.
 * @throws Refusal for an inherited variable, a foreign flag or argument, unequal user ids, root where it is not
 *   allowed, and anything it was loaded from that others than root could have changed
 */
export function verifySurroundings(): void {
  const [variable] = Object.keys(process.env);
  if (variable !== undefined) {
    throw new Refusal(`the variable ${variable} is set; the helper is started with an empty environment only`);
  }
  if (process.argv.length > 2) throw new Refusal("it takes no arguments");
  const foreign = process.execArgv.find((flag) => !interpreterFlags.includes(flag));
  if (foreign !== undefined) throw new Refusal(`its interpreter was started with ${foreign}`);
  verifyIds();
  for (const file of loadedFiles()) {
    const wrong = distrust(file);
    if (wrong !== null) throw new Refusal(wrong);
  }
}

function verifyIds(): void {
  const [uid, effective] = [process.getuid?.(), process.geteuid?.()];
  if (uid === undefined || uid !== effective || process.getgid?.() !== process.getegid?.()) {
    throw new Refusal(`its real and effective user or group ids differ (${uid}, ${effective})`);
  }
  if (uid === 0 && !allowsRoot()) {
    throw new Refusal("it was started as root, which this host's configuration does not allow");
  }
  const { username } = os.userInfo();
  if (!linuxUserName.test(username)) throw new Refusal(`${JSON.stringify(username)} is not a user name it takes`);
}

/** `{"allowRoot": true}` in the settings beside the program, which root alone can write. */
function allowsRoot(): boolean {
  const settings = JSON.parse(readFileSync(beside(helperNames.settings), "utf8")) as { allowRoot?: unknown };
  return settings.allowRoot === true;
}

/** The launcher and its tools, the program, the interpreter, and every file mapped into this process. */
function loadedFiles(): Set<string> {
  const installed = [helperNames.launcher, helperNames.program, helperNames.settings].map(beside);
  const mapped = readFileSync("/proc/self/maps", "utf8")
    .split("\n")
    .map((line) => line.slice(line.indexOf("/")))
    .filter((file) => file.startsWith("/") && !isGone(file));
  return new Set([...installed, ...launcherTools, process.execPath, ...mapped]);
}

/** A mapping of a file that was replaced since (an update): what is loaded is what was checked when it was. */
function isGone(file: string): boolean {
  return file.endsWith(" (deleted)") || statSync(file, { throwIfNoEntry: false }) === undefined;
}

function beside(name: string): string {
  return path.join(path.dirname(fileURLToPath(import.meta.url)), name);
}
