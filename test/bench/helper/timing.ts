import { spawn } from "node:child_process";

export function median(values: readonly number[]): number {
  return round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN);
}

export function ratio(value: number, of: number): number {
  return round(value / of);
}

/** To hundredths. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Milliseconds the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Runs a command to its end as this process's user, or as another by its ids; a failure is thrown. */
export async function run(
  argv: readonly string[],
  options: { input?: string; uid?: number; gid?: number; env?: Record<string, string> } = {},
): Promise<void> {
  const [program = "", ...args] = argv;
  const { input, ...as } = options;
  const child = spawn(program, args, { ...as, stdio: [input === undefined ? "ignore" : "pipe", "ignore", "inherit"] });
  child.stdin?.end(input);
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once("error", reject);
  child.once("close", resolve);
  const code = await promise;
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}`);
}
