import { constants, existsSync, lstatSync, readFileSync } from "node:fs";
import { chmod, chown, copyFile, mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "../../shared/errors.ts";
import { helperNames, interpreterFlags, launcherTools } from "./helper/surroundings.ts";
import { distrust } from "./helper/trusted-path.ts";

export const defaultHelperPrefix = "/usr/lib/aiops";

/** The launcher of an installed helper: what the sudoers lines name, and the default of the setting `helper`. */
export function helperProgram(prefix: string = defaultHelperPrefix): string {
  return path.join(prefix, helperNames.launcher);
}

export interface InstallHelperOptions {
  /** The built program; `helper.mjs` beside the running bundle unless told. */
  program?: string;
  /** The interpreter copied beside it; the running one unless told. */
  interpreter?: string;
  /** Whether it may act as root; false unless told. */
  allowRoot?: boolean;
}

/** One file of the helper: where it goes, and from what. */
export interface HelperFile {
  path: string;
  mode: number;
  from: { file: string } | { text: string };
}

/**
 * The files `installHelper` would write, for saying so first.
 * @throws AppError `invalid_input` for a prefix that can't stand in a shell script and in sudoers
 */
export function helperFiles(prefix: string = defaultHelperPrefix, options: InstallHelperOptions = {}): HelperFile[] {
  if (!/^(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)+$/.test(prefix)) {
    throw new AppError("invalid_input", `${JSON.stringify(prefix)} can't hold the helper: use a plain absolute path.`);
  }
  const { program = builtHelper(), interpreter = process.execPath, allowRoot = false } = options;
  const at = (name: string) => path.join(prefix, name);
  return [
    { path: at(helperNames.interpreter), mode: 0o755, from: { file: interpreter } },
    { path: at(helperNames.program), mode: 0o644, from: { file: program } },
    { path: at(helperNames.settings), mode: 0o644, from: { text: `${JSON.stringify({ allowRoot })}\n` } },
    // Last: with it the helper can be started.
    { path: at(helperNames.launcher), mode: 0o755, from: { text: launcherText(prefix) } },
  ];
}

/**
 * Installs the helper root-owned, with an interpreter of its own, each file replaced at once. Running helpers go on
 * with the old files until they end. Answers the launcher's path.
 * @throws AppError `forbidden` without root, `unsafe_path` where others than root could change a parent directory
 */
export async function installHelper(
  prefix: string = defaultHelperPrefix,
  options: InstallHelperOptions = {},
): Promise<string> {
  if (process.getuid?.() !== 0) {
    throw new AppError("forbidden", `Only root may install the helper in ${prefix}. Run this with sudo.`);
  }
  const files = helperFiles(prefix, options);
  await mkdir(prefix, { recursive: true, mode: 0o755 });
  const wrong = distrust(prefix);
  if (wrong !== null) {
    throw new AppError("unsafe_path", `The helper can't be installed in ${prefix}: ${wrong}. Then try again.`);
  }
  for (const file of files) await put(file);
  await using directory = await open(prefix, "r");
  await directory.sync();
  return helperProgram(prefix);
}

/** Something wrong with an installed helper, and the command that mends it. */
export interface HelperProblem {
  path: string;
  problem: string;
  mend: string;
}

/**
 * What would make the helper refuse to run, or is not as `installHelper` makes it; empty where all is well. Needs no
 * rights. `program` is the launcher's path.
 */
export function verifyHelper(program: string): HelperProblem[] {
  const prefix = path.dirname(program);
  const again = "sudo aiops install";
  if (path.basename(program) !== helperNames.launcher || !path.isAbsolute(program)) {
    const problem = `The setting "helper" must be the absolute path of a program named ${helperNames.launcher}.`;
    return [{ path: program, problem, mend: "aiops config" }];
  }
  const own = Object.values(helperNames).map((name) => path.join(prefix, name));
  const missing = own.filter((file) => !existsSync(file));
  if (missing.length > 0) {
    return missing.map((file) => ({ path: file, problem: `${file} is not installed.`, mend: again }));
  }
  const problems: HelperProblem[] = [];
  for (const file of [...own, ...launcherTools]) {
    const wrong = distrust(file);
    if (wrong === null) continue;
    const mend = /\(mend it: ([^)]*)\)/.exec(wrong)?.[1];
    problems.push({ path: file, problem: `The helper refuses to run: ${wrong}.`, mend: `sudo ${mend ?? again}` });
  }
  const launcher = readFileSync(program, "utf8");
  if (launcher !== launcherText(prefix) || (lstatSync(program).mode & 0o111) !== 0o111) {
    problems.push({ path: program, problem: `${program} is not the launcher of this version.`, mend: again });
  }
  return problems;
}

/**
 * A shell script, because Node.js itself acts on NODE_OPTIONS before any of our code runs: the shell looks first, and
 * starts Node.js with an empty environment.
 */
function launcherText(prefix: string): string {
  const [shell, env] = launcherTools;
  const command = [helperNames.interpreter, ...interpreterFlags, helperNames.program];
  const [node, ...rest] = command.map((word) => (word.startsWith("-") ? word : path.join(prefix, word)));
  return `#!${shell}
# The aiops helper: started over sudo by the aiops server, without arguments.
refuse() {
  echo "aiops-helper refuses to run: $1" >&2
  exit 78
}
[ "$#" -eq 0 ] || refuse "it takes no arguments"
[ -z "\${NODE_OPTIONS+set}" ] || refuse "the variable NODE_OPTIONS is set; remove it from env_keep in /etc/sudoers"
exec ${env} -i ${node} ${rest.join(" ")}
`;
}

/** Beside the running bundle; from sources, in the last build. */
function builtHelper(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const places = [".", "..", "../../dist"].map((folder) => path.resolve(here, folder, helperNames.program));
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new AppError(
    "tool_missing",
    `The built helper ${helperNames.program} was not found. Run "npm run build" in the checkout, or install the packaged aiops.`,
  );
}

async function put({ path: target, mode, from }: HelperFile): Promise<void> {
  const fresh = `${target}.${process.pid}.new`;
  await rm(fresh, { force: true });
  try {
    if ("file" in from) await copyFile(from.file, fresh, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await using handle = await open(fresh, "file" in from ? "r" : "wx", 0o600);
    if ("text" in from) await handle.writeFile(from.text);
    await chown(fresh, 0, 0);
    await chmod(fresh, mode);
    await handle.sync();
    await rename(fresh, target);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
