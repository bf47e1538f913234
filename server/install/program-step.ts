import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, copyFile, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "../../shared/errors.ts";
import { syncDirectory } from "../storage/atomic-file.ts";
import { isMissing } from "../storage/fault.ts";
import type { Step } from "./step.ts";

/** Node.js takes the files for ES modules without looking into them. */
const manifest = `${JSON.stringify({ name: "aiops", private: true, type: "module" }, undefined, 2)}\n`;

/**
 * The folder with the built server: that of the running bundle, or of the checkout it runs from.
 * @throws AppError tool_missing where nothing was built
 */
export function builtServer(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const found = [".", "..", "../../dist"]
    .map((folder) => resolve(here, folder))
    .find((folder) => existsSync(join(folder, "aiops.js")));
  if (found !== undefined) return found;
  throw new AppError(
    "tool_missing",
    'The built server was not found. Run "npm run build" in the checkout, or install the packaged aiops.',
  );
}

/** Copies server and CLI, root-owned, into a directory that takes the place of the one before at once. */
export function programStep(built: string, target: string): Step {
  return {
    what: `install the server and the CLI in ${target}`,
    isDone: async () => {
      const wanted = await filesOf(built);
      const present = await filesBelow(target);
      if (present.length !== wanted.length + 1) return false;
      if (!(await isSame(join(target, "package.json"), Buffer.from(manifest)))) return false;
      for (const file of wanted) {
        if (!(await isSame(join(target, file), await readFile(join(built, file))))) return false;
      }
      return true;
    },
    apply: async () => {
      const fresh = `${target}.${randomBytes(6).toString("hex")}.new`;
      const old = `${target}.${randomBytes(6).toString("hex")}.old`;
      try {
        await mkdir(fresh, { mode: 0o755 });
        for (const file of await filesOf(built)) {
          const copy = join(fresh, file);
          await mkdir(dirname(copy), { recursive: true, mode: 0o755 });
          await copyFile(join(built, file), copy);
          await chmod(copy, 0o644);
        }
        await writeFile(join(fresh, "package.json"), manifest, { mode: 0o644 });
        // Whatever the umask took away.
        for (const folder of [fresh, join(fresh, "server")]) await chmod(folder, 0o755);
        const before = existsSync(target);
        if (before) await rename(target, old);
        await rename(fresh, target);
        await syncDirectory(dirname(target));
        return async () => {
          await rm(target, { recursive: true, force: true });
          if (before) await rename(old, target);
        };
      } finally {
        await rm(fresh, { recursive: true, force: true });
      }
    },
  };
}

/** Removes what replaced programs left; called when the installation stands. */
export async function removeReplaced(target: string): Promise<void> {
  for (const name of await namesIn(dirname(target))) {
    const path = join(dirname(target), name);
    if (path.startsWith(`${target}.`) && path.endsWith(".old")) await rm(path, { recursive: true, force: true });
  }
}

async function filesOf(built: string): Promise<string[]> {
  const chunks = (await namesIn(join(built, "server"))).filter((name) => name.endsWith(".js"));
  return ["aiops.js", "helper.mjs", ...chunks.map((name) => join("server", name))].sort();
}

async function filesBelow(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function isSame(path: string, wanted: Buffer): Promise<boolean> {
  try {
    const stats = await lstat(path);
    return stats.isFile() && stats.uid === 0 && (stats.mode & 0o022) === 0 && (await readFile(path)).equals(wanted);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
