// Where the parts set-up provides stand. Node built-ins only: this runs before any dependency is there, under Node 20.
import { accessSync, constants, existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The Node.js the product runs on; it strips the types of our sources itself. */
export const NODE_VERSION = "24.21.0";
/** The npm package that carries the VS Code of `npm start` without a desktop VS Code, and of the extension tests. */
export const CODE_SERVER_VERSION = "4.139.1";

/** The checkout. */
export const root = resolve(fileURLToPath(import.meta.url), "..", "..", "..");

/** Set-up's folder in the user's cache; shared by all checkouts of this user. */
export const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "aiops");

export const nodeDir = join(cacheDir, `node-${NODE_VERSION}`);
export const nodeBinDir = join(nodeDir, "node_modules", ".bin");
export const nodeBin = join(nodeBinDir, "node");

export const codeServerRoot = join(cacheDir, `code-server-${CODE_SERVER_VERSION}`);
export const codeServerDir = join(codeServerRoot, "node_modules", "code-server");

/** The files without which an installed code-server does not work: the server and the parts compiled for this machine. */
export const codeServerFiles = [
  "lib/vscode/out/server-main.js",
  "lib/vscode/node_modules/@vscode/spdlog/build/Release/spdlog.node",
  "lib/vscode/node_modules/@vscode/sqlite3/build/Release/vscode-sqlite3.node",
  "lib/vscode/node_modules/kerberos/build/Release/kerberos.node",
  "lib/vscode/bin/remote-cli/code-server",
].map((file) => join(codeServerDir, file));

/**
 * Finds a command on PATH.
 * @param {string} command
 * @returns {string | undefined} its absolute path
 */
export function which(command) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder || ".", command);
    if (existsSync(file) && isExecutable(file)) return resolve(file);
  }
  return undefined;
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    if (error.code === "EACCES") return false;
    throw error;
  }
}

/** @returns {string | undefined} the Chromium of this machine */
export function findChromium() {
  return which("chromium") ?? which("chromium-browser") ?? which("google-chrome");
}

/** The headers of this Node.js, so that compiling a native part downloads none; undefined where the package has none. */
export function nodeHeaders() {
  const folder = `node-${process.platform}-${process.arch}`;
  const places = [join(nodeDir, "node_modules", "node", "node_modules", folder), join(nodeDir, "node_modules", folder)];
  return places.find((place) => existsSync(join(place, "include", "node", "node_api.h")));
}
