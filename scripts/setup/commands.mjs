import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { cacheDir, nodeBin, nodeBinDir, which } from "./places.mjs";

const endSignals = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Everything the commands of the last set-up printed. */
export const logFile = join(cacheDir, "setup.log");

/** A step of set-up that did not work; `hand` is what a person can do about it. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {string} hand
   */
  constructor(message, hand) {
    super(message);
    this.name = "SetupError";
    this.hand = hand;
  }
}

/**
 * Runs a command with its output in the set-up log.
 * @param {string[]} argv
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options]
 * @returns {Promise<void>} rejects with the end of the output when the command fails
 */
export async function run(argv, options = {}) {
  mkdirSync(cacheDir, { recursive: true });
  const [command, ...args] = argv;
  const log = openSync(logFile, "w");
  try {
    let stop = () => {};
    const code = await new Promise((settle, reject) => {
      const child = spawn(command, args, {
        cwd: options.cwd,
        env: options.env ?? process.env,
        stdio: ["ignore", log, log],
        // A process group of its own, so that ending set-up ends the compilers too.
        detached: true,
      });
      // The next set-up clears up what this one leaves.
      stop = (signal) => {
        if (child.pid) process.kill(-child.pid, signal);
        process.exit(1);
      };
      for (const signal of endSignals) process.on(signal, stop);
      child.on("error", reject);
      child.on("close", (status, signal) => settle(status ?? signal));
    });
    for (const signal of endSignals) process.off(signal, stop);
    if (code !== 0) throw new Error(`"${argv.join(" ")}" ended with ${code}:\n${lastLines(logFile, 30)}`);
  } finally {
    closeSync(log);
  }
}

/**
 * @param {string} file
 * @param {number} count
 */
function lastLines(file, count) {
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .slice(-count)
    .map((line) => `    ${line}`)
    .join("\n");
}

/**
 * Runs npm in a folder of its own.
 * @param {string[]} args
 * @param {{cwd: string, env?: Record<string, string>, ownNode?: boolean}} options `ownNode`: under the product's Node.js
 */
export async function npm(args, { cwd, env = {}, ownNode = true }) {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(package_|lifecycle_|config_(local_prefix|global_prefix|prefix|node_gyp)$)/i.test(name),
    ),
  );
  // npm looks for its global configuration (proxy, certificates) beside its Node.js: keep that of the machine's.
  const globalConfig = join(dirname(dirname(realpathSync(process.execPath))), "etc", "npmrc");
  if (!clean.npm_config_globalconfig && existsSync(globalConfig)) clean.npm_config_globalconfig = globalConfig;
  const path = ownNode ? [nodeBinDir, clean.PATH].join(delimiter) : clean.PATH;
  const flags = ["--no-audit", "--no-fund", "--no-progress"];
  await run([...npmCommand(ownNode ? nodeBin : process.execPath), ...args, ...flags], {
    cwd,
    env: { ...clean, npm_config_ignore_scripts: "false", npm_config_update_notifier: "false", ...env, PATH: path },
  });
}

/** @param {string} node */
function npmCommand(node) {
  const given = process.env.npm_execpath;
  if (given?.endsWith("npm-cli.js") && existsSync(given)) return [node, given];
  const found = which("npm");
  if (!found)
    throw new SetupError(
      "npm is not on PATH.",
      "Install npm (on Debian and Ubuntu: apt-get install npm) and run this again.",
    );
  const file = realpathSync(found);
  return file.endsWith(".js") ? [node, file] : [file];
}

/**
 * Prints one line of set-up.
 * @param {string} text
 */
export function say(text) {
  process.stdout.write(`set-up: ${text}\n`);
}
