// What a stage of the tests found.

/** Something that could not run, and what is missing for it. */
export interface Skip {
  title: string;
  why: string;
}

export interface Failure {
  title: string;
  detail: string;
}

export interface StageResult {
  name: string;
  passed: number;
  failures: Failure[];
  skips: Skip[];
  /** Wall time. */
  milliseconds: number;
}

/** Nothing found yet. */
export function emptyResult(name: string): StageResult {
  return { name, passed: 0, failures: [], skips: [], milliseconds: 0 };
}

/** Runs a stage with its time taken; what it throws is its failure. */
export async function timed(
  name: string,
  work: () => Promise<Omit<StageResult, "milliseconds">>,
): Promise<StageResult> {
  const start = performance.now();
  try {
    return { ...(await work()), milliseconds: performance.now() - start };
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ...emptyResult(name), failures: [{ title: name, detail }], milliseconds: performance.now() - start };
  }
}

/** The lines that end a run: failures in full, what could not run, times, and the counts alone on the last line. */
export function summary(results: StageResult[], ci: boolean): { lines: string[]; ok: boolean } {
  const ran = results.filter((result) => result.passed + result.failures.length + result.skips.length > 0);
  const failures = ran.flatMap((result) => result.failures.map((failure) => ({ ...failure, stage: result.name })));
  const skips = ran.flatMap((result) => result.skips);
  const passed = ran.reduce((sum, result) => sum + result.passed, 0);
  const lines: string[] = [""];
  for (const { stage, title, detail } of failures) {
    lines.push(
      `✘ ${stage}: ${title}`,
      ...detail
        .trimEnd()
        .split("\n")
        .map((line) => `    ${line}`),
      "",
    );
  }
  if (skips.length > 0) {
    lines.push(ci ? "Not run, which fails here because CI is set:" : "Not run:");
    lines.push(...skips.map((skip) => `  - ${skip.title}: ${skip.why}`), "");
  }
  for (const result of ran) {
    const counts = `${result.passed} passed, ${result.failures.length} failed, ${result.skips.length} skipped`;
    lines.push(`${result.name.padEnd(12)} ${counts} (${(result.milliseconds / 1000).toFixed(1)} s)`);
  }
  lines.push(`${passed} passed, ${failures.length} failed, ${skips.length} skipped`);
  return { lines, ok: failures.length === 0 && !(ci && skips.length > 0) };
}
