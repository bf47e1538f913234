// Whether dist/ was made from the sources as they are.
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { root } from "../setup/places.mjs";

const SOURCES = [
  "shared/**",
  "server/**",
  "extension/**",
  "webviews/**",
  "media/**",
  "scripts/build/**",
  "scripts/setup/**",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  ".vscodeignore",
];

/** A hash over names and contents of everything the build and the package read. */
export function sourcesHash(): string {
  const hash = createHash("sha256");
  const files = globSync(SOURCES, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) {
    hash.update(file).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

function stampFile(outDir: string): string {
  return join(outDir, ".sources");
}

/** Whether a finished build of exactly these sources stands in the folder. */
export function isFresh(outDir: string, hash: string): boolean {
  try {
    return readFileSync(stampFile(outDir), "utf8") === hash;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** Notes which sources the folder was built from. */
export async function writeStamp(outDir: string, hash: string): Promise<void> {
  const file = stampFile(outDir);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, hash);
}
