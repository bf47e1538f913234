// Runs Mocha inside the extension host and tells the outer process what happened.
import { format } from "node:util";
import Mocha from "mocha";
import { browser, tellHost } from "./browser.ts";
import type { TestResults } from "./protocol.ts";

const TEST_TIMEOUT_MS = 60_000;

/**
 * Runs test files (absolute paths of bundled modules) and reports to the outer process.
 * Rejects when a test failed, which VS Code turns into exit code 1.
 */
export async function runMocha(files: string[]): Promise<void> {
  const mocha = new Mocha({
    ui: "bdd",
    timeout: TEST_TIMEOUT_MS,
    forbidOnly: true,
    reporter: Silent,
    rootHooks: {
      async afterEach(this: Mocha.Context) {
        const test = this.currentTest;
        if (test?.state === "failed") await browser.screenshot(`failed ${test.fullTitle()}`);
      },
    },
  });
  const lines: Promise<void>[] = [];
  const say = (text: string): void => void lines.push(tellHost({ action: "line", text }));
  relayConsole(say);
  for (const file of files) mocha.addFile(file);
  await mocha.loadFilesAsync();
  const results: TestResults = { passed: 0, failures: [], skips: [] };
  await new Promise<void>((settle) => {
    const runner = mocha.run(() => settle());
    runner.on("suite", (suite) => {
      if (suite.title) say(`${indent(suite)}${suite.title}`);
    });
    runner.on("pass", (test) => {
      results.passed += 1;
      say(`  ${indent(test.parent)}✔ ${test.title} (${test.duration ?? 0} ms)`);
    });
    runner.on("pending", (test) => {
      results.skips.push(test.fullTitle());
      say(`  ${indent(test.parent)}- ${test.title}`);
    });
    runner.on("fail", (test, error: unknown) => {
      results.failures.push({ title: test.fullTitle(), error: describeError(error) });
      say(`  ${indent(test.parent)}✘ ${test.title}\n${describeError(error)}`);
    });
  });
  await Promise.all(lines);
  await tellHost({ action: "results", results });
  if (results.failures.length > 0) throw new Error(`${results.failures.length} tests failed`);
}

/** The outer process prints what happens; standard output of the extension host is nobody's. */
class Silent extends Mocha.reporters.Base {}

/** Sends what the extension and the tests print to the outer process as well. */
function relayConsole(say: (text: string) => void): void {
  // VS Code makes the methods of its console unwritable, so a console that inherits from it takes its place.
  const relayed = Object.create(globalThis.console) as Console;
  for (const level of ["log", "info", "warn", "error"] as const) {
    const print = globalThis.console[level].bind(globalThis.console);
    const value = (...values: unknown[]): void => {
      say(`[${level}] ${format(...values)}`);
      print(...values);
    };
    Object.defineProperty(relayed, level, { value });
  }
  globalThis.console = relayed;
}

function indent(suite: Mocha.Suite | undefined): string {
  return "  ".repeat(Math.max(0, (suite?.titlePath().length ?? 1) - 1));
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
