import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../../scripts/setup/places.mjs";
import { waitFor } from "../../support/wait.ts";

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

export interface Running {
  child: ChildProcess;
  /** What it has written so far. */
  out(): string;
  err(): string;
  ended: Promise<Ended>;
}

/** A home, data and runtime directory of one's own, and `aiops` called there as a person calls it: as a process. */
export interface Home extends AsyncDisposable {
  dir: string;
  dataDir: string;
  runtimeFile: string;
  env: Record<string, string>;
  start(args: string[], more?: { env?: Record<string, string>; input?: string }): Running;
  run(args: string[], more?: { env?: Record<string, string>; input?: string }): Promise<Ended>;
  /** Starts a server and answers when it has said where it listens. */
  serve(args?: string[], env?: Record<string, string>): Promise<Running & { url: string }>;
}

export async function makeHome(): Promise<Home> {
  const dir = await mkdtemp(join(tmpdir(), "aiops-cli-"));
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    LANG: "C.UTF-8",
    HOME: dir,
    AIOPS_DATA_DIR: join(dir, "data"),
    AIOPS_RUNTIME_DIR: join(dir, "run"),
    AIOPS_TMUX_SOCKET: `aiops-test-${dir.slice(-6)}`,
    AIOPS_LOG_LEVEL: "warn",
  };
  const children = new Set<ChildProcess>();
  const start: Home["start"] = (args, more = {}) => {
    const main = join(root, "server", "cli", "main.ts");
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], {
      env: { ...env, ...more.env },
      cwd: dir,
    });
    children.add(child);
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString("utf8")));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString("utf8")));
    child.stdin.end(more.input ?? "");
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        children.delete(child);
        resolve({ code, signal, out, err });
      });
    });
    return { child, out: () => out, err: () => err, ended };
  };
  return {
    dir,
    dataDir: join(dir, "data"),
    runtimeFile: join(dir, "run", "server.json"),
    env,
    start,
    run: (args, more) => start(args, more).ended,
    serve: async (args = [], more = {}) => {
      const server = start(["serve", ...args], { env: more });
      const url = await waitFor(
        () => {
          if (server.child.exitCode !== null) throw new Error(`the server ended: ${server.err()}`);
          return /^aiops listening on (\S+)\n/.exec(server.out())?.[1];
        },
        { what: "the server's line" },
      );
      return { ...server, url };
    },
    [Symbol.asyncDispose]: async () => {
      const left = [...children].map((child) => new Promise((resolve) => child.once("close", resolve)));
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(left);
      await rm(dir, { recursive: true, force: true });
    },
  };
}
