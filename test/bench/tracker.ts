import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface BigTracker {
  url: string;
  stop(): Promise<void>;
}

/** A GitHub-compatible server in a process of its own, with so many issues and twice as many comments. */
export async function startBigTracker(issues: number, latencyMs: number): Promise<BigTracker> {
  const program = fileURLToPath(new URL("../fixtures/github/big-server.ts", import.meta.url));
  const child = spawn(process.execPath, [program, String(issues), String(latencyMs)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const [url] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return {
    url,
    stop: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
