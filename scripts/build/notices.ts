// The licences of what is bundled, which most of them ask to be passed on.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { root } from "../setup/places.mjs";

/** The folders, relative to the checkout, of the packages whose code is in the outputs. */
export function bundledPackages(metafiles: Metafile[]): string[] {
  const folders = new Set<string>();
  for (const { outputs } of metafiles) {
    for (const input of Object.values(outputs).flatMap((output) => Object.keys(output.inputs))) {
      const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0];
      if (folder) folders.add(folder);
    }
  }
  return [...folders].sort();
}

/** One text with name, version, licence and licence text of each package. */
export async function notices(metafiles: Metafile[]): Promise<string> {
  const parts = await Promise.all(bundledPackages(metafiles).map((folder) => notice(join(root, folder))));
  return `aiops contains code of these packages.\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

async function notice(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
  const file = (await readdir(folder)).find((name) => /^(?:licen[sc]e|copying)(?:\.|-|$)/i.test(name));
  const text = file ? (await readFile(join(folder, file), "utf8")).trim() : "The package holds no licence text.";
  return `${String(manifest["name"])} ${String(manifest["version"])}, ${String(manifest["license"])}\n\n${text}\n`;
}
