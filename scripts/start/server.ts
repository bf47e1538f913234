// The product's server as `npm start` and `npm run dev` run it.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { serverFlags } from "../../shared/rules/server-flags.ts";
import { dist } from "../build.ts";
import { startGroup } from "../lib/process-group.ts";
import { nodeBin } from "../setup/places.mjs";

export interface RunningServer {
  url: string;
  /** Ends it, where we started it. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const program = join(dist, "aiops.js");
const node = [nodeBin, "--disable-warning=ExperimentalWarning"];

/** Runs the CLI and answers what it printed. */
export async function aiops(args: string[], env: Record<string, string> = {}): Promise<string> {
  const [command = "", ...flags] = node;
  const options = { env: { ...process.env, ...env } };
  return (await promisify(execFile)(command, [...flags, program, ...args], options)).stdout;
}

/**
 * Starts the server and waits until it listens; where one serves this user's data already, that one is used.
 * @param args further arguments of `aiops serve`
 */
export async function startServer(args: string[] = []): Promise<RunningServer> {
  if (!existsSync(program)) throw new Error(`${program} is missing: run "npm run build" and look what it says.`);
  const group = startGroup([...node, ...serverFlags, program, "serve", "--idle-minutes", "0", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: string[] = [];
  const { promise: listening, resolve } = Promise.withResolvers<string | undefined>();
  for (const stream of [group.child.stdout, group.child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      chunks.push(chunk);
      const url = /aiops listening on (\S+)/.exec(chunks.join(""))?.[1];
      if (!url) return;
      resolve(url);
      chunks.length = 0;
    });
  }
  const timer = setTimeout(() => resolve(undefined), START_TIMEOUT_MS);
  void group.ended.then(() => resolve(undefined));
  const url = await listening;
  clearTimeout(timer);
  if (url) return { url, stop: async () => group.stop() };
  await group.stop();
  const other = await runningElsewhere();
  if (other) return { url: other, stop: async () => {} };
  throw new Error(`The server did not start:\n${chunks.join("")}`);
}

/** The address of the server that holds this user's data, if one runs. */
async function runningElsewhere(): Promise<string | undefined> {
  try {
    await aiops(["request", "GET", "/health"]);
    return "the server that is running already";
  } catch (error) {
    // The CLI found none: what the start printed says why ours did not come up.
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
