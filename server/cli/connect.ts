import { homedir } from "node:os";
import { createClient, type Client } from "../../shared/contract/client.ts";
import { signInLocally } from "../../shared/contract/sign-in.ts";
import { AppError } from "../../shared/errors.ts";
import type { RuntimeFile } from "../../shared/rules/runtime-file.ts";
import { loadConfig, type Environment } from "../config/load.ts";
import type { Config, ConfigKey } from "../config/schema.ts";
import { createLogger } from "../log.ts";
import { readAnnouncement } from "../runtime.ts";

export interface CliContext {
  env: Environment;
  flags: Partial<Record<ConfigKey, unknown>>;
  version: string;
}

export interface Connected {
  client: Client;
  url: string;
  token: string;
  /** Set where the server was found by its runtime file or started for this command. */
  secret: string | undefined;
  close(): Promise<void>;
}

/**
 * A client of the server this person has: the one at `AIOPS_URL` (with `AIOPS_TOKEN`), else the running personal server,
 * else one started in this process for the length of the command. Either way the command does the same.
 */
export async function connect(context: CliContext, purpose: string): Promise<Connected> {
  const { env } = context;
  const address = env["AIOPS_URL"];
  if (address !== undefined && address !== "") {
    const token = env["AIOPS_TOKEN"];
    if (token !== undefined && token !== "") return connected(address, token, undefined);
    const config = await loadConfig({ env, flags: context.flags });
    const announced = await readAnnouncement(config.runtimeDir);
    if (announced?.url !== address) {
      throw new AppError(
        "unauthenticated",
        `No token for ${address}. Set AIOPS_TOKEN, or unset AIOPS_URL to use this person's own server.`,
      );
    }
    return connected(address, await signIn(address, announced.secret, purpose), announced.secret);
  }
  const config = await loadConfig({ env, flags: context.flags });
  const announced = await readAnnouncement(config.runtimeDir);
  const token = announced === undefined ? undefined : await signInIfRunning(announced, purpose);
  if (announced === undefined || token === undefined) return startHere(config, context, purpose);
  return connected(announced.url, token, announced.secret);
}

/** Undefined where nobody answers any more, or somebody else's program does: the announcement is an old one. */
async function signInIfRunning({ url, secret }: RuntimeFile, purpose: string): Promise<string | undefined> {
  try {
    return await signIn(url, secret, purpose);
  } catch (error) {
    if (error instanceof AppError && (error.code === "unavailable" || error.code === "cancelled")) return undefined;
    throw error;
  }
}

async function signIn(url: string, secret: string, purpose: string): Promise<string> {
  return (await signInLocally({ url, secret, client: purpose })).token;
}

function connected(url: string, token: string, secret: string | undefined): Connected {
  const client = createClient({ url, token: () => Promise.resolve(token) });
  return { client, url, token, secret, close: () => Promise.resolve() };
}

async function startHere(config: Config, context: CliContext, purpose: string): Promise<Connected> {
  const { startServer } = await import("../serve.ts");
  const server = await startServer({
    config: { ...config, port: 0, idleMinutes: 0 },
    env: { HOME: homedir(), ...context.env },
    version: context.version,
    log: createLogger("error"),
  });
  try {
    const token = await signIn(server.url, server.secret, purpose);
    return { ...connected(server.url, token, server.secret), close: () => server.close() };
  } catch (error) {
    await server.close();
    throw error;
  }
}
