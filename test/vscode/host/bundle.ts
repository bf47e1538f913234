// Bundles a suite for the extension host.
import { glob, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

/** A bundled suite. */
export interface SuiteBundle {
  /** What VS Code is given as `extensionTestsPath`. */
  testsPath: string;
  /** The test files, relative to the bundle's folder. */
  files: string[];
}

/**
 * Bundles every `*.test.ts` below a folder. ES modules, as the extension is; the ending `.mjs` makes VS Code load them
 * as such wherever they stand. Packages (Mocha) stay outside: they are loaded from node_modules.
 */
export async function bundleSuite(folder: string, outDir: string): Promise<SuiteBundle> {
  const sources: string[] = [];
  for await (const source of glob("**/*.test.ts", { cwd: folder })) sources.push(source);
  sources.sort();
  await rm(outDir, { recursive: true, force: true });
  await build({
    entryPoints: [
      { in: join(import.meta.dirname, "entry.ts"), out: "index" },
      ...sources.map((source) => ({ in: join(folder, source), out: source.replace(/\.ts$/, "") })),
    ],
    outdir: outDir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    packages: "external",
    sourcemap: "inline",
    outExtension: { ".js": ".mjs" },
    logLevel: "warning",
  });
  return { testsPath: join(outDir, "index.mjs"), files: sources.map(bundledName) };
}

/** The name a test file has in the bundle. */
export function bundledName(source: string): string {
  return source.replace(/\.ts$/, ".mjs");
}
