// Mocha's spec reporter, which also writes what happened as JSON for scripts/test.ts.
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import Mocha from "mocha";

/** What the file named by `AIOPS_TEST_RESULTS` holds. */
export interface MochaResults {
  passed: number;
  failures: { title: string; detail: string }[];
  skips: { title: string; why: string }[];
}

const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } = Mocha.Runner.constants;

export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const results: MochaResults = { passed: 0, failures: [], skips: [] };
    runner.on(EVENT_TEST_PASS, () => {
      results.passed += 1;
    });
    runner.on(EVENT_TEST_FAIL, (test, error: unknown) => {
      const file = test.file ? `\n(${relative(process.cwd(), test.file)})` : "";
      results.failures.push({ title: test.fullTitle(), detail: `${describeError(error)}${file}` });
    });
    runner.on(EVENT_TEST_PENDING, (test) => {
      const why = (test as { skipReason?: string }).skipReason ?? "the test is marked as pending";
      results.skips.push({ title: test.fullTitle(), why });
    });
    runner.on(EVENT_RUN_END, () => {
      const file = process.env["AIOPS_TEST_RESULTS"];
      if (file) writeFileSync(file, JSON.stringify(results));
    });
  }

  /** The failures are printed by scripts/test.ts at the end of everything; alone, Mocha's own epilogue is wanted. */
  override epilogue(): void {
    if (!process.env["AIOPS_TEST_RESULTS"]) super.epilogue();
  }
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${describeError(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
