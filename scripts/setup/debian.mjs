import { existsSync } from "node:fs";
import { run, say } from "./commands.mjs";
import { findChromium, which } from "./places.mjs";

/**
 * Something of the system; `native`: only where native parts are compiled.
 * @typedef {{name: string, packages: string[], why: string, level: "run" | "native" | "test", present: () => boolean}} Need
 */

/**
 * What the product and its tests take from the system.
 * @type {Need[]}
 */
const needs = [
  {
    name: "git",
    packages: ["git"],
    why: "workspaces are git clones",
    level: "run",
    present: () => which("git") !== undefined,
  },
  {
    name: "tmux",
    packages: ["tmux"],
    why: "AI sessions run in tmux",
    level: "run",
    present: () => which("tmux") !== undefined,
  },
  {
    name: "a compiler",
    packages: ["python3", "make", "g++", "pkg-config"],
    why: "code-server has native parts",
    level: "native",
    present: () => ["python3", "make", "g++", "pkg-config"].every((command) => which(command) !== undefined),
  },
  {
    name: "the Kerberos headers",
    packages: ["libkrb5-dev"],
    why: "a native part of code-server is built with them",
    level: "native",
    present: () => existsSync("/usr/include/gssapi/gssapi.h"),
  },
  {
    name: "Chromium",
    packages: ["chromium", "fonts-liberation"],
    why: "the extension and its panels are tested in a real browser",
    level: "test",
    present: () => findChromium() !== undefined,
  },
  {
    name: "sudo",
    packages: ["sudo"],
    why: "acting as other Linux users is tested with real users and rules",
    level: "test",
    present: () => which("sudo") !== undefined && existsSync("/usr/sbin/visudo"),
  },
  {
    name: "an SSH server",
    packages: ["openssh-server"],
    why: "git over ssh is tested on loopback",
    level: "test",
    // Not on everybody's PATH.
    present: () => existsSync("/usr/sbin/sshd"),
  },
  {
    name: "OpenSSL",
    packages: ["openssl"],
    why: "TLS is tested with certificates made for it",
    level: "test",
    present: () => which("openssl") !== undefined,
  },
];

/**
 * Installs what is missing of the given levels, where this user may.
 * @param {Need["level"][]} levels
 * @returns {Promise<{what: string, why: string, hand: string}[]>} what is still missing
 */
export async function ensureDebianPackages(levels) {
  const wanted = needs.filter((need) => levels.includes(need.level) && !need.present());
  if (wanted.length === 0) return [];
  const packages = wanted.flatMap((need) => need.packages);
  const hand = `sudo apt-get install ${packages.join(" ")}`;
  const problem = await install(packages, wanted);
  if (problem) say(`${problem} By hand: ${hand}`);
  return wanted.filter((need) => !need.present()).map(({ name, why }) => ({ what: name, why, hand }));
}

/**
 * @param {Need["level"][]} levels
 * @returns {boolean} whether nothing of them is missing
 */
export function hasDebianPackages(levels) {
  return needs.every((need) => !levels.includes(need.level) || need.present());
}

/**
 * @param {string[]} packages
 * @param {{name: string, why: string}[]} wanted
 * @returns {Promise<string | undefined>} why it did not work
 */
async function install(packages, wanted) {
  const reasons = wanted.map(({ name, why }) => `${name} (${why})`).join(", ");
  if (!which("apt-get")) return `${reasons} missing, and this is not Debian or Ubuntu: install it as your system does.`;
  const prefix = await asRoot();
  if (!prefix)
    return `${reasons} missing, and you may not install packages here (neither root nor sudo without a password).`;
  say(`Debian packages ${packages.join(" ")}: ${reasons}.`);
  const apt = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"];
  try {
    await run([...apt, "update"]);
    await run([...apt, "install", "--no-install-recommends", ...packages]);
    return undefined;
  } catch (error) {
    return `Installing ${packages.join(" ")} failed: ${error.message}\n`;
  }
}

/** @returns {Promise<string[] | undefined>} the words to put before a command to run it as root */
async function asRoot() {
  if (process.getuid?.() === 0) return [];
  if (!which("sudo")) return undefined;
  try {
    await run(["sudo", "-n", "true"]);
    return ["sudo", "-n"];
  } catch {
    // A password is asked for: the caller says what to install by hand.
    return undefined;
  }
}
