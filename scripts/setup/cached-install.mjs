import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { npm } from "./commands.mjs";

/**
 * Installs one npm package into a folder of the cache. It is made beside its place, checked, and renamed into it, so
 * an interrupted installation leaves nothing that looks complete. The caller holds the set-up lock.
 * @param {string} target the folder
 * @param {string} name of the package
 * @param {string} version exact
 * @param {{check: (folder: string) => Promise<void> | void, env?: Record<string, string>, ownNode?: boolean, allowScripts: string[]}} options
 *   `check` throws when the installation in `folder` does not work; `allowScripts` names the packages that may run
 *   install scripts, which newer versions of npm ask for.
 */
export async function installIntoCache(target, name, version, { check, allowScripts, ...npmOptions }) {
  const parent = dirname(target);
  mkdirSync(parent, { recursive: true });
  removeUnfinished(parent, basename(target));
  const folder = mkdtempSync(join(parent, `.${basename(target)}-`));
  try {
    const manifest = {
      private: true,
      dependencies: { [name]: version },
      allowScripts: Object.fromEntries(allowScripts.map((allowed) => [allowed, true])),
    };
    writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    await npm(["install"], { cwd: folder, ...npmOptions });
    await check(folder);
    if (existsSync(target)) renameSync(target, join(parent, `.${basename(target)}-replaced`));
    renameSync(folder, target);
  } finally {
    removeUnfinished(parent, basename(target));
  }
}

/**
 * @param {string} parent
 * @param {string} name
 */
function removeUnfinished(parent, name) {
  for (const entry of readdirSync(parent)) {
    if (entry.startsWith(`.${name}-`)) rmSync(join(parent, entry), { recursive: true, force: true });
  }
}
