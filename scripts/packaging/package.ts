// The extension as people install it.
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createVSIX } from "@vscode/vsce";
import { buildIfStale, dist } from "../build.ts";
import { isFresh, sourcesHash, writeStamp } from "../build/stamp.ts";
import { root } from "../setup/places.mjs";

const out = join(root, "out");

function packagePath(): string {
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, string>;
  return join(out, `${name}-${version}.vsix`);
}

/**
 * Builds and packages the extension into `out/`.
 * @returns the path of the `.vsix`
 */
export async function packageExtension(): Promise<string> {
  await buildIfStale();
  const main = join(dist, "extension.cjs");
  if (!existsSync(main)) throw new Error("There is no extension to package: extension/extension.ts is missing.");
  await mkdir(out, { recursive: true });
  await createVSIX({
    cwd: root,
    packagePath: packagePath(),
    // Everything it needs is bundled into dist/, so no node_modules are looked for.
    dependencies: false,
    // There is no public repository that the README's links and pictures could point to.
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  await writeStamp(out, sourcesHash());
  return packagePath();
}

/** As `packageExtension`, but only when the sources changed since the last time. */
export async function packageIfStale(): Promise<string> {
  return existsSync(packagePath()) && isFresh(out, sourcesHash()) ? packagePath() : packageExtension();
}
