import { randomBytes } from "node:crypto";
import { AppError } from "../shared/errors.ts";
import { createApp } from "./app.ts";
import type { Environment } from "./config/load.ts";
import type { Config } from "./config/schema.ts";
import type { Logger } from "./log.ts";
import { announceServer, withdrawServer } from "./runtime.ts";

export interface StartOptions {
  config: Config;
  env: Environment;
  version: string;
  log: Logger;
  /** Called once when the server wants to end by itself, as after its idle time. */
  onIdle?: () => void;
}

export interface RunningServer {
  url: string;
  /** What the runtime file holds: whoever has it is the person. */
  secret: string;
  close(): Promise<void>;
}

/** Starts a server and lets this person's clients find it. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { config, log } = options;
  if (process.getuid?.() === 0) {
    if (config.mode === "shared") throw rootInSharedMode();
    log.warn({}, "running as root: sessions and tools have root's rights");
  }
  const secret = randomBytes(32).toString("base64url");
  const app = await createApp({ ...options, localSecret: secret });
  try {
    await announceServer(config.runtimeDir, {
      url: app.url,
      pid: process.pid,
      version: options.version,
      secret,
      startedAt: new Date().toISOString(),
    });
  } catch (error) {
    await app.close();
    throw error;
  }
  return {
    url: app.url,
    secret,
    close: async () => {
      try {
        await withdrawServer(config.runtimeDir, secret);
      } finally {
        await app.close();
      }
    },
  };
}

function rootInSharedMode(): AppError {
  return new AppError(
    "forbidden",
    "A shared server does not run as root: it reads what strangers write and acts for many people, so one mistake would " +
      "be everybody's. It needs no right of its own but to start the helper of each configured person. " +
      'Start it as its service user: "systemctl start aiops", or "sudo -u aiops aiops serve --mode shared". ' +
      'Where there is no service user yet: "aiops install".',
  );
}

export interface ServeOptions extends Omit<StartOptions, "onIdle"> {
  /** Given the one line that says where the server listens. */
  ready: (line: string) => void;
}

const endings = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Runs a server until SIGTERM, SIGINT or its idle time. */
export async function serve(options: ServeOptions): Promise<void> {
  let end: (reason: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  const onSignal = (signal: NodeJS.Signals) => end(signal);
  for (const signal of endings) process.on(signal, onSignal);
  try {
    const server = await startServer({ ...options, onIdle: () => end("idle") });
    options.ready(`aiops listening on ${server.url}`);
    const reason = await ended;
    options.log.info({ reason }, "stopping");
    await server.close();
  } finally {
    for (const signal of endings) process.off(signal, onSignal);
  }
}
