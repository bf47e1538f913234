// The extension as people install it.
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createVSIX } from "@vscode/vsce";
import { buildIfStale, dist } from "../build.ts";
import { root } from "../setup/places.mjs";

/**
 * Builds and packages the extension into `out/`.
 * @returns the path of the `.vsix`
 */
export async function packageExtension(): Promise<string> {
  await buildIfStale();
  const main = join(dist, "extension.js");
  if (!existsSync(main)) throw new Error("There is no extension to package: extension/extension.ts is missing.");
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, string>;
  await mkdir(join(root, "out"), { recursive: true });
  const packagePath = join(root, "out", `${name}-${version}.vsix`);
  // Everything it needs is bundled into dist/, so no node_modules are looked for.
  await createVSIX({ cwd: root, packagePath, dependencies: false });
  return packagePath;
}
