// npm run build [-- --watch] [--meta]: the extension, the server with its CLI, and the webviews into dist/.
import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build as esbuild, context, type BuildContext, type Metafile } from "esbuild";
import { bundles, type Bundle } from "./build/bundles.ts";
import { eagerBytes } from "./build/eager.ts";
import { notices } from "./build/notices.ts";
import { isFresh, sourcesHash, writeStamp } from "./build/stamp.ts";
import { root } from "./setup/places.mjs";

export const dist = join(root, "dist");

/** What a build made: esbuild's metafile of each part. */
export type Built = Partial<Record<Bundle["name"], Metafile>>;

/** Builds everything for production, with the licences of what is bundled, and removes what earlier builds left. */
export async function build(outDir: string = dist): Promise<Built> {
  const hash = sourcesHash();
  const built: Built = {};
  await mkdir(outDir, { recursive: true });
  await Promise.all(
    bundles(outDir, false).map(async ({ name, options }) => {
      built[name] = (await esbuild({ ...options, metafile: true })).metafile;
    }),
  );
  if (built.bin) await chmod(join(outDir, "bin.js"), 0o755);
  await removeOthers(outDir, built);
  await writeFile(join(outDir, "THIRD-PARTY-NOTICES.txt"), await notices(Object.values(built)));
  await writeStamp(outDir, hash);
  return built;
}

/** Builds when the sources changed since the last build. */
export async function buildIfStale(outDir: string = dist): Promise<boolean> {
  if (isFresh(outDir, sourcesHash())) return false;
  await build(outDir);
  return true;
}

/** Rebuilds whenever a source changes, with source maps; `onBuilt` is told after each build of a part. */
export async function watch(onBuilt: (name: Bundle["name"], errors: number) => void): Promise<BuildContext[]> {
  await rm(join(dist, ".sources"), { force: true });
  return Promise.all(
    bundles(dist, true).map(async ({ name, options }) => {
      const report = {
        name: "report",
        setup: (plugin: { onEnd(callback: (result: { errors: unknown[] }) => void): void }) =>
          plugin.onEnd((result) => onBuilt(name, result.errors.length)),
      };
      const made = await context({ ...options, plugins: [...(options.plugins ?? []), report] });
      await made.watch();
      return made;
    }),
  );
}

/** Removes the files of earlier builds: their chunks have other names. */
async function removeOthers(outDir: string, built: Built): Promise<void> {
  const kept = new Set(
    Object.values(built).flatMap((meta) => Object.keys(meta.outputs).map((path) => resolve(root, path))),
  );
  for (const entry of await readdir(outDir, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && /\.(?:[cm]?js|css|map)$/.test(file) && !kept.has(file)) await rm(file, { force: true });
  }
}

/** Prints the sizes that matter. */
function report(built: Built): void {
  const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;
  for (const [name, meta] of Object.entries(built)) {
    const total = Object.values(meta.outputs).reduce((sum, output) => sum + output.bytes, 0);
    const entry = name === "extension" ? "extension.cjs" : name === "server" ? "aiops.js" : undefined;
    const eager = entry
      ? `, ${kilobytes(eagerBytes(meta, relative(root, join(dist, entry))))} of it loaded at start`
      : "";
    console.log(`${name}: ${kilobytes(total)}${eager}`);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { watch: { type: "boolean" }, meta: { type: "boolean" } } });
  if (values.watch) {
    await watch((name, errors) => console.log(`${name}: ${errors === 0 ? "built" : `${errors} errors`}`));
    return;
  }
  const built = await build();
  report(built);
  if (!values.meta) return;
  const folder = join(root, "out", "meta");
  await mkdir(folder, { recursive: true });
  for (const [name, meta] of Object.entries(built)) await writeFile(join(folder, `${name}.json`), JSON.stringify(meta));
  console.log(`metafiles in ${relative(root, folder)}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
