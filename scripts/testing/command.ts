import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { cleanEnv } from "../lib/env.ts";
import { nodeBinDir, root } from "../setup/places.mjs";

export interface Finished {
  code: number;
  /** Standard output and error as they came. */
  output: string;
}

/**
 * Runs one of the project's tools (node_modules/.bin) under the product's Node.js, in the checkout.
 * @param options `show`: pass the output on as it comes instead of collecting it
 */
export async function tool(
  argv: string[],
  options: { show?: boolean; env?: Record<string, string> } = {},
): Promise<Finished> {
  const [command = "", ...args] = argv;
  const path = [nodeBinDir, join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter);
  const child = spawn(command, args, {
    cwd: root,
    env: { ...cleanEnv(), ...options.env, PATH: path },
    stdio: options.show ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => void chunks.push(chunk));
  }
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once("error", reject);
  child.once("close", (code) => resolve(code ?? 1));
  return { code: await promise, output: chunks.join("") };
}
