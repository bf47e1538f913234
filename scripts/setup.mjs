// Sets up what `npm start` and `npm test` need: Node.js, dependencies, VS Code, Debian packages. Only Node built-ins,
// because it runs before anything is there; only the npm registry and Debian's packages are asked for anything.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { installIntoCache } from "./setup/cached-install.mjs";
import { npm, say, SetupError } from "./setup/commands.mjs";
import { ensureDebianPackages, hasDebianPackages } from "./setup/debian.mjs";
import { withLock } from "./setup/lock.mjs";
import {
  cacheDir,
  CODE_SERVER_VERSION,
  codeServerDir,
  codeServerFiles,
  codeServerRoot,
  findChromium,
  NODE_VERSION,
  nodeBin,
  nodeDir,
  nodeHeaders,
  root,
  which,
} from "./setup/places.mjs";

/**
 * `build`: Node.js and the dependencies; `run`: what `npm start` needs; `test`: what `npm test` needs.
 * @typedef {"build" | "run" | "test"} Level
 * @typedef {{what: string, why: string, hand: string}} Missing
 */

/** @type {Record<Level, import("./setup/debian.mjs").Need["level"][]>} */
const debianLevels = { build: [], run: ["run"], test: ["run", "test"] };

/**
 * Provides what is missing; quick and silent when nothing is.
 * @param {Level} level how much of it
 * @returns {Promise<{node: string, codeServerDir: string | undefined, chromium: string | undefined, missing: Missing[]}>}
 *   the places, and what could not be provided although something wants it
 * @throws {SetupError} when Node.js or the dependencies cannot be installed: nothing works without them
 */
export async function setup(level) {
  if (isComplete(level)) return result([]);
  const lock = join(cacheDir, "setup.lock");
  const waiting = (owner) =>
    say(`another set-up is running (process ${owner}); waiting for it. If that is none, remove ${lock}.`);
  return withLock(lock, waiting, async () => {
    await ensureNode();
    const wantsCodeServer = needsCodeServer(level) && !hasCodeServer();
    const missing = await ensureDebianPackages([...debianLevels[level], ...(wantsCodeServer ? ["native"] : [])]);
    await ensureDependencies();
    if (wantsCodeServer) missing.push(...(await ensureCodeServer()));
    return result(missing);
  });
}

/** @param {Missing[]} missing */
function result(missing) {
  return {
    node: nodeBin,
    codeServerDir: hasCodeServer() ? codeServerDir : undefined,
    chromium: findChromium(),
    missing,
  };
}

/** @param {Level} level */
function isComplete(level) {
  return (
    existsSync(nodeBin) &&
    readStamp() === stampKey() &&
    (!needsCodeServer(level) || hasCodeServer()) &&
    hasDebianPackages(debianLevels[level])
  );
}

/** @param {Level} level */
function needsCodeServer(level) {
  return level === "test" || (level === "run" && which("code") === undefined);
}

function hasCodeServer() {
  return codeServerFiles.every((file) => existsSync(file));
}

async function ensureNode() {
  if (existsSync(nodeBin)) return;
  say(`Node.js ${NODE_VERSION} into ${nodeDir}: the product runs on it (you have ${process.version}).`);
  try {
    await installIntoCache(nodeDir, "node", NODE_VERSION, {
      ownNode: false,
      allowScripts: ["node"],
      check: async (folder) => {
        const { stdout } = await promisify(execFile)(join(folder, "node_modules", ".bin", "node"), ["--version"]);
        if (stdout.trim() !== `v${NODE_VERSION}`) throw new Error(`it says it is ${stdout.trim()}`);
      },
    });
  } catch (error) {
    throw new SetupError(
      `Node.js ${NODE_VERSION} could not be installed from the npm registry: ${error.message}`,
      `Look whether "npm ping" works (proxy, certificates), then run this again.`,
    );
  }
}

const stampFile = join(root, "node_modules", ".cache", "aiops", "setup.json");

/** What the installed dependencies depend on. */
function stampKey() {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  return hash.update(`${NODE_VERSION} ${process.platform} ${process.arch}`).digest("hex");
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8")).key;
  } catch (error) {
    if (error.code === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function ensureDependencies() {
  const key = stampKey();
  if (readStamp() === key) return;
  say("the dependencies into node_modules, as package-lock.json names them.");
  rmSync(stampFile, { force: true });
  try {
    // Not "npm ci": that refuses a lock file that lacks a platform's optional package, which is what npm writes where
    // the registry (a mirror, say) has no such package. This keeps to the lock file just as well, integrity included.
    await npm(["install", "--no-save"], { cwd: root });
  } catch (error) {
    throw new SetupError(
      `The dependencies could not be installed: ${error.message}`,
      `Look whether "npm ping" works (proxy, certificates), then run this again, or run "npm install" to see more.`,
    );
  }
  mkdirSync(join(stampFile, ".."), { recursive: true });
  writeFileSync(stampFile, `${JSON.stringify({ key })}\n`);
}

/** @returns {Promise<Missing[]>} code-server, where it could not be installed */
async function ensureCodeServer() {
  say(`code-server ${CODE_SERVER_VERSION} into ${codeServerRoot}: VS Code in the browser. This takes a few minutes.`);
  const headers = nodeHeaders();
  try {
    await installIntoCache(codeServerRoot, "code-server", CODE_SERVER_VERSION, {
      allowScripts: ["code-server", "argon2"],
      // Its install script runs npm once more in folders of its own, which have no allowScripts.
      env: {
        npm_config_dangerously_allow_all_scripts: "true",
        ...(headers ? { npm_config_nodedir: headers } : {}),
      },
      check: (folder) => {
        const absent = codeServerFiles.find((file) => !existsSync(file.replace(codeServerRoot, folder)));
        if (absent) throw new Error(`${absent.replace(codeServerRoot, ".")} was not built`);
      },
    });
    return [];
  } catch (error) {
    const hand =
      `Make sure that python3, make, g++, pkg-config and libkrb5-dev are installed and "npm ping" works, ` +
      `then run this again; or put a desktop VS Code's "code" command on PATH.`;
    say(`code-server could not be installed: ${error.message}\n  By hand: ${hand}`);
    return [{ what: `code-server ${CODE_SERVER_VERSION}`, why: "VS Code in the browser", hand }];
  }
}

/**
 * Runs set-up for a command and ends the process where it cannot go on.
 * @param {Level} level
 */
export async function setupOrExit(level) {
  try {
    return await setup(level);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`set-up: ${error.message}\n  What to do: ${error.hand}\n`);
    return process.exit(1);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const level = process.argv[2] ?? "run";
  if (!Object.hasOwn(debianLevels, level)) {
    process.stderr.write(`set-up: "${level}" is not a level; say build, run or test.\n`);
    process.exit(2);
  }
  const { missing } = await setupOrExit(level);
  for (const { what, why, hand } of missing) say(`missing: ${what} (${why}). By hand: ${hand}`);
}
