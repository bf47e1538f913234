// npm test [-- FILE…]: everything CI runs, or the given test files. The last line is the counts.
import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.ts";
import { missingParts } from "./lib/missing.ts";
import { root } from "./setup/places.mjs";
import { packageExtension } from "./packaging/package.ts";
import { check, checkNames } from "./testing/checks.ts";
import { mochaStage, testFiles } from "./testing/mocha-stage.ts";
import { emptyResult, summary, timed, type StageResult } from "./testing/results.ts";
import { vendorStage } from "./testing/vendor-stage.ts";
import { vscodeStage } from "./testing/vscode-stage.ts";

async function buildStage(): Promise<StageResult> {
  return timed("build", async () => {
    await build();
    return { ...emptyResult("build"), passed: 1 };
  });
}

/** Tests that drive VS Code from outside with the packaged extension installed; `AIOPS_TEST_VSIX` names it. */
async function installedStage(files: string[]): Promise<StageResult> {
  if (files.length === 0) return emptyResult("installed");
  return mochaStage("installed", files, { AIOPS_TEST_VSIX: await packageExtension() });
}

/** Everything. Checks and build share the two cores; tests run one after the other, so that none is slowed. */
async function everything(): Promise<StageResult[]> {
  const first = await Promise.all([...checkNames.map((name) => check(name)), buildStage()]);
  for (const result of first) console.log(`${result.failures.length === 0 ? "✔" : "✘"} ${result.name}`);
  return [
    ...first,
    await mochaStage("unit", testFiles("test/unit")),
    await mochaStage("integration", testFiles("test/integration")),
    await vscodeStage("vscode"),
    await installedStage(testFiles("test/installed")),
    await mochaStage("webviews", testFiles("test/webviews")),
  ];
}

/** The given files, each where it belongs. */
async function only(paths: string[]): Promise<StageResult[]> {
  const files = paths.map((path) => relative(root, resolve(path)));
  const under = (folder: string): string[] => files.filter((file) => file.startsWith(`${folder}/`));
  const special = [...under("test/vscode"), ...under("test/installed")];
  const needsBuild = files.some((file) => !file.startsWith("test/unit/"));
  const results: StageResult[] = needsBuild ? [await buildStage()] : [];
  results.push(
    await mochaStage(
      "tests",
      files.filter((file) => !special.includes(file)),
    ),
  );
  results.push(await vscodeStage("vscode", under("test/vscode")), await installedStage(under("test/installed")));
  return results;
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { vendor: { type: "boolean" } } });
const start = performance.now();
const results = values.vendor
  ? [await vendorStage()]
  : await (positionals.length > 0 ? only(positionals) : everything());
const { lines, ok } = summary(results, Boolean(process.env["CI"]) && process.env["CI"] !== "false");
console.log(`\n${((performance.now() - start) / 1000).toFixed(0)} s`);
for (const line of [...missingParts(), ...lines]) console.log(line);
process.exitCode = ok ? 0 : 1;
