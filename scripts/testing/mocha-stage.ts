import { globSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MochaResults } from "../../test/support/reporter.ts";
import { root } from "../setup/places.mjs";
import { tool } from "./command.ts";
import { emptyResult, timed, type StageResult } from "./results.ts";

/** The test files of a folder, relative to the checkout. */
export function testFiles(folder: string): string[] {
  return globSync(`${folder}/**/*.test.ts`, { cwd: root }).sort();
}

/** Runs files with Mocha in a process of its own; its output is shown as it comes. */
export async function mochaStage(
  name: string,
  files: string[],
  env: Record<string, string> = {},
): Promise<StageResult> {
  if (files.length === 0) return emptyResult(name);
  console.log(`\n── ${name} ──`);
  return timed(name, async () => {
    const folder = await mkdtemp(join(tmpdir(), "aiops-test-"));
    const resultsFile = join(folder, "results.json");
    try {
      const command = ["mocha", "--forbid-only", "--reporter", join(root, "test/support/reporter.ts"), ...files];
      const { code } = await tool(command, { show: true, env: { ...env, AIOPS_TEST_RESULTS: resultsFile } });
      return toStage(name, await readResults(resultsFile), code);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function readResults(file: string): Promise<MochaResults | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as MochaResults;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function toStage(name: string, results: MochaResults | undefined, code: number): StageResult {
  if (!results) {
    const detail = `Mocha ended with ${code} before its tests were done; see its output above.`;
    return { ...emptyResult(name), failures: [{ title: name, detail }] };
  }
  const { passed, failures, skips } = results;
  if (code !== 0 && failures.length === 0) {
    failures.push({ title: name, detail: `Mocha ended with ${code} although no test failed.` });
  }
  return { ...emptyResult(name), passed, failures, skips };
}
