// The suites that run inside a real VS Code: every folder of test/vscode/ that has test files and a fixture.ts.
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { bundledName, bundleSuite } from "../../test/vscode/host/bundle.ts";
import type { SuiteFixtureModule } from "../../test/vscode/host/fixture.ts";
import { runExtensionTests } from "../../test/vscode/host/run-tests.ts";
import { codeServerFiles, findChromium, root } from "../setup/places.mjs";
import { testFiles } from "./mocha-stage.ts";
import { emptyResult, timed, type StageResult, type Skip } from "./results.ts";

const SUITES = "test/vscode";

/** Why suites cannot run on this machine. */
function missing(): string | undefined {
  if (!codeServerFiles.every((file) => existsSync(file)))
    return "needs the npm package code-server (node scripts/setup.mjs test)";
  if (!findChromium()) return "needs Chromium (apt-get install chromium)";
  return undefined;
}

/** The suites that hold the given files. */
function bySuite(files: string[]): Map<string, string[]> {
  const suites = new Map<string, string[]>();
  for (const file of files) {
    const suite = relative(SUITES, file).split("/")[0] ?? "";
    suites.set(suite, [...(suites.get(suite) ?? []), file]);
  }
  return suites;
}

/** Runs suites one after the other, each in a VS Code of its own. */
export async function vscodeStage(name: string, files: string[] = testFiles(SUITES)): Promise<StageResult> {
  if (files.length === 0) return emptyResult(name);
  console.log(`\n── ${name} ──`);
  const why = missing();
  if (why) return { ...emptyResult(name), skips: files.map((title): Skip => ({ title, why })) };
  return timed(name, async () => {
    const total = emptyResult(name);
    for (const [suite, chosen] of bySuite(files)) {
      const results = await runSuite(suite, chosen);
      total.passed += results.passed;
      total.failures.push(...results.failures.map(({ title, error }) => ({ title, detail: error })));
      total.skips.push(...results.skips.map((title) => ({ title, why: "the test is marked as pending" })));
    }
    return total;
  });
}

async function runSuite(suite: string, files: string[]) {
  const folder = join(root, SUITES, suite);
  const { testsPath } = await bundleSuite(folder, join(root, "out", "test", suite));
  const suiteFixture = (await import(pathToFileURL(join(folder, "fixture.ts")).href)) as SuiteFixtureModule;
  await using fixture = await suiteFixture.prepareSuite();
  return await runExtensionTests({
    extensionPath: root,
    ...fixture,
    testsPath,
    files: files.map((file) => bundledName(relative(folder, join(root, file)))),
    screenshotsDir: join(root, "out", "screenshots", suite),
    print: (line) => console.log(line),
  });
}
