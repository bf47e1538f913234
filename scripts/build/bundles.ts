// What the one build makes, as esbuild takes it.
import { existsSync, globSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BuildOptions } from "esbuild";
import { commonJs } from "./common-js-plugin.ts";
import { routesOnly } from "./contract-plugin.ts";
import { root } from "../setup/places.mjs";

/** A part of the build. */
export interface Bundle {
  name: "extension" | "server" | "helper" | "bin" | "webviews";
  options: BuildOptions;
}

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
};

/** For packages that are CommonJS inside an ES module. */
const requireBanner = {
  js: `import { createRequire as aiopsCreateRequire } from "node:module"; const require = aiopsCreateRequire(import.meta.url);`,
};

/**
 * The parts whose entries exist. `outDir` is `dist` of the checkout but for tests; source maps are made for
 * development only.
 */
export function bundles(outDir: string, sourcemap: boolean): Bundle[] {
  const made: Bundle[] = [];
  if (existsSync(join(root, "extension/extension.ts"))) made.push(extension(outDir, sourcemap));
  if (existsSync(join(root, "server/cli/main.ts"))) made.push(server(outDir, sourcemap), bin(outDir));
  if (existsSync(join(root, "server/host/helper/main.ts"))) made.push(helper(outDir));
  const panels = globSync("webviews/*/main.ts", { cwd: root });
  if (panels.length > 0) made.push(webviews(outDir, sourcemap, panels));
  return made;
}

/** What `import()` names becomes a file of its own, loaded when it is first used. */
function extension(outDir: string, sourcemap: boolean): Bundle {
  return {
    name: "extension",
    options: {
      ...common,
      entryPoints: { extension: "extension/extension.ts" },
      outdir: outDir,
      chunkNames: "extension/[name]-[hash]",
      format: "esm",
      splitting: true,
      platform: "node",
      target: "node24",
      external: ["vscode"],
      outExtension: { ".js": ".cjs" },
      plugins: [routesOnly, commonJs],
      minify: true,
      sourcemap,
    },
  };
}

/** The server and the CLI. Identifiers are kept, so that a stack in a log can be read. */
function server(outDir: string, sourcemap: boolean): Bundle {
  return {
    name: "server",
    options: {
      ...common,
      // The thread that redacts has a file of its own, with the chunks: everything there goes where the server goes.
      entryPoints: { aiops: "server/cli/main.ts", "server/redaction-worker": "server/redaction/worker.ts" },
      outdir: outDir,
      chunkNames: "server/[name]-[hash]",
      format: "esm",
      splitting: true,
      platform: "node",
      target: "node24",
      banner: requireBanner,
      minifyWhitespace: true,
      minifySyntax: true,
      sourcemap,
    },
  };
}

/**
 * The helper that acts as another Linux user. One file, whole: everything it loads is checked for who may write to it,
 * and it is installed by itself, away from any package.json.
 */
function helper(outDir: string): Bundle {
  return {
    name: "helper",
    options: {
      ...common,
      entryPoints: { helper: "server/host/helper/main.ts" },
      outdir: outDir,
      format: "esm",
      platform: "node",
      target: "node24",
      outExtension: { ".js": ".mjs" },
      banner: requireBanner,
      minifyWhitespace: true,
      minifySyntax: true,
    },
  };
}

/** The command: runs under any Node.js from 18 on and hands over to the server bundle under the product's. */
function bin(outDir: string): Bundle {
  return {
    name: "bin",
    options: {
      ...common,
      entryPoints: { bin: "scripts/build/bin.mjs" },
      outdir: outDir,
      format: "esm",
      platform: "node",
      target: "node18",
      external: ["./aiops.js"],
    },
  };
}

/** One script and one style sheet per panel. */
function webviews(outDir: string, sourcemap: boolean, panels: string[]): Bundle {
  return {
    name: "webviews",
    options: {
      ...common,
      entryPoints: panels.map((panel) => ({ in: panel, out: basename(dirname(panel)) })),
      outdir: join(outDir, "webviews"),
      format: "iife",
      platform: "browser",
      target: "chrome120",
      loader: { ".svg": "dataurl", ".ttf": "dataurl" },
      minify: true,
      sourcemap,
    },
  };
}
