import { homedir } from "node:os";
import { createClient, type Client } from "../../shared/contract/client.ts";
import {
  findSharedServer,
  requireSharedServer,
  sharedClientFile,
  signInFromHost,
  type SharedServer,
} from "../../shared/contract/host-sign-in.ts";
import { signInLocally, type LocalGrant } from "../../shared/contract/sign-in.ts";
import { AppError } from "../../shared/errors.ts";
import type { RuntimeFile } from "../../shared/rules/runtime-file.ts";
import { loadConfig, type Environment } from "../config/load.ts";
import type { Config, ConfigKey } from "../config/schema.ts";
import { createLogger } from "../log.ts";
import { readAnnouncement } from "../runtime.ts";
import type { Ask } from "./ask.ts";
import { io } from "./host-sign-in.ts";
import { stepUpOnTerminal } from "./step-up.ts";

export interface CliContext {
  env: Environment;
  flags: Partial<Record<ConfigKey, unknown>>;
  version: string;
  ask: Ask;
}

export interface Connected {
  client: Client;
  url: string;
  token: string;
  /** What the sign-in gave; undefined where the token was brought along. */
  grant: LocalGrant | undefined;
  close(): Promise<void>;
}

/** More of a sign-in that only a personal server's person may ask for. */
export interface SignInWishes {
  as?: string | undefined;
  ttlSeconds?: number | undefined;
}

/** How to get in at a server. */
interface Door {
  url: string;
  signIn(purpose: string, wishes: SignInWishes): Promise<LocalGrant>;
}

/**
 * A client of the server this person has: the one at `AIOPS_URL` (with `AIOPS_TOKEN`, or the sign-in that server takes),
 * else this host's shared one, else the running personal one, else one started in this process for the length of the
 * command. A data or runtime directory that is named leads to that personal server.
 */
export async function connect(context: CliContext, purpose: string, wishes: SignInWishes = {}): Promise<Connected> {
  const { env } = context;
  const address = given(env["AIOPS_URL"]);
  const token = given(env["AIOPS_TOKEN"]);
  const shared = await sharedServer(context);
  if (address !== undefined && token !== undefined) {
    await requireNoOther(address, shared);
    return connected(context, address, token);
  }
  const config = await loadConfig({ env, flags: context.flags });
  if (address !== undefined) return enter(context, await doorAt(address, shared, config), purpose, wishes);
  if (shared !== undefined) {
    if (token === undefined) return enter(context, hostDoor(shared), purpose, wishes);
    await requireNoOther(shared.url, shared);
    return connected(context, shared.url, token);
  }
  const announced = await readAnnouncement(config.runtimeDir);
  const running = announced === undefined ? undefined : await enterIfRunning(context, announced, purpose, wishes);
  return running ?? startHere(config, context, purpose, wishes);
}

/**
 * Before a kept token or a code is sent to this host's shared server: while that does not run, anybody can listen in its place.
 * @throws AppError unavailable
 */
async function requireNoOther(address: string, shared: SharedServer | undefined): Promise<void> {
  if (shared !== undefined && isAt(shared, address)) await requireSharedServer({ ...shared, url: address }, io);
}

/** Whether an address is the shared server's, whichever way this host is called in it. */
function isAt(shared: SharedServer, address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { hostname, port } = new URL(address);
  return port === new URL(shared.url).port && ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
}

/** Where the server is, for what needs no token. @throws AppError unavailable where none is known */
export async function findServer(context: CliContext): Promise<string> {
  const shared = await sharedServer(context);
  const address = given(context.env["AIOPS_URL"]) ?? shared?.url;
  if (address !== undefined) {
    await requireNoOther(address, shared);
    return address;
  }
  const { runtimeDir } = await loadConfig(context);
  const announced = await readAnnouncement(runtimeDir);
  if (announced !== undefined) return announced.url;
  throw new AppError("unavailable", "No aiops server runs here. Start it, or set AIOPS_URL.");
}

/** This host's shared server; undefined where there is none, or a directory names another one. */
export async function sharedServer({ env, flags }: CliContext): Promise<SharedServer | undefined> {
  const named = flags.dataDir ?? given(env["AIOPS_DATA_DIR"]) ?? given(env["AIOPS_RUNTIME_DIR"]);
  if (named !== undefined && given(env["AIOPS_CLIENT_FILE"]) === undefined) return undefined;
  return findSharedServer(given(env["AIOPS_CLIENT_FILE"]) ?? sharedClientFile, io);
}

async function doorAt(url: string, shared: SharedServer | undefined, config: Config): Promise<Door> {
  if (shared !== undefined && isAt(shared, url)) return hostDoor(shared);
  const announced = await readAnnouncement(config.runtimeDir);
  if (announced?.url === url) return localDoor(announced);
  throw new AppError(
    "unauthenticated",
    `No token for ${url}. Set AIOPS_TOKEN, or unset AIOPS_URL to use this person's own server.`,
  );
}

function hostDoor(shared: SharedServer): Door {
  return {
    url: shared.url,
    signIn: (purpose, { as, ttlSeconds }) => {
      if (as === undefined && ttlSeconds === undefined) return signInFromHost(shared, purpose, io);
      throw new AppError(
        "invalid_input",
        "--as and --ttl are for a personal server. On a shared one you sign in as yourself; for scripts: aiops tokens create",
      );
    },
  };
}

function localDoor({ url, secret }: Pick<RuntimeFile, "url" | "secret">): Door {
  return { url, signIn: (client, wishes) => signInLocally({ url, secret, client, ...wishes }) };
}

/** Undefined where nobody answers any more, or somebody else's program does: the announcement is an old one. */
async function enterIfRunning(
  context: CliContext,
  announced: RuntimeFile,
  purpose: string,
  wishes: SignInWishes,
): Promise<Connected | undefined> {
  try {
    return await enter(context, localDoor(announced), purpose, wishes);
  } catch (error) {
    if (error instanceof AppError && (error.code === "unavailable" || error.code === "cancelled")) return undefined;
    throw error;
  }
}

async function enter(context: CliContext, door: Door, purpose: string, wishes: SignInWishes): Promise<Connected> {
  const grant = await door.signIn(purpose, wishes);
  return { ...connected(context, door.url, grant.token), grant };
}

function connected({ ask }: CliContext, url: string, token: string): Connected {
  const client: Client = createClient({
    url,
    token: () => Promise.resolve(token),
    stepUp: () => stepUpOnTerminal(client, ask),
  });
  return { client, url, token, grant: undefined, close: () => Promise.resolve() };
}

async function startHere(
  config: Config,
  context: CliContext,
  purpose: string,
  wishes: SignInWishes,
): Promise<Connected> {
  const server = await startForCommand(config, context);
  try {
    return { ...(await enter(context, localDoor(server), purpose, wishes)), close: () => server.close() };
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** A server in this process, for the length of a command. */
export async function startForCommand(config: Config, context: CliContext) {
  const { startServer } = await import("../serve.ts");
  return startServer({
    config: { ...config, port: 0, idleMinutes: 0 },
    env: { HOME: homedir(), ...context.env },
    version: context.version,
    log: createLogger("error"),
  });
}

function given(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
