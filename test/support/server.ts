import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type Client } from "../../shared/contract/client.ts";
import { requestAdmin, signInLocally } from "../../shared/contract/sign-in.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Level, User } from "../../shared/entities/user.ts";
import { createApp, type App } from "../../server/app.ts";
import { loadConfig } from "../../server/config/load.ts";
import { createLogger } from "../../server/log.ts";

export interface TestServer {
  url: string;
  dir: string;
  env: Record<string, string | undefined>;
  /** The first administrator. */
  client: Client;
  token: string;
  /** A client that signs in as another person; made where there is none. */
  as(person: Person): Promise<SignedIn>;
  /** Ends the server and starts another on the same data, on another port unless told. */
  restart(options?: RestartOptions): Promise<void>;
  close(): Promise<void>;
}

export interface RestartOptions {
  /** Clients that were made before go on. */
  samePort?: boolean;
  /** Done while no server runs. */
  between?: () => Promise<void>;
}

export interface Person {
  email: string;
  level: Level;
  tenantIds?: string[];
  linuxUser?: string;
}

export interface SignedIn {
  client: Client;
  token: string;
  user: User;
}

export interface TestServerOptions {
  /** `AIOPS_MODE: "shared"` gives a server for many people, where everybody here signs in by password. */
  env?: Record<string, string>;
  /** A directory to keep, instead of a new one that is removed. */
  dir?: string;
  /** Milliseconds of a minute of the sync schedule. */
  syncMinuteMs?: number;
  clock?: Clock;
  /** What the server says it is; the extension talks to one of its own only. */
  version?: string;
}

export const localSecret = "secret-of-the-test-server";

/** The whole server in this process, on a temporary home and a tmux socket of its own. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), "aiops-server-")));
  const unique = Math.random().toString(36).slice(2, 10);
  const env: Record<string, string | undefined> = {
    PATH: process.env["PATH"],
    LANG: "C.UTF-8",
    HOME: dir,
    AIOPS_DATA_DIR: join(dir, "data"),
    AIOPS_RUNTIME_DIR: join(dir, "run"),
    AIOPS_KEY_FILE: join(dir, "keys.json"),
    AIOPS_TMUX_SOCKET: `aiops-test-${unique}`,
    ...options.env,
  };
  let app = await start(env, options);
  const passwords = new Map<string, string>();
  const signInAs = (email?: string) =>
    env["AIOPS_MODE"] === "shared" ? signInByPassword(server, passwords, email ?? adminEmail) : signIn(app.url, email);
  const server: TestServer = {
    url: app.url,
    dir,
    env,
    token: "",
    client: createClient({ url: app.url, token: () => Promise.resolve(undefined) }),
    as: async ({ email, level, tenantIds = [], linuxUser = "" }) => {
      const memberships = tenantIds.map((tenantId) => ({ tenantId, role: "member" as const }));
      const [present] = (await server.client.users.list({ email })).items;
      if (present === undefined) {
        const username = email.replace(/@.*/, "");
        await server.client.users.create({ email, username, name: username, level, memberships, linuxUser });
      }
      return signInAs(email);
    },
    restart: async ({ samePort = false, between }: RestartOptions = {}) => {
      await app.close();
      await between?.();
      app = await start(samePort ? { ...env, AIOPS_PORT: new URL(app.url).port } : env, options);
      server.url = app.url;
      await signInFirst();
    },
    close: async () => {
      await app.close();
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
  const signInFirst = async () => {
    const { client, token } = await signInAs();
    server.client = client;
    server.token = token;
  };
  await signInFirst();
  return server;
}

async function start(env: Record<string, string | undefined>, options: TestServerOptions): Promise<App> {
  const config = await loadConfig({ env });
  const { clock, syncMinuteMs = 60_000, version = "0.0.0-test" } = options;
  return createApp({
    config,
    env,
    version,
    log: createLogger("error"),
    localSecret,
    syncMinuteMs,
    ...(clock !== undefined && { clock }),
  });
}

/** Sets a password with a one-time code where the person has none yet. */
async function signInByPassword(
  { url, client }: TestServer,
  passwords: Map<string, string>,
  email: string,
): Promise<SignedIn> {
  const stranger = createClient({ url, token: () => Promise.resolve(undefined) });
  const known = passwords.get(email);
  if (known !== undefined) return signedIn(url, await stranger.auth.login({ email, password: known, client: "test" }));
  const password = `the words of ${email}`;
  passwords.set(email, password);
  const { code } = email === adminEmail ? await firstAdmin(url) : await issueCode(client, email);
  return signedIn(url, await stranger.auth.redeem({ code, password, client: "test" }));
}

const adminEmail = "admin@example.org";

const firstAdmin = (url: string) => requestAdmin({ url, secret: localSecret, email: adminEmail });

async function issueCode(client: Client, email: string): Promise<{ code: string }> {
  const [user] = (await client.users.list({ email })).items;
  if (user === undefined) throw new Error(`nobody has the address ${email}`);
  return client.users.issueCode({ id: user.id });
}

async function signIn(url: string, as?: string): Promise<SignedIn> {
  return signedIn(url, await signInLocally({ url, secret: localSecret, client: "test", as }));
}

function signedIn(url: string, { token, user }: { token: string; user: User }): SignedIn {
  return { token, user, client: createClient({ url, token: () => Promise.resolve(token) }) };
}
